import type { Instant } from "../../history/history.ts";
import type { Key, Table } from "../../store/table.ts";
import { incidentPartition } from "../incident/incident.ts";
import type { Issued } from "../watch/issued.ts";
import type { UseTally } from "../watch/log-use.ts";
import { NOTHING_PLANTED, type Planted } from "../watch/planted.ts";
import type { LogGap } from "../watch/read-on.ts";
import type { Comparison } from "./compare.ts";
import type { Exposure } from "./exposed.ts";
import type { SinceAudit } from "./since-audit.ts";

/** What two inventories say, and where they come from. */
export interface ComparedInventories extends Comparison {
  before: { at: Instant; source: string };
  after: { at: Instant; source: string };
}

/** `INCIDENT#<id>`, `INVESTIGATION`: what was done before watching began. */
export interface InvestigationRecord {
  /** The last event that was read; null before the first one. */
  position: string | null;
  /** When the oldest event that Auth0 still had happened; null before it is known, or where there was none. */
  reachesBackTo: Instant | null;
  readUntil: Instant;
  /** Times of which events are gone that nobody read, the newest ones; absent where there is none. */
  gaps?: readonly LogGap[];
  /** Whether the log is read to where watching begins. */
  isRead: boolean;
  /** Uses since the leak, of the application and of the token. */
  uses: readonly UseTally[];
  /** Tokens that it was given for itself, as far back as the log reaches; null where none was seen. */
  issued: Issued | null;
  /** Whether users were given tokens through it, as far back as the log reaches. */
  users: boolean;
  /** Events about them from before the leak. */
  earlier: number;
  /** Applications that were added with it since the leak. */
  planted: Planted;
  kept: number;
  notKept: number;
  /** Null until it was tried. */
  compared: ComparedInventories | null;
  /** Why nothing was compared, in a sentence; null where it was, or was not tried. */
  notCompared: string | null;
  /** That what keeps it from being compared may pass, so that it is tried again; absent otherwise. */
  triedAgain?: true;
  /**
   * What the application that leaked got before the first look; absent where there is no audit to compare with, and where
   * it keeps what it has: then the comparison sees that. Without `gained` where an audit is from before this leak, and none
   * from before the first look.
   */
  sinceAudit?: SinceAudit;
  exposures: readonly Exposure[];
  otherExposures: number;
}

export const NOTHING_YET: InvestigationRecord = {
  position: null,
  reachesBackTo: null,
  readUntil: 0,
  isRead: false,
  uses: [],
  earlier: 0,
  issued: null,
  users: false,
  planted: NOTHING_PLANTED,
  kept: 0,
  notKept: 0,
  compared: null,
  notCompared: null,
  exposures: [],
  otherExposures: 0,
};

/** What is missing while the log is not read, and nobody knows why. */
export const NOT_READ = "The tenant's log is not read to where watching begins.";

const recordKey = (incident: string): Key => ({ partition: incidentPartition(incident), sort: "INVESTIGATION" });

/** Undefined when nobody has begun. */
export const readInvestigation = (table: Table, incident: string) =>
  table.get<InvestigationRecord>(recordKey(incident));

/** False, with nothing written, when somebody else was faster. */
export const putInvestigation = (
  table: Table,
  incident: string,
  record: InvestigationRecord,
  version: number,
): Promise<boolean> => table.put(recordKey(incident), record, { ifVersion: version });
