import type { Instant } from "../../history/history.ts";
import { type Stored, updateRow } from "../../history/update-row.ts";
import type { Key, Table } from "../../store/table.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import type { LogEvent } from "../ports.ts";
import type { Issued } from "./issued.ts";
import type { UseTally } from "./log-use.ts";
import type { PlantedUses } from "./planted.ts";
import type { LogGap, LogPosition } from "./read-on.ts";
import type { UserTokens } from "./user-tokens.ts";

/** Uses that people have not been told of. */
export interface Untold {
  from: Instant;
  to: Instant;
  uses: readonly UseTally[];
}

/** What the watch had passed when looking back found who was planted: how far it is read once more for these. */
export interface Following extends LogPosition {
  /** The last event that the watch had read. */
  until: string;
  /** Who was followed then already. */
  before: readonly string[];
}

/** `INCIDENT#<id>`, `WATCH`: how far the log is watched, and what was seen. */
export interface WatchRecord extends LogPosition {
  startedAt: Instant;
  /** Turns that there were since the incident was begun, or begun anew. */
  turns: number;
  /** Since when the application is locked, as this watch saw it first; null while it is not. */
  lockedAt: Instant | null;
  /** The newest ones; bounded. */
  gaps: readonly LogGap[];
  /** For how many events each act of Curfew's own accounted, by its key; without those that are over for long. */
  own: Readonly<Record<string, number>>;
  /** How many events were Curfew's own, all in all. */
  ownEvents: number;
  /** `jti`s of tokens that were given out since access is given back; bounded. */
  renewed: readonly string[];
  /** Uses since then with tokens that nobody knows yet; absent before the first one, and bounded. */
  held?: readonly LogEvent[];
  /** Tokens that it was given for itself while it should get none; null while there is none. */
  issued: Issued | null;
  users: UserTokens;
  /** Applications that were added with what leaked, and what they did. */
  planted: PlantedUses;
  /** Null while nothing is read once more. */
  following: Following | null;
  /** Everything that should not be. */
  told: readonly UseTally[];
  /** What cannot be told from what is allowed. */
  counted: readonly UseTally[];
  untold: Untold | null;
  /** When people last heard of attempts that were refused. */
  attemptsToldAt: Instant | null;
  /** Events that are kept in rows of their own. */
  kept: number;
  /** Events that should be kept, and are too many. */
  notKept: number;
  /** Since when the log could not be read; null while it can. */
  blindSince: Instant | null;
}

const watchKey = (incident: string): Key => ({ partition: incidentPartition(incident), sort: "WATCH" });

/** Undefined when nobody has watched yet. */
export const readWatch = (table: Table, incident: string): Promise<Stored<WatchRecord> | undefined> =>
  table.get<WatchRecord>(watchKey(incident));

/** Whether nobody has read what the log has since the incident began: until then it counts as read. */
export const isUnread = ({ readUntil }: WatchRecord, { openedAt }: Pick<Incident, "openedAt">): boolean =>
  readUntil <= openedAt;

/** False, with nothing written, when another turn was faster. */
export const putWatch = (table: Table, incident: string, record: WatchRecord, version: number): Promise<boolean> =>
  table.put(watchKey(incident), record, { ifVersion: version });

/** Changes what does not depend on how far the log is read. */
export const changeWatch = async (
  table: Table,
  incident: string,
  known: Stored<WatchRecord>,
  change: (record: WatchRecord) => WatchRecord,
): Promise<Stored<WatchRecord>> =>
  updateRow<WatchRecord>(table, watchKey(incident), known, (record) => change(record ?? known.value));
