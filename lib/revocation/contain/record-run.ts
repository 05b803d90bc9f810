import type { Instant } from "../../history/history.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import { type IncidentTurn, UNDONE_STEPS } from "../alerts/incident-turn.ts";
import { boundedLines } from "../incident/bounded-lines.ts";
import { howFar } from "../incident/how-far.ts";
import { type Incident, isComplete, type StepResult } from "../incident/incident.ts";
import { changeIncident, readIncident, withStep } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import { type Came, incomplete } from "./came.ts";
import { type StepRun, wasComplete } from "./step-run.ts";
import { tell } from "./tell-run.ts";

/**
 * Records how far a run came, with what it did. A run that found everything as an earlier one left it records nothing:
 * what is newer than the proof would make that old.
 */
export async function recordRun(run: StepRun, came: Came): Promise<Incident> {
  if (isUnchanged(run, came)) return run.incident;
  const result = resultOf(run, came, run.parts.clock.now());
  const notes = run.entries.map((entry) =>
    run.keeping.store(() => addToTimeline(run.parts.table, run.incident.id, entry)),
  );
  const isNoted = (await Promise.all(notes)).every((note) => note !== undefined);
  const turn = turnOf(run, result);
  const told = turn && (await tell(run, turn));
  const isUntold = told !== undefined && "error" in told;
  // What was put back and nobody heard of must not look as if nothing had been.
  if (isUntold && turn?.turn === "put-back") throw unrecorded(result, told.error);
  const recorded = await run.keeping.store(() => record(run, result));
  if (!recorded || !isNoted || isUntold) throw unrecorded(result, isUntold ? told.error : undefined);
  return recorded.stored;
}

function isUnchanged({ incident, step, entries, leak, putBack }: StepRun, { outcome, message }: Came): boolean {
  const known = incident.steps[step];
  if (entries.length > 0 || leak !== undefined || putBack !== undefined) return false;
  if (outcome === "done") return isComplete(known);
  // Why there is nothing to do may be another reason by now.
  return outcome === "not-applicable" && known?.outcome === outcome && known.message === message;
}

function resultOf(run: StepRun, came: Came, at: Instant): StepResult {
  const { told, putBack, incident, step } = run;
  const lines = boundedLines([...told]);
  if (came.outcome === "incomplete") {
    const { outcome, message, missing, code, login } = came;
    return {
      ...{ at, outcome, message, missing: boundedLines(missing), code },
      ...(login ? { login } : {}),
      ...(lines.length > 0 ? { told: lines } : {}),
      ...(putBack ? { putBack: { ...putBack, what: boundedLines(putBack.what) } } : {}),
      ...(wasComplete(run) ? { wasComplete: true } : {}),
    };
  }
  // Nobody may read of a drill that something was taken away. What is looked at is looked at in a drill, too.
  if (incident.drill && came.outcome === "done" && step !== "look")
    return { at, outcome: "done", message: `Nothing is changed. In an emergency: ${came.message}` };
  if (came.outcome === "not-applicable" || lines.length === 0) return { at, ...came };
  return { at, outcome: "paged", told: lines, message: `${came.message} ${NOT_STORED}` };
}

const NOT_STORED = "What it was could not be stored; it was told to people.";

/** What people hear at once: that something is there again, and that something could not be taken away. */
function turnOf({ incident, step, putBack }: StepRun, result: StepResult): IncidentTurn | undefined {
  if (putBack) return { turn: "put-back", ...putBack, isTakenAgain: result.outcome !== "incomplete" };
  const known = incident.steps[step];
  if (result.outcome !== "incomplete") return undefined;
  const { at, missing, message: why, code } = result;
  const undone = UNDONE_STEPS.find((name) => name === step);
  const isKnown = known?.outcome === "incomplete";
  if (!undone) return isKnown ? undefined : { turn: "not-contained", at, missing };
  const isSame = isKnown && known.message === why && known.code === code;
  return isSame ? undefined : { turn: "left-undone", step: undone, at, missing, why, code };
}

/**
 * Says, before it is taken away, that something is there again: from here on the leak is not contained, whoever dies
 * next. From then on giving access back waits for the next proof; where it was faster, what is there may be its own.
 *
 * @returns false when it could not be recorded
 * @throws CurfewError `approval-refused`, to be tried again, where giving access back went on since that was judged
 */
export async function recordPutBack(run: StepRun, what: readonly string[]): Promise<boolean> {
  const at = run.parts.clock.now();
  const known = run.putBack;
  run.putBack = { at: known?.at ?? at, what: [...new Set([...(known?.what ?? []), ...what])] };
  const result = resultOf(run, incomplete("Something put it back.", what, null), at);
  const { judgedBy, incident } = run;
  const judgedSame = (known: Incident): Incident => {
    if (known.id === judgedBy?.id && howFar(known) !== judgedBy.howFar) throw givenMeanwhile();
    return known;
  };
  const { table } = run.parts;
  const recorded = await run.keeping.store(async () => {
    // One write cannot see two rows: where a later incident decides, some milliseconds stay in which it may begin.
    if (judgedBy && judgedBy.id !== incident.id) judgedSame(await readIncident(table, judgedBy.id));
    return changeIncident(table, incident.id, (known) => withResult(run, result, judgedSame(known)));
  });
  return recorded !== undefined;
}

const givenMeanwhile = (): CurfewError =>
  new CurfewError("approval-refused", "Access was given back meanwhile: what is there is looked at once more.", {
    retryable: true,
  });

const record = (run: StepRun, result: StepResult): Promise<Incident> =>
  changeIncident(run.parts.table, run.incident.id, (known) => withResult(run, result, known));

/** A key that was named meanwhile is for the next run: this one says neither what leaked nor that it is detached. */
function withResult({ step, incident, leak }: StepRun, result: StepResult, known: Incident): Incident {
  const isSameKey = known.leakedKey === incident.leakedKey;
  if (!isSameKey && step === "detach-key") return known;
  return withStep(leak === undefined || !isSameKey || isSettled(known) ? known : { ...known, leak }, step, result);
}

/** What leaked is known by the first look, except of an application that nobody could look at. */
const isSettled = ({ leak }: Incident): boolean => leak !== null && leak.untouched !== "own-responder";

const unrecorded = ({ message }: StepResult, cause: CurfewError | undefined): CurfewError =>
  new CurfewError("store-failed", `${message} That could not be recorded or told; it is tried again.`, {
    retryable: true,
    cause,
  });
