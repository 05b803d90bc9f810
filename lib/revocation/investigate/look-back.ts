import type { Instant } from "../../history/history.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { LogPosition } from "../contain/look.ts";
import type { Incident, StepResult } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import { readPreserved } from "../incident/preserve.ts";
import type { IncidentParts } from "../parts.ts";
import { type LogGap, readOn, withGap } from "../watch/read-on.ts";
import { keepSeen } from "../watch/seen.ts";
import { momentBefore } from "../window/window-text.ts";
import {
  type InvestigationRecord,
  NOT_READ,
  NOTHING_YET,
  putInvestigation,
  readInvestigation,
} from "./investigation-record.ts";
import { withPage } from "./with-page.ts";

/** How far looking back came. */
export interface LogRead {
  /** Whether the log is read to where watching begins. */
  isRead: boolean;
  /** Why it could not be read on; undefined where it could, or where the time was over. */
  failure: CurfewError | undefined;
}

/**
 * Reads the log from its oldest event to where watching begins, and keeps what was done with what leaked. May be called
 * again and again until it is read: each call goes on where the last one stopped.
 *
 * @throws CurfewError `store-failed`, `interrupted`
 */
export async function lookBack(incident: Incident, parts: IncidentParts): Promise<LogRead> {
  const { table, clock } = parts;
  const known = await readInvestigation(table, incident.id);
  const begun = { record: known?.value ?? NOTHING_YET, version: known?.version ?? 0 };
  if (begun.record.isRead) return { isRead: true, failure: undefined };
  const { record, failure } = await readLog(incident, begun, parts);
  if (!record.isRead) await recordStep(table, incident.id, "investigate", unread(record, failure, clock.now()));
  return { isRead: record.isRead, failure };
}

interface Reading {
  record: InvestigationRecord;
  version: number;
  failure: CurfewError | undefined;
}

/** Reads on until where watching begins, the end of the log, or this process's time is over. */
async function readLog(
  incident: Incident,
  { record: begun, version: first }: Omit<Reading, "failure">,
  { tenant, table, clock, deadline }: IncidentParts,
): Promise<Reading> {
  const end = await readPreserved<LogPosition>(table, incident, "log-position");
  let record = begun;
  let version = first;
  const keep = async (next: InvestigationRecord): Promise<boolean> => {
    if (!(await putInvestigation(table, incident.id, next, version))) return false;
    record = next;
    version += 1;
    return true;
  };
  try {
    for await (const { events, gap, isEnd } of readOn(tenant, clock, whereItStopped(record, clock.now()))) {
      const { next, seen, isPast } = withPage(record, events, incident, end);
      await keepSeen(table, incident.id, seen);
      // What was planted goes on behind the lock: it is followed to the end of the log, and then by the watch.
      const isRead = isEnd || (isPast && next.planted.clients.length === 0);
      if (!(await keep({ ...next, isRead, ...(gap && passed(next, gap)) })))
        return { record, version, failure: undefined };
      if (isRead || clock.now() >= deadline) return { record, version, failure: undefined };
    }
    return { record, version, failure: undefined };
  } catch (error) {
    if (error instanceof CurfewError && error.code !== "store-failed" && error.code !== "interrupted") {
      return { record, version, failure: error };
    }
    throw error;
  }
}

/** Whoever goes on from here has not to find the same gap again. */
const passed = ({ gaps, readUntil }: InvestigationRecord, gap: LogGap) => ({
  gaps: withGap(gaps, gap),
  readUntil: Math.max(readUntil, gap.to),
});

/** At first nobody has missed anything: the log is read from the oldest event that there is. */
const whereItStopped = ({ position, readUntil }: InvestigationRecord, now: Instant) => ({
  position,
  readUntil: position === null ? now : readUntil,
});

function unread(record: InvestigationRecord, failure: CurfewError | undefined, at: Instant): StepResult {
  const missing = failure ? [`The tenant's log could not be read: ${failure.message}`] : [NOT_READ];
  return { at, outcome: "incomplete", message: readUntil(record), missing, code: failure?.code ?? null };
}

const readUntil = ({ readUntil: until }: InvestigationRecord): string =>
  until === 0 ? "Nothing of the tenant's log is read yet." : `The tenant's log is read until ${momentBefore(until)}.`;
