import type { Instant } from "../../history/history.ts";
import { beforeMoment } from "../../rotation/bounded-parts.ts";
import { boundedLines } from "../incident/bounded-lines.ts";
import { isSinceOpened } from "../incident/how-far.ts";
import type { Incident, IncidentStep, StepResult } from "../incident/incident.ts";
import { changeIncident, withStep } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import type { IncidentParts } from "../parts.ts";
import { momentOf } from "../window/window-text.ts";
import { documentName } from "./documents.ts";
import type { StepRun } from "./step-run.ts";
import { tell } from "./tell-run.ts";
import { tried } from "./tried.ts";

/** What was there again while the table took nothing. */
interface Trace {
  step: IncidentStep;
  at: Instant;
  what: readonly string[];
}

/** Milliseconds that taking away waits for it, and looking for one. */
const PATIENCE = 2_000;

/**
 * `incidents/<id>/put-back-<moment>.json`: named by the moment of the proof that it makes void. Where nothing is proven
 * it is of no use: every later proof is newer than what it tells of.
 */
function nameOf({ id, steps: { prove } }: Incident): string | undefined {
  return prove?.outcome === "done" ? documentName({ id }, `put-back-${prove.at}.json`) : undefined;
}

/**
 * Keeps beside the evidence that something was there again, where the table cannot: whoever dies after taking it away
 * would leave the old proof standing. That it cannot be kept holds nothing up; people are told all the same.
 */
export async function keepTrace({ incident, parts, step }: StepRun, trace: Omit<Trace, "step">): Promise<void> {
  const name = nameOf(incident);
  if (name === undefined) return;
  const { clock, evidence } = parts;
  const body = Buffer.from(`${JSON.stringify({ step, ...trace })}\n`);
  await tried(() => beforeMoment(clock, clock.now() + PATIENCE, () => evidence.create(name, body, "application/json")));
}

/**
 * Takes back the proof that such a trace makes void, and tells people. Where access is given back by now it is recorded
 * that the proof did not hold.
 *
 * @param isTaken whether what a step takes away is seen to be gone now
 * @returns the incident as it is now; or what nobody could see
 * @throws CurfewError `store-failed`
 */
export async function honourTrace(
  incident: Incident,
  parts: IncidentParts,
  isTaken: (step: IncidentStep) => boolean,
): Promise<{ incident: Incident } | { unseen: string }> {
  const name = nameOf(incident);
  if (name === undefined || incident.drill || incident.restored?.refutedAt !== undefined) return { incident };
  const { clock, evidence, table } = parts;
  const read = await tried(() => beforeMoment(clock, clock.now() + PATIENCE, () => evidence.read(name)));
  if ("error" in read) return { unseen: UNSEEN };
  if (!read.value) return { incident };
  const { step, at, what } = JSON.parse(Buffer.from(read.value).toString("utf8")) as Trace;
  if (isSinceOpened({ at }, incident)) return { incident };
  const told = await tell({ incident, parts }, { turn: "put-back", at, what, isTakenAgain: isTaken(step) });
  if ("error" in told) throw told.error;
  const answer = what.join("; ").slice(0, 1_000);
  await addToTimeline(table, incident.id, { at, who: "curfew", what: "Something was there again.", answer });
  return { incident: await withoutProof(incident, { at, what }, parts) };
}

const UNSEEN =
  "whether something was put back while Curfew could record nothing: the evidence bucket could not be read";

function withoutProof(
  incident: Incident,
  { at, what }: Omit<Trace, "step">,
  { table, clock }: IncidentParts,
): Promise<Incident> {
  const now = clock.now();
  const result: StepResult = {
    ...{ at: now, outcome: "incomplete", message: "Something was there again after the proof.", code: null },
    missing: boundedLines(
      what.map((line) => `${line}: was there again at ${momentOf(at)}, since when nothing is proven`),
    ),
  };
  return changeIncident(table, incident.id, (known) => {
    if (nameOf(known) !== nameOf(incident)) return known;
    const { restored } = known;
    return withStep(restored ? { ...known, restored: { ...restored, refutedAt: now } } : known, "prove", result);
  });
}
