import type { Instant } from "../../history/history.ts";
import { CurfewError, type ErrorCode } from "../../model/curfew-error.ts";
import { beforeMoment } from "../../rotation/bounded-parts.ts";
import { incidentAlert } from "../alerts/incident-alerts.ts";
import { type IncidentTurn, UNDONE_STEPS } from "../alerts/incident-turn.ts";
import { tellIncident } from "../alerts/tell.ts";
import { boundedResponder } from "../bounded-responder.ts";
import { boundedLines } from "../incident/bounded-lines.ts";
import { type Incident, type IncidentStep, isComplete, type StepResult } from "../incident/incident.ts";
import { changeIncident, withStep } from "../incident/incidents.ts";
import { addToTimeline, type TimelineEntry } from "../incident/timeline.ts";
import type { Classification } from "../leak/classify.ts";
import type { IncidentParts } from "../parts.ts";
import type { ResponderTenant } from "../ports.ts";
import { type Keeping, startKeeping } from "./keeping.ts";

/** One run of a step, from its first look to its record. */
export interface StepRun {
  readonly step: IncidentStep;
  readonly incident: Incident;
  readonly parts: IncidentParts;
  /** The tenant, as long as there is time left to record what came of it. */
  readonly tenant: ResponderTenant;
  readonly keeping: Keeping;
  /** What was done, to be written into the timeline. */
  readonly entries: TimelineEntry[];
  /** What could not be stored and was told, one thing a line. */
  readonly told: Set<string>;
  /** What had been taken away and was there again. */
  putBack: { at: Instant; what: readonly string[] } | undefined;
  /** What leaked, where this run found out. */
  leak: Classification | undefined;
}

/** How far a run came. */
export type Came =
  | { outcome: "done" | "not-applicable"; message: string }
  | {
      outcome: "incomplete";
      message: string;
      missing: readonly string[];
      code: ErrorCode | null;
      /** True where nothing was found to be missing: it could not be looked at. */
      isUnseen?: boolean;
    };

/** What a run came to. */
export interface Ended {
  /** As it is now. */
  incident: Incident;
  /** What was complete before, and could not be looked at again; the record stays as it is. */
  unseen: readonly string[];
}

/** What a call came to. */
export type Tried<T> = { value: T } | { error: CurfewError };

/** Kept free for writing down what a step came to. Milliseconds. */
const RECORDING = 10_000;

/** For telling people, beside which nothing waits. Milliseconds. */
const TELLING = 5_000;

/**
 * Runs a step once and records how far it came. A drill that has looked does not look again: what it would take away is
 * still there.
 *
 * @throws CurfewError `store-failed` when it cannot be recorded or told; what was done is done
 */
export async function runStep(
  step: IncidentStep,
  incident: Incident,
  parts: IncidentParts,
  work: (run: StepRun) => Promise<Came>,
): Promise<Ended> {
  if (incident.drill && isComplete(incident.steps[step])) return { incident, unseen: [] };
  const run = startStep(step, incident, parts);
  const came = await work(run);
  // One failed look does not make undone what was done; who looks again and again says how long nobody could.
  if (came.outcome === "incomplete" && came.isUnseen && wasComplete(run)) return { incident, unseen: came.missing };
  return { incident: await finish(run, came), unseen: [] };
}

function startStep(step: IncidentStep, incident: Incident, parts: IncidentParts): StepRun {
  const known = incident.steps[step];
  return {
    step,
    incident,
    parts,
    tenant: boundedResponder(parts.tenant, parts.clock, parts.deadline - RECORDING),
    keeping: startKeeping(parts.clock),
    entries: [],
    told: new Set(known && "told" in known ? known.told : []),
    putBack: known?.outcome === "incomplete" ? known.putBack : undefined,
    leak: undefined,
  };
}

/**
 * Whether an earlier run of the step came to its end; what is found after that was put back. That stays so until it is
 * taken away again: who looked first may have failed before it could say so.
 */
export function wasComplete({ incident, step }: Pick<StepRun, "incident" | "step">): boolean {
  const known = incident.steps[step];
  return known?.outcome === "incomplete" ? known.wasComplete === true : isComplete(known);
}

/**
 * What a call came to; that Auth0 refused it, or did not answer, is an answer, too.
 *
 * @throws CurfewError `interrupted`, and everything that is no CurfewError
 */
export async function tried<T>(call: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
    return { error };
  }
}

/** Does something at Auth0, and notes it. In a drill it is noted as what would have been done, and nothing is sent. */
export async function act(run: StepRun, what: string, call: () => Promise<void>): Promise<CurfewError | undefined> {
  const { incident, parts } = run;
  const note = (answer: string): unknown => run.entries.push({ at: parts.clock.now(), who: "curfew", what, answer });
  if (incident.drill) {
    note("not sent: this is a drill");
    return undefined;
  }
  const came = await tried(call);
  note("error" in came ? reasonOf(came.error) : "accepted");
  return "error" in came ? came.error : undefined;
}

