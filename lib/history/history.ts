import type { Unavailable } from "../inventory/inventory.ts";
import type { Seconds } from "../model/duration.ts";
import type { UnknownReason } from "../model/finding.ts";

/** A moment in milliseconds since the Unix epoch. */
export type Instant = number;

/** Where it is known from how old a secret is, the most certain first. */
export const AGE_SOURCES = ["rotation", "vault-version", "tenant-log", "first-seen"] as const;
export type AgeSource = (typeof AGE_SOURCES)[number];

/** How old a client's secret is. */
export interface SecretAge {
  /** When the secret was set, as far as anybody knows. */
  since: Instant;
  source: AgeSource;
  /** True where it may be older: nobody saw it being set. */
  isAtLeast: boolean;
}

/** What the token endpoint last said about the stored secret of a credential that Curfew looks after. */
export interface DriftProbe {
  answer: "accepted" | "refused" | "unknown";
  at: Instant;
  /** For `unknown`: `not-reported` where Auth0's answers cannot tell a right credential from a wrong one. */
  reason: Extract<UnknownReason, "fetch-failed" | "not-reported"> | null;
  /** For `unknown`: why, in words. */
  detail: string | null;
  /** For `unknown`: nothing is stored that could be asked about. */
  isMissing?: true;
}

/** Why a credential that Curfew looks after is not rotated. */
export interface RotationTrouble {
  /** `held`: no other rotation is begun until a person says so. */
  state: "held" | "failing";
  /** When it was held, or failed last. */
  since: Instant;
  /** What the rotation stumbled over, one sentence. */
  message: string;
}

/** Since when a client is known. */
export interface FirstSeen {
  /** The start of the first run that saw it, or the first event in the tenant's log that is about it. */
  first: Instant;
  /**
   * The start of the last run before that whose list of clients was complete and did not hold it yet: it was created
   * after that. Undefined for those that were there when Curfew first looked.
   */
  notBefore?: Instant;
}

/** Token exchanges as the tenant's log tells of them; Curfew's own requests are not among them. */
export interface Exchanges {
  status: "complete";
  /** From when on the log was read without a gap. */
  since: Instant;
  /** Until when it was read: about now, or earlier where there were more events than time to read them. */
  until: Instant;
  /** The last successful exchange of each client since then. */
  lastSeen: ReadonlyMap<string, Instant>;
}

/** What a single look at a tenant cannot tell. */
export interface History {
  /** When the run was started that this history was read in; the tenant's turn may have come hours later. */
  startedAt: Instant;
  /** Secrets by client id; a client that is not in here has no history. */
  secrets: ReadonlyMap<string, SecretAge>;
  /** By client id. */
  seen: ReadonlyMap<string, FirstSeen>;
  /** The clients whose credentials Curfew looks after, as configured. */
  managed: ReadonlySet<string>;
  /** Curfew's own applications in the tenant, as configured. */
  own: ReadonlySet<string>;
  /** By client id, for those of `managed` that were probed. */
  probes: ReadonlyMap<string, DriftProbe>;
  /** By client id, for those that cannot be rotated; undefined where nobody looked. */
  rotationTroubles: ReadonlyMap<string, RotationTrouble> | undefined;
  exchanges: Exchanges | Unavailable;
  /** The start of the last run before this one that audited the tenant completely; undefined when there is none. */
  lastCompleteAudit: Instant | undefined;
  /** The start of the first run that audited the tenant at all; undefined when never before. */
  firstAudit: Instant | undefined;
  /** The longest time between two scheduled audits; undefined without a schedule. */
  interval: Seconds | undefined;
  /** What people should know about this history, one sentence each: a gap in the log, for instance. */
  notes: readonly string[];
}
