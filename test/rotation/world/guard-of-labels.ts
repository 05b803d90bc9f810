import { type RotationRecord, rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";
import type { GuardOptions } from "./guard.ts";
import { credentialOf, kidOf } from "./payload.ts";

/** Moves labels, and writes down where that leaves a live credential under none, whoever set it. */
export type MovingLabels = <T>(call: string, move: () => T) => T;

/** What a person does to labels is theirs; whatever Curfew moves, nothing that Auth0 accepts somewhere may lose its last. */
export function movingLabels({ kind, vault, client, table, target }: GuardOptions, violations: string[]): MovingLabels {
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
  return (call, move) => {
    const before = live().filter(isFound);
    const moved = move();
    const lost = before.filter((name) => !isFound(name) && !isLeaked(name));
    if (lost.length > 0) violations.push(`${call} takes the last label of what is live`);
    return moved;
  };
}