/** Why something did not come about, in words that go behind a colon. */
export const reasonOf = ({ code, detail }: CurfewError): string =>
  code === "missing-scope" && detail !== null
    ? `the responder lacks ${detail}`
    : detail === null || detail === code
      ? code
      : `${code}, ${detail}`;

/** Not all of it, for one reason. */
export const incomplete = (message: string, missing: readonly string[], error: CurfewError | null): Came => ({
  outcome: "incomplete",
  message,
  missing: error === null ? missing : missing.map((line) => `${line}: ${reasonOf(error)}`),
  code: error?.code ?? null,
});

/** It could not be looked at. */
export const unseen = (message: string, missing: readonly string[], error: CurfewError): Came => ({
  ...(incomplete(message, missing, error) as Extract<Came, { outcome: "incomplete" }>),
  isUnseen: true,
});

/**
 * Says, before it is taken away, that something is there again: from here on the leak is not contained, whoever dies
 * next.
 *
 * @returns false when it could not be recorded
 */
export async function recordPutBack(run: StepRun, what: readonly string[]): Promise<boolean> {
  const at = run.parts.clock.now();
  const known = run.putBack;
  run.putBack = { at: known?.at ?? at, what: [...new Set([...(known?.what ?? []), ...what])] };
  const result = resultOf(run, incomplete("Something put it back.", what, null), at);
  return (await run.keeping.store(() => record(run, result))) !== undefined;
}

/**
 * Tells people what could not be stored, before it is taken away.
 *
 * @returns false when that did not work either
 */
export async function tellUnstored(run: StepRun, lines: readonly string[]): Promise<boolean> {
  for (let first = 0; first < lines.length; first += LINES_OF_ALERT) {
    const told = lines.slice(first, first + LINES_OF_ALERT);
    const turn: IncidentTurn = { turn: "not-stored", at: run.parts.clock.now(), told };
    const sent = await publish(run, turn);
    // What cannot be sent may at least be kept, to be sent later.
    if ("error" in sent && "error" in (await tell(run, turn))) return false;
    for (const line of told) run.told.add(line);
  }
  return true;
}

/** An alert leaves out what is more than fifty lines; of these none may be left out. */
const LINES_OF_ALERT = 50;

/**
 * Records how far a run came, with what it did. A run that found everything as an earlier one left it records nothing:
 * what is newer than the proof would make that old.
 */
async function finish(run: StepRun, came: Came): Promise<Incident> {
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

function isUnchanged({ incident, step, entries, leak, putBack }: StepRun, { outcome }: Came): boolean {
  const known = incident.steps[step];
  if (entries.length > 0 || leak !== undefined || putBack !== undefined) return false;
  return outcome === "done" ? isComplete(known) : outcome === "not-applicable" && known?.outcome === outcome;
}

function resultOf(run: StepRun, came: Came, at: Instant): StepResult {
  const { told, putBack, incident, step } = run;
  const lines = boundedLines([...told]);
  if (came.outcome === "incomplete") {
    const { outcome, message, missing, code } = came;
    return {
      ...{ at, outcome, message, missing: boundedLines(missing), code },
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

/** Once, as far as the table says what was told; where it does not, at least once. */
export async function tell(run: Pick<StepRun, "incident" | "parts">, turn: IncidentTurn): Promise<Tried<void>> {
  const { incident, parts } = run;
  const told = await withinPatience(parts, () => tellIncident(incident, turn, parts));
  return "error" in told ? publish(run, turn) : told;
}

export const publish = (
  { incident, parts }: Pick<StepRun, "incident" | "parts">,
  turn: IncidentTurn,
): Promise<Tried<void>> =>
  withinPatience(parts, () => parts.publisher.publish(incidentAlert(incident, parts.settings.owner, turn)));

const withinPatience = ({ clock }: IncidentParts, call: () => Promise<void>): Promise<Tried<void>> =>
  tried(() => beforeMoment(clock, clock.now() + TELLING, call));

const record = ({ step, incident, parts, leak }: StepRun, result: StepResult): Promise<Incident> =>
  changeIncident(parts.table, incident.id, (known) =>
    withStep(leak === undefined || isSettled(known) ? known : { ...known, leak }, step, result),
  );

/** What leaked is known by the first look, except of an application that nobody could look at. */
const isSettled = ({ leak }: Incident): boolean => leak !== null && leak.untouched !== "own-responder";

const unrecorded = ({ message }: StepResult, cause: CurfewError | undefined): CurfewError =>
  new CurfewError("store-failed", `${message} That could not be recorded or told; it is tried again.`, {
    retryable: true,
    cause,
  });
