import type { Instant } from "../../history/history.ts";
import type { ErrorCode } from "../../model/curfew-error.ts";
import { type Key, tenantPartition } from "../../store/table.ts";
import type { VersionId } from "../ports.ts";
import type { Refusal } from "../refusal.ts";
import type { CredentialKind } from "./target.ts";

/** The steps of Secrets Manager's rotation protocol, in their order. */
export const ROTATION_STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

/** Who asked for a version to be made. A version that nobody ordered was asked for in the AWS console or by its schedule. */
export interface RotationOrder {
  version: VersionId;
  /** Who tries it. */
  by: "schedule" | "person" | "incident";
  /**
   * Names the try: failures of an automatic order count once for each `at`. Who orders a version again in a later run
   * gives that run's start, so that a run's retries count once and the next run counts anew.
   */
  at: Instant;
  /** When it was ordered, where that is later than `at`: a run comes to it hours after its start. */
  orderedAt?: Instant;
  /** Who asked for the version before the schedule tried it again: their leave to begin it lasts. */
  asked?: { by: "person" | "incident"; at: Instant };
  /** A person said that a secret set by hand may be overwritten; that counts for a day after they asked. */
  overwrite?: true;
  /** Of an incident: which keys leaked, each by its `kid` or id; left out where nobody knows, and then it may be any. */
  leakedKeys?: readonly string[];
  /** Of a version that was promoted before it was ordered, and left its label behind: when. That is none of its doing. */
  promotedBefore?: Instant;
  /** When it was seen that nothing comes of the version: nobody goes on with the order then. */
  cameToNothing?: Instant;
}

/** What went wrong. No value, no answer. */
export interface Failure {
  at: Instant;
  code: ErrorCode;
  refusal: Refusal | null;
  /** One sentence for people. */
  message: string;
}

/** The last try of a rotation that failed. */
export interface RotationFailure extends Failure {
  version: VersionId;
  step: RotationStep;
  /** When it was seen that nothing comes of the version: it is what people hear of last, and troubles nobody any more. */
  cameToNothing?: Instant;
}

/** One look at both credentials. */
export interface ProofAnswer {
  at: Instant;
  old: "accepted" | "refused" | "unknown";
  current: "accepted" | "refused" | "unknown";
}

/** That an old credential is dead: refused five times over 30 s, not before 45 s after the last write, the new one accepted. */
export interface Proof {
  /** The version that is dead, and the one that replaced it. */
  old: VersionId;
  current: VersionId;
  /** See {@link Aftercare}: dead as well. */
  oldToo?: VersionId;
  wasAccepted?: true;
  /** Keys: under which names the tenant knows those that are dead, their `kid`s and the id of the one that was taken away. */
  keys?: readonly string[];
  /** The version that was accepted meanwhile, where another one than `current` is current by then. */
  witness?: VersionId;
  provenAt: Instant;
  answers: readonly ProofAnswer[];
}

/** How an aftercare ended that no proof will end; where nobody can prove that the old credential is dead, none of these. */
export type Ending =
  | "in-use" // the old credential is the current one again
  | "superseded" // the new one was never seen to be current, and another value was stored in its place
  | "client-gone" // so is the application, and nothing of it is accepted
  | "nothing-came"; // of the version that was to replace the old one

/** What a promotion takes back: somebody had changed the current value beside its credential since the new one was made. */
export interface TakenBack {
  /** The names of the fields; never what they hold. */
  fields: readonly string[];
  /** The version that has them as they were stored. */
  from: VersionId;
}

/** What is still to be done after a promotion; recorded before it. */
export interface Aftercare {
  /** The version that is promoted, and the one that it replaces: see `underWay`. */
  current: VersionId;
  old: VersionId;
  /** The version that was current at the promotion, where that is another one than `old`: to be dead as well. */
  oldToo?: VersionId;
  /** Whether the tenant was seen to accept `old` when it was told; else that one only bore AWSCURRENT. */
  wasAccepted?: true;
  recordedAt: Instant;
  takesBack?: TakenBack;
  /** When `current` was promoted, as far as is known. Until then nothing is taken away: it may never have come to it. */
  promotedAt?: Instant;
  /** Not before then is anything taken away: the end of the overlap for keys, the promotion for secrets. */
  from: Instant;
  /** Keys: what is to be detached and deleted. */
  oldKey?: { id: string; kid: string };
  /** Keys: when the old one was seen to be detached and, where nothing else refers to it, deleted. */
  goneAt?: Instant;
  /** Every write at Auth0 that concerns the old credential was answered by then. */
  lastWriteAt: Instant;
  /** Answers so far of a proof that is not complete. */
  answers: readonly ProofAnswer[];
  /** Whoever promoted `current` could keep no proof: the next audit is the first to ask. */
  leftToAudit?: true;
  /** The last try that failed. It is none of the rotation's: a later one may fail for a reason of its own. */
  failure?: Failure;
  /** Since when it is overdue: not proven 5 minutes after it should be dead, whatever the reason. */
  overdueSince?: Instant;
  /**
   * Why it cannot be proven at all, in a sentence: the old value is not stored any more, for instance. Nothing is left
   * to do then; it stays on record for a week, and until a later rotation of the credential is proven.
   */
  notProvable?: string;
  ending?: Ending;
  /** Since when that is known; left out where nothing came of `current`, so that nobody need hear of it. */
  givenUpAt?: Instant;
}

