import { counted } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import { type Inventory, SECTION_NAMES } from "../../inventory/inventory.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import { tellIncident } from "../alerts/tell.ts";
import type { LogPosition } from "../contain/look.ts";
import type { Incident, StepResult } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import { readPreserved } from "../incident/preserve.ts";
import { addToTimeline } from "../incident/timeline.ts";
import type { IncidentParts } from "../parts.ts";
import { readOn } from "../watch/read-on.ts";
import { keepSeen } from "../watch/seen.ts";
import { momentOf } from "../window/window-text.ts";
import { compareInventories, IN_NO_INVENTORY, type TenantChange } from "./compare.ts";
import type { Inventories, SeenInventory } from "./inventories.ts";
import { type InvestigationRecord, NOTHING_YET, putInvestigation, readInvestigation } from "./investigation-record.ts";
import { withPage } from "./look-back.ts";
import { seenExposures } from "./seen-exposures.ts";

/**
 * Finds out what was done with what leaked: reads the log from its oldest event to where watching begins, and compares
 * the tenant with the last inventory from before. May be called again and again until the result is not `incomplete`:
 * each call goes on where the last one stopped.
 *
 * That the log shows nothing never means that nothing was done: what tokens are used for at other APIs is not in it,
 * and it reaches back for days only.
 */
export async function investigate(
  incident: Incident,
  parts: IncidentParts,
  inventories: Inventories,
): Promise<Incident> {
  const { table, clock } = parts;
  const known = await readInvestigation(table, incident.id);
  const begun = { record: known?.value ?? NOTHING_YET, version: known?.version ?? 0 };
  const read = begun.record.isRead ? { ...begun, failure: undefined } : await readLog(incident, begun, parts);
  if (!read.record.isRead) return recordStep(table, incident.id, "investigate", unread(read, clock.now()));
  const compared = await withComparison(incident, read.record, inventories);
  const whole = await withExposures(incident, compared, parts);
  await putInvestigation(table, incident.id, whole, read.version);
  const result: StepResult = { at: clock.now(), outcome: "done", message: summary(whole) };
  if (incident.steps.investigate?.outcome !== "done") {
    await addToTimeline(table, incident.id, {
      at: result.at,
      who: "curfew",
      what: "Looked back at what was done with it.",
      answer: result.message,
    });
  }
  if (whole.gap) await tellIncident(incident, { turn: "log-gap", ...whole.gap }, parts);
  await tellIncident(incident, foundTurn(whole, incident.leakedSince, result.at), parts);
  return recordStep(table, incident.id, "investigate", result);
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
  const end = await readPreserved<LogPosition>(table, incident.id, "log-position");
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
      if (!(await keep({ ...next, isRead, ...(gap && { gap }) }))) return { record, version, failure: undefined };
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

/** At first nobody has missed anything: the log is read from the oldest event that there is. */
const whereItStopped = ({ position, readUntil }: InvestigationRecord, now: Instant) => ({
  position,
  readUntil: position === null ? now : readUntil,
});

function unread({ record, failure }: Reading, at: Instant): StepResult {
  const message = `The tenant's log is read until ${record.readUntil === 0 ? "nowhere yet" : momentOf(record.readUntil)}.`;
  const missing = failure
    ? [`The tenant's log could not be read: ${failure.message}`]
    : ["The tenant's log is not read to where watching begins."];
  return { at, outcome: "incomplete", message, missing, code: failure?.code ?? null };
}

async function withComparison(
  incident: Incident,
  record: InvestigationRecord,
  inventories: Inventories,
): Promise<InvestigationRecord> {
  if (record.compared) return record;
  const before = await inventories.before(incident.leakedSince ?? incident.openedAt);
  if (!before) return { ...record, notCompared: "There is no complete audit from before the leak to compare with." };
  const after = await readNow(before.inventory, inventories);
  if ("why" in after) return { ...record, notCompared: `The tenant as it is now could not be read${after.why}` };
  const { changes, others, notCompared } = compareInventories(before.inventory, after.inventory);
  const from = (seen: { at: Instant; source: string }) => ({ at: seen.at, source: seen.source });
  return {
    ...record,
    notCompared: null,
    compared: { before: from(before), after: from(after), changes, others, notCompared },
  };
}

/** Only what there is something to compare with; or why not, as the end of a sentence. */
async function readNow(before: Inventory, { now }: Inventories): Promise<SeenInventory | { why: string }> {
  const wanted = new Set(SECTION_NAMES.filter((section) => before[section]?.status === "complete"));
  try {
    return (await now(wanted)) ?? { why: "." };
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
    return { why: `: ${error.message}` };
  }
}

/** What nobody can say was done or is different, one sentence each. */
const notComparedLines = (
  { compared, notCompared, reachesBackTo }: InvestigationRecord,
  leakedSince: Instant | null,
): string[] => [
  ...(reachesBackTo !== null && reachesBackTo <= (leakedSince ?? 0) ? [] : [notReached(reachesBackTo)]),
  ...(leakedSince === null && compared
    ? [
        `What was different by ${momentOf(compared.before.at)} already: nobody said since when it was out, and that audit counts as clean.`,
      ]
    : []),
  ...(notCompared === null ? [] : [`What is different in the tenant: ${notCompared}`]),
  ...(compared?.notCompared ?? []).map(({ section, why }) => `What is different in ${section}: ${why}.`),
  `What is different in ${IN_NO_INVENTORY}: they are in no inventory, and only the log tells of them.`,
];

async function withExposures(
  incident: Incident,
  record: InvestigationRecord,
  { table }: IncidentParts,
): Promise<InvestigationRecord> {
  const { exposures: found, others } = await seenExposures(incident, record.compared?.changes ?? [], table);
  return { ...record, exposures: found, otherExposures: others };
}

const notReached = (reachesBackTo: Instant | null): string =>
  reachesBackTo === null
    ? "What was done before: Auth0's log has no events from then."
    : `What was done before ${momentOf(reachesBackTo)}: Auth0's log does not reach back further.`;

/** What nobody follows. */
const notFollowedLines = ({ planted: { notFollowed } }: InvestigationRecord): string[] =>
  notFollowed === 0
    ? []
    : [`What ${counted(notFollowed, "further application")} did, added with it: nobody follows that.`];

const summary = ({ uses, exposures: found, notCompared }: InvestigationRecord): string =>
  [
    `Since the leak the log has ${counted(
      uses.reduce((sum, { count }) => sum + count, 0),
      "event",
    )} about it.`,
    `${counted(found.length, "other thing")} may be exposed or planted.`,
    ...(notCompared === null ? [] : [notCompared]),
  ].join(" ");

const foundTurn = (record: InvestigationRecord, leakedSince: Instant | null, at: Instant) =>
  ({
    turn: "found",
    at,
    uses: record.uses,
    exposed: record.exposures.map(
      ({ what, clientId, why }) => `${clientId === null ? "" : `${clientId}: `}${what} (${why})`,
    ),
    changes: (record.compared?.changes ?? []).map(changeText),
    notCompared: [...notFollowedLines(record), ...notComparedLines(record, leakedSince)],
  }) as const;

const changeText = ({ section, what, id, name }: TenantChange): string =>
  `${section}: ${what}: ${name === null ? id : `${name} (${id})`}`;
