import { CurfewError } from "../../model/curfew-error.ts";
import { boundedLines } from "../incident/bounded-lines.ts";
import { isBegun } from "../incident/how-far.ts";
import { type Incident, type IncidentStep, isComplete, type StepResult } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import { laterThatDecides } from "../incident/later.ts";
import { isNotThere } from "../incident/nowhere.ts";
import type { IncidentParts } from "../parts.ts";
import type { RevokedClient } from "../ports.ts";
import { guardAgain } from "../restore/forget-restored.ts";
import { addedTo, noteAdded } from "./added.ts";
import type { Came } from "./came.ts";
import { deleteGrants } from "./contain.ts";
import { detach } from "./detach-key.ts";
import { lockClient, tellLateLock } from "./lock.ts";
import { lookAround } from "./look.ts";
import { setAcl } from "./network-acl.ts";
import { honourTrace } from "./put-back-trace.ts";
import { runStep } from "./run-step.ts";
import type { StepRun } from "./step-run.ts";
import { tell } from "./tell-run.ts";

/** Everything that is taken away, and everything that may be missing. */
const STEPS: readonly (readonly [IncidentStep, (run: StepRun) => Promise<Came>])[] = [
  ["lock", lockClient],
  ["detach-key", detach],
  ["contain", deleteGrants],
  ["network-acl", setAcl],
  ["look", lookAround],
];

/** For so long nobody is disturbed because something could not be looked at. Milliseconds. */
const PATIENCE = 15 * 60_000;

/**
 * Looks again at what was taken away: what something else put back is taken away again and told, and what is missing is
 * tried again. What a second person approved to give back stays. What somebody added to the application is told.
 *
 * Each of these looks by itself: one that fails keeps none of the others back. What cannot be looked at is in the
 * result of the step `put-back`; when that lasts, people hear of it. What was taken away while nothing could be recorded
 * makes the proof void here, at the latest.
 *
 * @throws CurfewError the first failure to record or tell
 */
export async function putBack(incident: Incident, given: IncidentParts): Promise<Incident> {
  let seen: RevokedClient | undefined;
  const client = async () => {
    seen = await given.tenant.client();
    return seen;
  };
  const parts = { ...given, tenant: { ...given.tenant, client } };
  // A later incident takes away what this one has given back, once it has seen what that was; once closed it looks no more.
  if (isBegun(incident) && (await laterThatDecides(given.table, incident))?.closedAt === null) return incident;
  let latest = incident;
  let failure: CurfewError | undefined;
  const unseen: string[] = [];
  const looked = new Set<IncidentStep>();
  for (const [step, work] of STEPS) {
    try {
      const ended = await runStep(step, latest, parts, work);
      const before = latest;
      latest = ended.incident;
      if (step === "lock") await tellLateLock(before, latest, parts);
      unseen.push(...ended.unseen);
      if (ended.unseen.length === 0) looked.add(step);
    } catch (error) {
      if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
      failure ??= error;
    }
  }
  try {
    // As one of the steps has just read it: to compare it costs no request.
    if (seen) latest = await guardAgain(await noteAdded(latest, seen, parts), seen, parts);
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
    failure ??= error;
  }
  const { steps } = latest;
  const honoured = await honourTrace(latest, parts, (step) => looked.has(step) && isComplete(steps[step]));
  if ("incident" in honoured) latest = honoured.incident;
  else unseen.push(honoured.unseen);
  latest = await recordLook(latest, unseen, parts);
  if (failure) throw failure;
  return latest;
}

function lookedAt(incident: Incident): string {
  const { steps, leak, drill } = incident;
  if (isNotThere(incident)) return "There is no such application; in every turn it is looked for.";
  const isUntouched = drill || (leak?.levers.length === 0 && !isComplete(steps["network-acl"]));
  if (isUntouched) return "Nothing was taken away.";
  const added = addedTo(incident).map(({ what }) => what);
  const more =
    added.length === 0 ? "" : ` It authenticates with what Curfew did not give it: ${added.slice(0, 5).join("; ")}.`;
  return `What was taken away is looked at in every turn.${more}`;
}

/** Records whether everything could be looked at; since when not, where it could not. */
async function recordLook(incident: Incident, unseen: readonly string[], parts: IncidentParts): Promise<Incident> {
  const known = incident.steps["put-back"];
  const now = parts.clock.now();
  if (unseen.length === 0) {
    const message = lookedAt(incident);
    if (known?.outcome === "done" && known.message === message) return incident;
    return recordStep(parts.table, incident.id, "put-back", { at: now, outcome: "done", message });
  }
  const at = known?.outcome === "incomplete" ? known.at : now;
  const message = "Whether something was put back could not be seen.";
  const result: StepResult = { at, outcome: "incomplete", message, missing: boundedLines(unseen), code: null };
  if (now - at > PATIENCE) {
    const told = await tell({ incident, parts }, { turn: "not-contained", at, missing: unseen, since: at });
    if ("error" in told) throw told.error;
  }
  return recordStep(parts.table, incident.id, "put-back", result);
}
