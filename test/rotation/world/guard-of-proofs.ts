import { type Proof, type RotationRecord, rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";
import { CURRENT } from "../../../lib/rotation/ports.ts";
import { WINDOW } from "./auth0.ts";
import type { GuardOptions } from "./guard.ts";
import { credentialOf, kidOf, loginOf } from "./payload.ts";

/**
 * A secret that was accepted may be overwritten for so long: it is asked for again when 45 s are over, and what a
 * person did just before is not seen by an answer that comes from a place where it is not known yet. Milliseconds.
 */
export const UNSEEN = 45_000 + WINDOW;

/** Compares what is called dead with what was replaced, and with what is live. */
export interface GuardOfProofs {
  /** What Auth0 accepts, as far as it is stored, when it is told of a new secret. */
  beforeSetting(secret: string): void;
  /** The consumers' key, when another one is attached beside it. */
  beforeAttaching(kids: readonly (string | undefined)[]): void;
  /** A record was written. */
  look(): void;
}

export function guardOfProofs(
  { kind, clock, vault, client, table, target }: GuardOptions,
  violations: string[],
): GuardOfProofs {
  const isKey = kind === "private-key";
  /** By the new secret, or the new key's `kid`. */
  const replaced = new Map<string, string>();
  /** Secrets that were proven dead; keys are prepared, and long histories take them in turn. */
  const dead = new Set<string>();
  let last: Proof | undefined;
  const nameOf = (payload: string): string => (isKey ? kidOf(credentialOf(payload)) : credentialOf(payload));
  const valueIn = (version: string | undefined) => vault.secret.versions.get(version ?? "")?.value;
  /** Of a value whose labels people moved away nobody can know. */
  const isFindable = (name: string) => vault.labelsOf((payload) => nameOf(payload) === name).length > 0;

  function compare({ old, oldToo, current, answers }: Proof): void {
    const began = answers[0]?.at ?? 0;
    const said = [old, oldToo].flatMap((version) => valueIn(version) ?? []);
    for (const payload of said) dead.add(nameOf(payload));
    if ((client.handAt ?? 0) < began && said.some((payload) => client.mayAccept(loginOf(kind, payload)))) {
      violations.push("what is called dead is accepted");
    }
    const promoted = valueIn(current);
    const former = promoted === undefined ? undefined : replaced.get(nameOf(promoted));
    if (former !== undefined && !said.some((payload) => nameOf(payload) === former)) {
      violations.push("what is called dead is not what was replaced");
    }
    if (promoted !== undefined) replaced.delete(nameOf(promoted));
  }

  return {
    beforeSetting(secret) {
      if (dead.has(secret)) violations.push("what was proven dead is given to Auth0 again");
      const [newest] = client.live();
      if (newest?.secret === undefined || newest.secret === secret) return;
      const isUnseen = newest.by === "hand" && clock.now() - newest.since <= UNSEEN;
      if (!isUnseen && isFindable(newest.secret)) replaced.set(secret, newest.secret);
      else replaced.delete(secret);
    },
    beforeAttaching(kids) {
      const current = vault.read(CURRENT);
      const attached = client.registered.filter(({ id }) => client.attached?.includes(id)).map(({ kid }) => kid);
      const former = current === undefined ? undefined : nameOf(current);
      if (former === undefined || !attached.includes(former)) return;
      for (const kid of kids) if (kid !== undefined && !attached.includes(kid)) replaced.set(kid, former);
    },
    look() {
      const { lastProof } = table.peek<RotationRecord>(rotationKey(target.tenant, target.clientId)) ?? {};
      if (lastProof && lastProof.provenAt !== last?.provenAt) compare(lastProof);
      last = lastProof;
    },
  };
}
