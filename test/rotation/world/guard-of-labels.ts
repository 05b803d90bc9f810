import { type RotationRecord, rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";
import type { GuardOptions } from "./guard.ts";
import { credentialOf, kidOf } from "./payload.ts";

/**
 * From a process's last look at the labels until it sends what moves them: there is one call between the two, a second
 * and a half at the longest. What a person does meanwhile, or while that is on its way, cannot be seen. Milliseconds.
 */
const UNSEEN = 1_500;

export interface GuardOfLabels {
  /** A process saw the labels as they are now. */
  looked(process: object): void;
  /** A person moved a label. */
  movedByHand(): void;
  /**
   * Moves labels, and writes down where that leaves a live credential under none, whoever set it.
   *
   * @param sentAt when `process` asked for it: milliseconds since the epoch
   */
  moving<T>(call: string, move: () => T, process: object, sentAt: number): T;
}

/** What a person does to labels is theirs; whatever Curfew moves, nothing that Auth0 accepts somewhere may lose its last. */
export function guardOfLabels(options: GuardOptions, violations: string[]): GuardOfLabels {
  const { kind, clock, vault, client, table, target } = options;
  const looks = new WeakMap<object, number>();
  let movedAt = Number.NEGATIVE_INFINITY;
  const isKey = kind === "private-key";
  const nameOf = (payload: string): string => (isKey ? kidOf(credentialOf(payload)) : credentialOf(payload));
  const live = (): (string | undefined)[] =>
    isKey
      ? client.registered.filter(({ id }) => client.attached?.includes(id)).map(({ kid }) => kid)
      : client.live().map(({ secret }) => secret);
  const isFound = (name: string | undefined): boolean =>
    vault.labelsOf((payload) => nameOf(payload) === name).length > 0;
  /** Of keys, in an incident: the one that a person named, or any where nobody knows which it was. */
  const isLeaked = (name: string | undefined): boolean => {
    const { order } = table.peek<RotationRecord>(rotationKey(target.tenant, target.clientId)) ?? {};
    if (!isKey || !order || (order.asked?.by ?? order.by) !== "incident") return false;
    const id = client.registered.find(({ kid }) => kid === name)?.id;
    return order.leakedKeys?.some((key) => [name, id].includes(key)) ?? true;
  };
  const isUnseen = (process: object, sentAt: number): boolean => {
    const lookedAt = looks.get(process) ?? Number.NEGATIVE_INFINITY;
    return movedAt >= lookedAt && sentAt - lookedAt <= UNSEEN;
  };
  return {
    looked: (process) => void looks.set(process, clock.now()),
    movedByHand: () => {
      movedAt = clock.now();
    },
    moving(call, move, process, sentAt) {
      const before = live().filter(isFound);
      const moved = move();
      const lost = before.filter((name) => !isFound(name) && !isLeaked(name));
      if (lost.length > 0 && !isUnseen(process, sentAt))
        violations.push(`${call} takes the last label of what is live`);
      return moved;
    },
  };
}
