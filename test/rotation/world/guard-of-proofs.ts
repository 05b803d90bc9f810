import { type Proof, type RotationRecord, rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";
import { toldVersion } from "../../../lib/rotation/ledger/under-way.ts";
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
  beforeRegistering(kid: string): void;
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
  /** Secrets that were proven dead, and versions: keys are prepared, and long histories take them in turn. */
  const dead = new Set<string>();
  /** The versions that the record says Auth0 was told of, the newest last; none once it says what came of the last one. */
  let told: readonly string[] = [];
  let last: Proof | undefined;
  const nameOf = (payload: string): string => (isKey ? kidOf(credentialOf(payload)) : credentialOf(payload));
  const valueIn = (version: string | undefined) => vault.secret.versions.get(version ?? "")?.value;
  const holds = (version: string, name: string): boolean => {
    const value = valueIn(version);
    return value !== undefined && nameOf(value) === name;
  };
  /** Of a value whose labels people moved away nobody can know, unless the record says that Auth0 was told of it. */
  const isFindable = (name: string): boolean =>
    vault.labelsOf((payload) => nameOf(payload) === name).length > 0 || told.some((version) => holds(version, name));

  function compare({ old, oldToo, current, answers }: Proof): void {
    const began = answers[0]?.at ?? 0;
    const said = [old, oldToo].flatMap((version) => valueIn(version) ?? []);
    for (const one of [old, oldToo ?? old, ...said.map(nameOf)]) dead.add(one);
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

  function assertNotDead(isDead: boolean): void {
    if (isDead) violations.push("what was proven dead is given to Auth0 again");
  }

  /** A key of which no other version holds the same one. */
  function isDeadKey(kid: string): boolean {
    const holding = [...vault.secret.versions.keys()].filter((version) => holds(version, kid));
    return holding.length > 0 && holding.every((version) => dead.has(version));
  }

  return {
    beforeSetting(secret) {
      assertNotDead(dead.has(secret));
      const [newest] = client.live();
      if (newest?.secret === undefined || newest.secret === secret) return;
      const isUnseen = newest.by === "hand" && clock.now() - newest.since <= UNSEEN;
      if (!isUnseen && isFindable(newest.secret)) replaced.set(secret, newest.secret);
      else replaced.delete(secret);
    },
    beforeRegistering: (kid) => assertNotDead(isDeadKey(kid)),
    beforeAttaching(kids) {
      const current = vault.read(CURRENT);
      const attached = client.registered.filter(({ id }) => client.attached?.includes(id)).map(({ kid }) => kid);
      const former = current === undefined ? undefined : nameOf(current);
      const added = kids.flatMap((kid) => (kid === undefined || attached.includes(kid) ? [] : [kid]));
      assertNotDead(added.some(isDeadKey));
      if (former === undefined || !attached.includes(former)) return;
      for (const kid of added) replaced.set(kid, former);
    },
    look() {
      const record = table.peek<RotationRecord>(rotationKey(target.tenant, target.clientId));
      const { lastProof, underWay } = record ?? {};
      const version = toldVersion(record, target.arn);
      if (underWay === undefined) told = [];
      else if (version !== undefined && !told.includes(version)) told = [...told, version];
      if (lastProof && lastProof.provenAt !== last?.provenAt) compare(lastProof);
      last = lastProof;
    },
  };
}