/** Something that is left to do and can be done. */
export const isOpen = ({ notProvable }: Pick<Aftercare, "notProvable">): boolean => notProvable === undefined;

/** All but what nothing came of: the old credential is the current one then, and nobody need hear of it. */
export const concernsPeople = (care: Pick<Aftercare, "notProvable" | "givenUpAt">): boolean =>
  isOpen(care) || care.givenUpAt !== undefined;

/** `ROTATION#<clientId>` of a tenant: what is remembered of the rotations of one credential. */
export interface RotationRecord {
  clientId: string;
  arn: string;
  kind: CredentialKind;
  /** When a credential of the client was first seen to be accepted by an endpoint that refuses a random one. */
  acceptedAt?: Instant;
  /** The last one asked for. */
  order?: RotationOrder;
  /** The version that is under way. */
  underWay?: {
    version: VersionId;
    startedAt: Instant;
    /** When the tenant was first told about it; from then on the only way is forward. */
    setAt?: Instant;
    /** When a client secret was last sent: by then the tenant refused it, if it was sent before. */
    sentAt?: Instant;
    /** The tenant accepted it before it was told: a person set it there, at a moment that nobody knows. */
    setByHand?: true;
    /** The version that the tenant was seen to accept until then, else what was current, whatever people store meanwhile. */
    replaces?: VersionId;
    /** Whether it was seen to. */
    wasAccepted?: true;
    /**
     * Since when audits have seen that a person made it current before Auth0 was told of it. As the last look at the
     * labels was: gone where they were moved back.
     */
    earlySince?: Instant;
    /** It was replaced before, and the tenant accepts it all the same: it is promoted once more, and never set. */
    wasReplaced?: true;
    /**
     * Secrets: the tenant had been told of it, and refused it while it was current: a person may have set the former one
     * there. As soon as another one is current it counts as replaced.
     */
    wasRefused?: true;
  };
  /** Consecutive tries of automatic orders that failed; 0 after a promotion or `rotate resume`. */
  failures: number;
  /** The `at` of the order whose failure was counted last. */
  failedOrder?: Instant;
  lastFailure?: RotationFailure;
  /** No automatic try begins until a person resumes; what the tenant was told of is finished all the same. */
  held?: { since: Instant; refusal: Refusal | null; message: string };
  /** The last promotion. */
  promoted?: { version: VersionId; at: Instant };
  /** What promotions took back, the newest last; another promotion may follow at once, and people still have to hear it. */
  tookBack?: readonly (TakenBack & { arn: string; version: VersionId; at: Instant })[];
  /** Since when it is seen that people went back from a newer version, and to which; until the next promotion. */
  wentBack?: { to: VersionId; seenAt: Instant };
  /** The last promotion in the secret that the client had before this one. */
  former?: Pick<RotationRecord, "arn"> & { promoted: NonNullable<RotationRecord["promoted"]> };
  aftercare: readonly Aftercare[];
  lastProof?: Proof;
  /** Keys: the ids that the tenant gave those that Curfew registered, the newest last; written before one is attached. */
  ownKeys?: readonly string[];
}

/** So many are kept for people to hear of: an audit tells them once a day. */
const MOST_TAKEN_BACK = 5;

/** The record, with what the promotion of a version took back. */
export const withTakenBack = (record: RotationRecord, version: VersionId, at: Instant): RotationRecord => {
  const takesBack = record.aftercare.find(({ current }) => current === version)?.takesBack;
  if (!takesBack) return record;
  const others = (record.tookBack ?? []).filter((one) => one.version !== version || one.from !== takesBack.from);
  return { ...record, tookBack: [...others, { ...takesBack, arn: record.arn, version, at }].slice(-MOST_TAKEN_BACK) };
};

/** A tenant lets an application have a few keys at once: more are needed by nobody. */
const MOST_OWN_KEYS = 20;

/** The record, with a key that Curfew registered. */
export const withOwnKey = (record: RotationRecord, id: string): RotationRecord =>
  record.ownKeys?.includes(id) ? record : { ...record, ownKeys: [...(record.ownKeys ?? []), id].slice(-MOST_OWN_KEYS) };

export const ROTATION_PREFIX = "ROTATION#";

export const rotationKey = (tenant: string, clientId: string): Key => ({
  partition: tenantPartition(tenant),
  sort: `${ROTATION_PREFIX}${clientId}`,
});
