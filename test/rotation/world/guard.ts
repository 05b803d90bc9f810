import type { Login } from "../../../lib/auth0/login.ts";
import { type RotationRecord, rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";
import type { CredentialKind, RotationTarget } from "../../../lib/rotation/ledger/target.ts";
import { CURRENT, PENDING, PREVIOUS } from "../../../lib/rotation/ports.ts";
import type { MemoryTable } from "../../support/memory-table.ts";
import type { EventClock } from "../../support/world/event-clock.ts";
import type { WorldClient } from "./auth0.ts";
import { type GuardOfLabels, guardOfLabels } from "./guard-of-labels.ts";
import { guardOfProofs, UNSEEN } from "./guard-of-proofs.ts";
import { credentialOf, kidOf, loginOf } from "./payload.ts";
import type { WorldVault } from "./vault.ts";

/** Looks at the world around every effect, and writes down what must never be. */
export interface Guard {
  readonly violations: readonly string[];
  /** After any effect, and after anything that a person does. */
  look(call: string, process: string): void;
  /** A person took a label away: what is stored under none from then on is that person's doing, until it is again. */
  excuse(): void;
  /** What the tenant said of a credential to a process. */
  afterAnswer(login: Login, isAccepted: boolean, process: object): void;
  /** @param isLate whether the process that asked for it is dead */
  beforeSetting(secret: string, process: object, isLate: boolean): void;
  beforeRegistering(key: Registering): void;
  beforeAttaching(ids: readonly string[]): void;
  beforeDeleting(id: string): void;
  beforePromotion(version: string): void;
  labels: Pick<GuardOfLabels, "looked" | "moving">;
}

interface Registering {
  kid: string;
  pem: string;
  /** Whether its process is dead by now: the next one could not know of it. */
  isLate: boolean;
  sentAt: number;
}

export interface GuardOptions {
  kind: CredentialKind;
  clock: EventClock;
  vault: WorldVault;
  client: WorldClient;
  table: MemoryTable;
  target: RotationTarget;
  /** How long both keys stay, in seconds. */
  overlap: number;
}

/** So long after it saw the current secret refused, no process may set another one. Milliseconds. */
const DOUBT = 45_000;

/** What was asked for before a person took a label or their leave away may still be on its way. Milliseconds. */
const ON_ITS_WAY = 10_000;

export function guardOf(options: GuardOptions): Guard {
  const { kind, clock, vault, client, table, target, overlap } = options;
  const violations: string[] = [];
  const proofs = guardOfProofs(options, violations);
  const labelling = guardOfLabels(options, violations);
  const late = new Set<string>();
  /** Live secrets, and keys by `kid`, that people took the labels from. */
  const disowned = new Set<string | undefined>();
  /** When a process saw refused what it was to replace. */
  const doubts = new WeakMap<object, Map<string, number>>();
  /** Until when a person's leave to overwrite counts, by version. */
  const leaves = new Map<string, number>();
  let promotedAt = 0;
  let recorded: RotationRecord["promoted"];
  let isExcused = false;
  let excusedAt = 0;
  let last: string | undefined;
  const isKey = kind === "private-key";
  const keyIn = (payload: string): string => kidOf(credentialOf(payload));
  const currentKey = (): string | undefined => {
    const current = vault.read(CURRENT);
    return current === undefined ? undefined : keyIn(current);
  };
  /** A person moved a label a moment ago: what was asked for before that cannot know. */
  const isUnseen = (): boolean => clock.now() < excusedAt + ON_ITS_WAY;
  const isWorkedOn = (secret: string): boolean =>
    vault.labelsOf((payload) => credentialOf(payload) === secret).some((label) => label !== PREVIOUS);
  const keyOf = (id: string) => client.registered.find((key) => key.id === id);
  const labelsOfKey = (kid: string | undefined) => vault.labelsOf((payload) => keyIn(payload) === kid);

  /** No value that Curfew set is live and stored under no label. */
  const lost = (): string | undefined => {
    const [newest, ...older] = client.live();
    const labels = (secret: string | undefined) => vault.labelsOf((payload) => credentialOf(payload) === secret);
    if (newest && newest.by !== "hand") {
      const held = labels(newest.secret);
      if (!held.includes(CURRENT) && !held.includes(PENDING)) {
        if (isExcused) disowned.add(newest.secret);
        return "a live secret is neither current nor pending";
      }
      disowned.delete(newest.secret);
    }
    // Where people set and stored secrets a moment ago, they moved the labels.
    const isMoved = newest?.by === "hand" || older.some(({ by }) => by === "hand");
    const isLost = !isMoved && older.some(({ secret }) => !disowned.has(secret) && labels(secret).length === 0);
    return isLost ? "a secret that is still live somewhere is stored under no label" : undefined;
  };
  const lostKey = (): string | undefined => {
    const attached = (client.attached ?? []).flatMap((id) => keyOf(id) ?? []);
    const isInUse = (kid: string | undefined) =>
      labelsOfKey(kid).some((label) => label === CURRENT || label === PENDING);
    for (const { kid } of attached) if (isExcused && !isInUse(kid)) disowned.add(kid);
    const isLost = attached.some(
      ({ by, kid }) => by === "curfew" && !disowned.has(kid) && labelsOfKey(kid).length === 0,
    );
    if (isLost) return "a live key is stored under no label";
    const current = currentKey();
    const isIn = attached.some(({ kid }) => kid === current);
    return isIn || client.handAt !== undefined ? undefined : "the consumers' current key is not attached";
  };

  return {
    violations,
    labels: labelling,
    look(call, process) {
      if (call === "table.put ROTATION") {
        noteLeave();
        proofs.look();
        lookAtPromotion();
      }
      const found = isKey ? lostKey() : lost();
      isExcused &&= found !== undefined || isUnseen();
      if (found !== undefined && !isExcused && found !== last)
        violations.push(`${found} (after ${call} of ${process})`);
      last = found;
    },
    excuse: () => {
      isExcused = true;
      excusedAt = clock.now();
      labelling.movedByHand();
    },
    afterAnswer(login, isAccepted, process) {
      if (isAccepted || login.method !== "client-secret") return;
      const secret = login.secret.reveal();
      const [current, former] = [CURRENT, PREVIOUS].map((label) => vault.read(label));
      // Where a person made current what Auth0 does not know yet, the former one is in use.
      const isInUse = (stored: string | undefined) => stored !== undefined && credentialOf(stored) === secret;
      const isEarly = current !== undefined && !client.mayAccept(loginOf(kind, current));
      if (!isInUse(current) && !(isEarly && isInUse(former))) return;
      doubts.set(process, (doubts.get(process) ?? new Map()).set(secret, clock.now()));
    },
    beforeSetting(secret, process, isLate) {
      // What was on its way while a person took its label away: bringing that to its end is what comes next.
      const isDisowned = isLate && excusedAt > 0 && !isWorkedOn(secret);
      if (isDisowned) isExcused = true;
      else proofs.beforeSetting(secret);
      const doubted = [...(doubts.get(process) ?? [])].filter(([one]) => one !== secret);
      if (doubted.some(([, at]) => clock.now() < at + DOUBT) && !hasLeave(secret)) {
        violations.push("a secret is set by a process that saw the current one refused");
      }
      const [newest] = client.live();
      if (newest?.by !== "hand" || clock.now() - newest.since <= UNSEEN) return;
      if (newest.secret === secret || hasLeave(secret)) return;
      const isStored = vault.labelsOf((payload) => credentialOf(payload) === newest.secret).length > 0;
      if (isStored && !wasToldBefore(secret, newest.since)) return;
      violations.push("a secret that was set by hand is overwritten");
    },
    beforeRegistering({ kid, pem, isLate, sentAt }) {
      proofs.beforeRegistering(kid);
      if (isLate) late.add(kid);
      if (!late.has(kid) && client.registered.some((key) => key.kid === kid))
        violations.push("a key is registered twice");
      if (!pem.startsWith("-----BEGIN PUBLIC KEY-----")) violations.push("what is registered is no public key");
      // Or was, when that was asked for: a person took the label away while it was on its way.
      const isDisowned = isExcused || (isLate && excusedAt + ON_ITS_WAY >= sentAt);
      if (!isDisowned && labelsOfKey(kid).length === 0) violations.push("a key is registered that is not stored");
    },
    beforeAttaching(ids) {
      proofs.beforeAttaching(ids.map((id) => keyOf(id)?.kid));
      if (client.attached === undefined) violations.push("the client's way to authenticate is switched");
      if (ids.length === 0) violations.push("the client is left without a key");
      const current = currentKey();
      const had = (client.attached ?? []).find((id) => keyOf(id)?.kid === current);
      if (had !== undefined && !ids.includes(had) && !isUnseen())
        violations.push("the consumers' current key is detached");
      const isTakenAway = (client.attached ?? []).some((id) => !ids.includes(id) && keyOf(id)?.by !== "hand");
      if (isTakenAway && clock.now() < promotedAt + overlap * 1_000) violations.push("the overlap is cut short");
    },
    beforeDeleting(id) {
      const key = keyOf(id);
      if (client.attached?.includes(id)) return; // attached a moment ago, by a person; the tenant refuses
      if (client.describe()?.referencedKeys.includes(id)) violations.push("a key that is referred to is deleted");
      if (key && key.kid === currentKey() && !isUnseen()) violations.push("the consumers' current key is deleted");
    },
    beforePromotion(version) {
      if (vault.labelled(CURRENT) === version) return; // a request that comes late is refused
      const payload = vault.secret.versions.get(version)?.value;
      if (payload === undefined) return void violations.push("a version without value is promoted");
      const isAccepted = client.mayAccept(loginOf(kind, payload));
      if (!isAccepted && client.handAt === undefined) violations.push("a credential is promoted that is not accepted");
      promotedAt = clock.now();
    },
  };

  /** What is on record as promoted is what the tenant accepts, unless people had their hands in it. */
  function lookAtPromotion(): void {
    const { promoted } = table.peek<RotationRecord>(rotationKey(target.tenant, target.clientId)) ?? {};
    const payload = vault.secret.versions.get(promoted?.version ?? "")?.value;
    if (promoted && promoted.at !== recorded?.at && client.handAt === undefined) {
      const isAccepted = payload !== undefined && client.mayAccept(loginOf(kind, payload));
      if (!isAccepted) violations.push("a credential is recorded as promoted that is not accepted");
    }
    recorded = promoted;
  }

  function noteLeave(): void {
    const { order } = table.peek<RotationRecord>(rotationKey(target.tenant, target.clientId)) ?? {};
    for (const [version, until] of leaves) leaves.set(version, Math.min(until, clock.now() + ON_ITS_WAY));
    if (order?.overwrite) leaves.set(order.version, Number.POSITIVE_INFINITY);
  }

  /** What is current was sent before: what a person set in its place is theirs, though AWSPREVIOUS may name it. */
  function wasToldBefore(secret: string, since: number): boolean {
    const { underWay } = table.peek<RotationRecord>(rotationKey(target.tenant, target.clientId)) ?? {};
    const current = vault.read(CURRENT);
    const isCurrent = current !== undefined && credentialOf(current) === secret;
    return isCurrent && underWay?.setAt !== undefined && underWay.setAt < since;
  }

  /** A person gave leave for a version, whose secret this is. */
  function hasLeave(secret: string): boolean {
    noteLeave();
    return [...leaves].some(([version, until]) => {
      const payload = vault.secret.versions.get(version)?.value;
      return clock.now() <= until && payload !== undefined && credentialOf(payload) === secret;
    });
  }
}
