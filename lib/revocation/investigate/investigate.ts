import { counted } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import { type Inventory, SECTION_NAMES } from "../../inventory/inventory.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Table } from "../../store/table.ts";
import { tellIncident } from "../alerts/tell.ts";
import type { Incident, StepResult } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import type { IncidentParts } from "../parts.ts";
import { momentOf } from "../window/window-text.ts";
import { beforeFirstLook } from "./before-first-look.ts";
import { compareInventories, IN_NO_INVENTORY, type TenantChange } from "./compare.ts";
import type { Inventories, SeenInventory } from "./inventories.ts";
import {
  type InvestigationRecord,
  NOT_READ,
  NOTHING_YET,
  putInvestigation,
  readInvestigation,
} from "./investigation-record.ts";
import { seenExposures } from "./seen-exposures.ts";

/** What judging works with: no login of the tenant's but that of whoever reads the inventory. */
type JudgingParts = Pick<IncidentParts, "table" | "clock" | "publisher" | "settings">;

/**
 * Finds out what was done with what leaked, once the log was looked back at: compares the tenant with the last inventory
 * from before, and says what may be exposed. Where the log could not be read to its end, the comparison is all there is,
 * and the result says so.
 *
 * That the log shows nothing never means that nothing was done: what tokens are used for at other APIs is not in it,
 * and it reaches back for days only.
 *
 * @param isLast whether nobody tries again later what cannot be compared now
 */
export async function investigate(
  incident: Incident,
  parts: JudgingParts,
  inventories: Inventories,
  isLast = false,
): Promise<Incident> {
  const { table, clock, settings } = parts;
  const known = await readInvestigation(table, incident.id);
  const how = { isLast, isAlone: settings.isAlone ?? false, table };
  const compared = await withComparison(incident, known?.value ?? NOTHING_YET, inventories, how);
  const whole = await withExposures(incident, compared, parts);
  await putInvestigation(table, incident.id, whole, known?.version ?? 0);
  const result = resultOf(whole, incident, clock.now());
  if (incident.steps.investigate?.message !== result.message) {
    await addToTimeline(table, incident.id, {
      at: result.at,
      who: "curfew",
      what: incident.drill ? "Looked back at the log." : "Looked back at what was done with it.",
      answer: result.message,
    });
  }
  for (const gap of whole.gaps ?? []) await tellIncident(incident, { turn: "log-gap", ...gap }, parts);
  await tellIncident(incident, foundTurn(whole, incident.leakedSince, result.at), parts);
  return recordStep(table, incident.id, "investigate", result);
}

function resultOf(record: InvestigationRecord, { steps, drill }: Incident, at: Instant): StepResult {
  const message = summary(record, drill);
  if (record.isRead) return { at, outcome: "done", message };
  const known = steps.investigate?.outcome === "incomplete" ? steps.investigate : undefined;
  return { at, outcome: "incomplete", message, missing: known?.missing ?? [NOT_READ], code: known?.code ?? null };
}

async function withComparison(
  incident: Incident,
  record: InvestigationRecord,
  inventories: Inventories,
  { isLast, isAlone, table }: { isLast: boolean; isAlone: boolean; table: Table },
): Promise<InvestigationRecord> {
  if (record.compared) return record;
  const { triedAgain: _, ...rest } = record;
  const before = await inventories.before(incident.leakedSince ?? incident.openedAt);
  if (!before) return { ...rest, notCompared: isAlone ? NOT_HERE : NO_AUDIT };
  const known = { ...rest, ...(await beforeFirstLook(incident, before, inventories, table)) };
  const after = await readNow(before.inventory, inventories);
  if ("why" in after) {
    const notCompared = `The tenant as it is now could not be read${after.why}`;
    return after.mayPass && !incident.drill && !isLast
      ? { ...known, notCompared: `${notCompared} ${TRIED_AGAIN}`, triedAgain: true }
      : { ...known, notCompared };
  }
  const { changes, others, notCompared } = compareInventories(before.inventory, after.inventory);
  const from = (seen: { at: Instant; source: string }) => ({ at: seen.at, source: seen.source });
  return {
    ...known,
    notCompared: null,
    compared: { before: from(before), after: from(after), changes, others, notCompared },
  };
}

