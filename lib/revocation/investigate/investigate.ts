import type { Instant } from "../../history/history.ts";
import { type Inventory, SECTION_NAMES } from "../../inventory/inventory.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import { tellIncident } from "../alerts/tell.ts";
import type { Incident, StepResult } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import type { IncidentParts } from "../parts.ts";
import { readSeen, type SeenEvent } from "../watch/seen.ts";
import { compareInventories, IN_NO_INVENTORY, type TenantChange } from "./compare.ts";
import { exposures } from "./exposed.ts";
import type { Inventories, SeenInventory } from "./inventories.ts";
import {
  type InvestigationRecord,
  NOT_READ,
  NOTHING_YET,
  putInvestigation,
  readInvestigation,
} from "./investigation-record.ts";

/** What judging works with: no login of the tenant's but that of whoever reads the inventory. */
type JudgingParts = Pick<IncidentParts, "table" | "clock" | "publisher" | "settings">;

/**
 * Finds out what was done with what leaked, once the log was looked back at: compares the tenant with the last inventory
 * from before, and says what may be exposed. Where the log could not be read to its end, the comparison is all there is,
 * and the result says so.
 *
 * That the log shows nothing never means that nothing was done: what tokens are used for at other APIs is not in it,
 * and it reaches back for days only.
 */
export async function investigate(
  incident: Incident,
  parts: JudgingParts,
  inventories: Inventories,
): Promise<Incident> {
  const { table, clock } = parts;
  const known = await readInvestigation(table, incident.id);
  const compared = await withComparison(incident, known?.value ?? NOTHING_YET, inventories);
  const whole = await withExposures(incident, compared, parts);
  await putInvestigation(table, incident.id, whole, known?.version ?? 0);
  const result = resultOf(whole, incident, clock.now());
  if (incident.steps.investigate?.outcome !== "done") {
    await addToTimeline(table, incident.id, {
      at: result.at,
      who: "curfew",
      what: "Looked back at what was done with it.",
      answer: result.message,
    });
  }
  if (whole.gap) await tellIncident(incident, { turn: "log-gap", ...whole.gap }, parts);
  await tellIncident(incident, foundTurn(whole, result.at), parts);
  return recordStep(table, incident.id, "investigate", result);
}

function resultOf(record: InvestigationRecord, { steps }: Incident, at: Instant): StepResult {
  const message = summary(record);
  if (record.isRead) return { at, outcome: "done", message };
  const known = steps.investigate?.outcome === "incomplete" ? steps.investigate : undefined;
  return { at, outcome: "incomplete", message, missing: known?.missing ?? [NOT_READ], code: known?.code ?? null };
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

/** What nobody can say is different, one sentence each. */
const notComparedLines = ({ compared, notCompared }: InvestigationRecord): string[] => [
  ...(notCompared === null ? [] : [`What is different in the tenant: ${notCompared}`]),
  ...(compared?.notCompared ?? []).map(({ section, why }) => `What is different in ${section}: ${why}.`),
  `What is different in ${IN_NO_INVENTORY}: they are in no inventory, and only the log tells of them.`,
];

async function withExposures(
  incident: Incident,
  record: InvestigationRecord,
  { table }: JudgingParts,
): Promise<InvestigationRecord> {
  const events: SeenEvent[] = [];
  for await (const event of readSeen(table, incident.id)) events.push(event);
  const since = incident.leakedSince ?? 0;
  const changes = record.compared?.changes ?? [];
  const { exposures: found, others } = exposures(
    events.filter(({ at }) => at >= since),
    changes,
    incident.clientId,
  );
  return { ...record, exposures: found, otherExposures: others };
}

const summary = ({ uses, exposures: found, notCompared, isRead }: InvestigationRecord): string =>
  [
    ...(isRead ? [] : ["The log from before it was locked could not be read to its end."]),
    `Since the leak the log has ${uses.reduce((sum, { count }) => sum + count, 0).toLocaleString("en")} events about it.`,
    `${found.length.toLocaleString("en")} other things may be exposed or planted.`,
    ...(notCompared === null ? [] : [notCompared]),
  ].join(" ");

const foundTurn = (record: InvestigationRecord, at: Instant) =>
  ({
    turn: "found",
    at,
    isRead: record.isRead,
    uses: record.uses,
    exposed: record.exposures.map(
      ({ what, clientId, why }) => `${clientId === null ? "" : `${clientId}: `}${what} (${why})`,
    ),
    changes: (record.compared?.changes ?? []).map(changeText),
    notCompared: notComparedLines(record),
  }) as const;

const changeText = ({ section, what, id, name }: TenantChange): string =>
  `${section}: ${what}: ${name === null ? id : `${name} (${id})`}`;
