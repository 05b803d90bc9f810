import type { Unavailable } from "../inventory/inventory.ts";
import type { Seconds } from "../model/duration.ts";

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
  /** For `unknown`: why. */
  detail: string | null;
}

/** Token exchanges as the tenant's log tells of them; Curfew's own probes are not among them. */
export interface Exchanges {
  status: "complete";
  /** From when on the log was read without a gap. */
  since: Instant;
  /** The last successful exchange of each client since then. */
  lastSeen: ReadonlyMap<string, Instant>;
}

/** What a single look at a tenant cannot tell. */
export interface History {
  /** Secrets by client id; a client that is not in here has no history. */
  secrets: ReadonlyMap<string, SecretAge>;
  /** The clients whose credentials Curfew looks after, as configured. */
  managed: ReadonlySet<string>;
  /** By client id, for those of `managed` that were probed. */
  probes: ReadonlyMap<string, DriftProbe>;
  exchanges: Exchanges | Unavailable;
  /** When this tenant was last audited completely before this run; undefined when never. */
  lastCompleteAudit: Instant | undefined;
  /** When this tenant was first audited at all; undefined when never before. */
  firstAudit: Instant | undefined;
  /** The longest time between two scheduled audits; undefined without a schedule. */
  interval: Seconds | undefined;
}