const NO_AUDIT = "There is no complete audit from before the leak to compare with.";
const NOT_HERE = "This machine compares no inventories.";
const TRIED_AGAIN = "That is tried again until the window is over, for 30 days at most.";

/** Why the tenant was not read, as the end of a sentence, and whether it may be later. */
interface NotRead {
  why: string;
  mayPass: boolean;
}

/** Only what there is something to compare with. */
async function readNow(before: Inventory, { now }: Inventories): Promise<SeenInventory | NotRead> {
  const wanted = new Set(SECTION_NAMES.filter((section) => before[section]?.status === "complete"));
  try {
    return (await now(wanted)) ?? { why: ".", mayPass: false };
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
    const mayPass = error.retryable || error.code !== "configuration-invalid";
    return { why: `: ${error.message}`, mayPass };
  }
}

/** What nobody can say was done or is different, one sentence each. */
const notComparedLines = (
  { compared, notCompared, reachesBackTo, isRead, sinceAudit: first }: InvestigationRecord,
  leakedSince: Instant | null,
): string[] => [
  ...(reachesBackTo !== null && reachesBackTo <= (leakedSince ?? 0) ? [] : [notReached(reachesBackTo, isRead)]),
  ...(leakedSince === null && compared
    ? [
        `What was different by ${momentOf(compared.before.at)} already: nobody said since when it was out, and that audit counts as clean.`,
      ]
    : []),
  ...(notCompared === null ? [] : [`What is different in the tenant: ${notCompared}`]),
  ...[...(compared?.notCompared ?? []), ...(first?.notCompared ?? [])].map(
    ({ section, why }) => `What is different in ${section}: ${why}.`,
  ),
  `What is different in ${IN_NO_INVENTORY}: they are in no inventory, and only the log tells of them.`,
];

async function withExposures(
  incident: Incident,
  record: InvestigationRecord,
  { table }: JudgingParts,
): Promise<InvestigationRecord> {
  const { exposures: found, others } = await seenExposures(incident, record, table);
  return { ...record, exposures: found, otherExposures: others };
}

function notReached(reachesBackTo: Instant | null, isRead: boolean): string {
  if (reachesBackTo !== null)
    return `What was done before ${momentOf(reachesBackTo)}: Auth0's log does not reach back further.`;
  return `What was done before: ${isRead ? "Auth0's log has no events from then" : "nobody could read Auth0's log"}.`;
}

/** What nobody follows. */
const notFollowedLines = ({ planted: { notFollowed } }: InvestigationRecord): string[] =>
  notFollowed === 0
    ? []
    : [`What ${counted(notFollowed, "further application")} did, added with it: nobody follows that.`];

function summary({ uses, exposures: found, notCompared, isRead }: InvestigationRecord, drill: boolean): string {
  const log = isRead ? "the log" : "what is read of the log";
  const requests = counted(
    uses.reduce((sum, { count }) => sum + count, 0),
    "request",
  );
  const things = counted(found.length, "other thing");
  return [
    ...(isRead ? [] : ["The log from before it was locked could not be read to its end."]),
    drill
      ? `In that time ${log} has ${requests} of it, which might be the thief's in an emergency; ${things} might be exposed or planted.`
      : `Since the leak ${log} has ${requests} about it. ${things} may be exposed or planted.`,
    ...(notCompared === null ? [] : [notCompared]),
  ].join(" ");
}

const foundTurn = (record: InvestigationRecord, leakedSince: Instant | null, at: Instant) =>
  ({
    turn: "found",
    at,
    isRead: record.isRead,
    uses: record.uses,
    isCompared: record.triedAgain === undefined,
    exposed: record.exposures.map(
      ({ what, clientId, why }) => `${clientId === null ? "" : `${clientId}: `}${what} (${why})`,
    ),
    changes: (record.compared?.changes ?? []).map(changeText),
    notCompared: [...notFollowedLines(record), ...notComparedLines(record, leakedSince)],
  }) as const;

const changeText = ({ section, what, id, name }: TenantChange): string =>
  `${section}: ${what}: ${name === null ? id : `${name} (${id})`}`;
