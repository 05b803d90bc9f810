import type { Incident, IncidentStep, StepResult } from "../incident/incident.ts";
import type { StoredEntry } from "../incident/timeline.ts";
import type { InvestigationRecord } from "../investigate/investigation-record.ts";
import type { Lever } from "../leak/leak-kinds.ts";
import type { TokenFacts } from "../leak/leaked-token.ts";
import type { SeenEvent } from "../watch/seen.ts";
import type { WatchRecord } from "../watch/watch-record.ts";
import type { RefreshTokensRevoked } from "../window/refresh-tokens.ts";
import type { ExposureWindow } from "../window/window.ts";

/** A moment in evidence: ISO 8601, UTC. */
type Moment = string;

/** Moments are milliseconds in Curfew's memory, and texts in evidence: people read it. */
export type Dated<T, Key extends keyof T> = Omit<T, Key> & {
  [K in Key]: T[K] extends null ? null : Moment | Extract<T[K], null>;
};

/** What became of something that opens a door. */
export interface CredentialState {
  /** In words: `registered key kid-1`. */
  what: string;
  /** `unknown` where nobody could see it: never taken for dead. */
  state: "dead" | "alive" | "unknown";
  detail: string;
}

/** A question that was put to a second person, without what completes the waiting step. */
export interface AskedPlan {
  step: string;
  planHash: string | null;
  plan: unknown;
  /** The plan in words, as it was shown, with what does not come back. */
  lines: unknown;
  decision: unknown;
}

/** How far a step came. */
export type BundledStep = { step: IncidentStep; at: Moment } & Pick<StepResult, "outcome" | "message"> & {
    missing: readonly string[];
    told: readonly string[];
  };

/**
 * `incidents/<id>/incident.json`: everything that is known of an incident when it is closed. `docs/revocation.md`
 * documents it. No secret and no token.
 */
export interface IncidentBundle {
  schemaVersion: 1;
  generatedAt: Moment;
  incident: Pick<Incident, "id" | "tenant" | "clientId" | "reason" | "openedBy" | "drill"> & {
    domain: string;
    openedAt: Moment;
    leakedSince: Moment | null;
  };
  leak: { kind: string; meaning: string; levers: readonly Lever[]; isContainable: boolean } | null;
  token: Dated<TokenFacts, "issuedAt" | "notBefore" | "expiresAt"> | null;
  /** Whether it was contained, and was not seen open in the end, and since when it is proven that nothing is given out. */
  isContained: boolean;
  /**
   * Whether the lock was seen to hold in the end; null where nothing was locked, or access was given back, or a later
   * incident decides about it.
   */
  lockAtLast: "holds" | "open" | "not seen" | null;
  /** Who ended it before its window was over, and why; null where nobody did. */
  ended: { at: string; by: string; reason: string } | null;
  stoppedAt: Moment | null;
  /** Since when access is given back; null where it is not. */
  restoredAt: Moment | null;
  steps: readonly BundledStep[];
  window: BundledWindow | null;
  refreshTokensRevoked: Dated<RefreshTokensRevoked, "at"> | null;
  /** Every credential of the application that anybody knows of. */
  credentials: readonly CredentialState[];
  /** Null where nobody looked back. */
  investigation: BundledInvestigation | null;
  /** Null where nobody watched. */
  watch: BundledWatch | null;
  /** Events of the tenant's log that are about it, in its order. */
  events: readonly Dated<SeenEvent, "at">[];
  approvals: readonly AskedPlan[];
  /** What was there before anything was taken away, by its part. */
  preserved: Readonly<Record<string, unknown>>;
  timeline: readonly Dated<Omit<StoredEntry, "position">, "at">[];
  questions: readonly string[];
  /** What would make the next window shorter. */
  lessons: readonly string[];
}

export interface BundledUse {
  what: string;
  count: number;
  ips: readonly string[];
  firstAt: Moment;
  lastAt: Moment;
}

export type BundledInvestigation = Pick<InvestigationRecord, "isRead" | "earlier" | "notKept" | "notCompared"> & {
  reachesBackTo: Moment | null;
  /** Times of which events were gone before somebody read them. */
  gaps: readonly { from: Moment; to: Moment }[];
  uses: readonly BundledUse[];
  changes: NonNullable<InvestigationRecord["compared"]>["changes"];
  otherChanges: number;
  sectionsNotCompared: NonNullable<InvestigationRecord["compared"]>["notCompared"];
  comparedWith: { before: Moment; after: Moment } | null;
  exposures: readonly Dated<InvestigationRecord["exposures"][number], "at">[];
  otherExposures: number;
  /** How many applications that were added with it are not followed. */
  plantedNotFollowed: number;
};

export type BundledWatch = Pick<WatchRecord, "notKept"> & {
  startedAt: Moment;
  /** Since when the application was locked, as the watch saw it first; null where it was not. */
  lockedAt: Moment | null;
  /** Null where nobody could read the log since the incident began. */
  readUntil: Moment | null;
  gaps: readonly { from: Moment; to: Moment }[];
  /** How many events were Curfew's own. */
  own: number;
  told: readonly BundledUse[];
  counted: readonly BundledUse[];
  /** Applications that were added with what leaked and are followed, and how many are not. */
  planted: readonly string[];
  plantedNotFollowed: number;
  plantedUses: readonly BundledUse[];
};

export interface BundledWindow {
  state: ExposureWindow["state"];
  /** When it closes; of an open one, until when what was known last works. */
  at: Moment;
  because: readonly string[];
  tokenUntil: Moment | null;
  apis: readonly { audience: string; until: Moment; lifetime: number; assumed: string | null }[];
  others: number;
}
