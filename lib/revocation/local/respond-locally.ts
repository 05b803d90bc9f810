import type { Login } from "../../auth0/login.ts";
import type { ErrorCode } from "../../model/curfew-error.ts";
import type { Seconds } from "../../model/duration.ts";
import { tellIncident } from "../alerts/tell.ts";
import { leversOf, whyUntouched } from "../contain/known-client.ts";
import { putBack } from "../contain/put-back.ts";
import { nextStep } from "../contain/respond-order.ts";
import { readPresentClient } from "../evidence/present-client.ts";
import { type Incident, stoppedAt } from "../incident/incident.ts";
import { changeIncident, readIncident, recordStep } from "../incident/incidents.ts";
import { INVESTIGATE_STEPS, RESPOND_STEPS } from "../incident-machine.ts";
import { certificateStays } from "../leak/leak-kinds.ts";
import { type InvestigateParts, investigateSteps } from "../respond/investigate-steps.ts";
import { NO_QUESTIONS } from "../respond/questions.ts";
import { type RespondParts, respondSteps } from "../respond/respond.ts";
import type { Way } from "../respond/way.ts";
import { renewTurns } from "../watch/watch.ts";
import { deployedCommand } from "./by-hand.ts";
import { proveLocally } from "./prove-locally.ts";

/** Everything that answering a leak from a person's machine works with. The deadline is each step's own. */
export interface LocalParts
  extends Omit<RespondParts, "deadline" | "inventories">,
    Pick<InvestigateParts, "inventories"> {
  /** What leaked, as a person has given it for the proof; null where nobody has. */
  leaked: Login | null;
  /** The configuration, as the person named it, for the commands that are told; absent where they named none. */
  config?: string;
  /** Hears of the incident whenever a step has ended. */
  onStep(incident: Incident): Promise<void>;
}

const STEPS = { ...respondSteps(NO_QUESTIONS), ...investigateSteps };
const SECONDS = { ...RESPOND_STEPS, ...INVESTIGATE_STEPS };

/**
 * Answers a leak in this process, by the same steps as the state machine, until the window is closed. It holds nothing
 * that the table does not hold, too: whoever is interrupted goes on by calling it again.
 *
 * What needs the vault or a second person's approval is left out: the credential is not replaced, no signing key is
 * revoked, and nothing is given back.
 *
 * @returns the incident as it was closed, or as it stands where nothing more can be done: see {@link isShutOut}
 * @throws CurfewError `interrupted`, `store-failed`
 */
export async function respondLocally(id: string, given: LocalParts): Promise<Incident> {
  const parts: LocalParts = { ...given, settings: { ...given.settings, isAlone: true } };
  const { table, clock, signal } = parts;
  const investigate = investigation(id, parts);
  const begun = await changeIncident(table, id, (known) => (known.isLocal ? known : { ...known, isLocal: true }));
  await renewTurns(begun, parts);
  await tellIncident(begun, { turn: "opened" }, parts);
  await tryAgain(id, parts);
  for (;;) {
    signal.throwIfAborted();
    const wait = isShutOut(await readIncident(table, id)) ? null : await turn(id, parts, investigate);
    const incident = await readIncident(table, id);
    await parts.onStep(incident);
    if (wait === null) return incident;
    await clock.sleep(wait * 1_000, signal);
  }
}

/** What Auth0 answers until a person has changed something, which this process would not hear of. */
const SHUT_OUT: ReadonlySet<ErrorCode> = new Set(["credentials-refused", "no-grant", "configuration-invalid"]);

/**
 * Whether there is no login that could act: Auth0 does not let it in, or it is the one that leaked and there is no spare.
 * Nothing was looked at, nothing is done, and trying on changes nothing. Of one that is ended or a drill the rest is done.
 */
export function isShutOut({ leak, drill, ended, steps: { lock } }: Incident): boolean {
  if (ended) return false;
  if (leak?.untouched === "own-responder") return !drill;
  return leak === null && lock?.outcome === "incomplete" && lock.code !== null && SHUT_OUT.has(lock.code);
}

/**
 * Whoever resumes an incident that is not locked, or that nobody could act in, has mostly mended why: that is tried
 * first. And whoever brings what leaked has it tried at once, however long ago the last proof was.
 */
async function tryAgain(id: string, parts: LocalParts): Promise<void> {
  const incident = await readIncident(parts.table, id);
  const { steps, drill, ended } = incident;
  const isUnlocked = steps.lock?.outcome === "incomplete" || isShutOut(incident);
  const isGiven = parts.leaked !== null && steps.prove !== undefined && !drill && !ended;
  if (!isUnlocked && !isGiven) return;
  const deadline = parts.clock.now() + RESPOND_STEPS.watch * 1_000;
  const looked = await putBack(incident, { ...parts, deadline });
  if (isGiven) await proven(looked, parts);
}

/** @returns how long to wait before the next one; null when all is over */
async function turn(id: string, parts: LocalParts, investigate: () => Promise<void>): Promise<Seconds | null> {
  const incident = await readIncident(parts.table, id);
  if (incident.ended) {
    await run("close", id, parts);
    return null;
  }
  const { step } = nextStep(incident, parts.clock.now());
  if (step === "rotate") return rotationWaits(incident, parts);
  if (step === "prove") return proven(incident, parts);
  if (step === "window") return (await run("window", id, parts)).wait;
  if (step !== "watch") return (await run(step === "lock" ? "lock" : "contain", id, parts)).wait;
  await investigate();
  return watched(incident, parts);
}

async function run(step: keyof typeof STEPS, id: string, parts: LocalParts): Promise<Way> {
  const incident = await readIncident(parts.table, id);
  const deadline = parts.clock.now() + SECONDS[step] * 1_000;
  return STEPS[step](incident, { ...parts, deadline, present: () => readPresentClient(parts) });
}

/** The new credential has to be where its consumers read it, and that is Secrets Manager. */
async function rotationWaits(incident: Incident, parts: LocalParts): Promise<Seconds> {
  const { id, drill } = incident;
  const { table, clock } = parts;
  const at = clock.now();
  const isLever = leversOf(incident, parts).includes("rotate");
  const stays = isLever && incident.leak?.hasCertificate ? certificateStays(incident.clientId) : undefined;
  const none = whyUntouched(incident, parts) ?? "There is no credential to be replaced.";
  await recordStep(
    table,
    id,
    "rotate",
    isLever && !drill && !stays
      ? { at, outcome: "incomplete", message: NOT_REPLACED, missing: [waits(incident, parts)], code: null }
      : { at, outcome: "not-applicable", message: stays ?? (isLever ? DRILLED : none) },
  );
  return 0;
}

const NOT_REPLACED = "The credential is not replaced yet.";

const waits = (incident: Incident, { config }: LocalParts): string =>
  `The credential is not replaced: that waits for Secrets Manager. Once AWS answers again, start the incident there as well: ${deployedCommand(incident, config)}`;

const DRILLED = "The credential would be replaced once Secrets Manager answers again.";

/** Every proof changes until when what is out works. */
async function proven(incident: Incident, parts: LocalParts): Promise<Seconds> {
  const deadline = parts.clock.now() + RESPOND_STEPS.window * 1_000;
  await parts.onStep(await proveLocally(incident, { ...parts, deadline }, parts.leaked));
  await run("window", incident.id, parts);
  return 0;
}

/** In a drill nothing is out, so there is nothing to wait for. */
async function watched({ id, drill }: Incident, parts: LocalParts): Promise<Seconds | null> {
  const { next, wait } = await run("watch", id, parts);
  const incident = await readIncident(parts.table, id);
  // The credential always waits here; what is proven is not proven again.
  if (next === "rotate" && stoppedAt(incident) === null) await proven(incident, parts);
  if (next !== "on" && !drill) return wait;
  await run("close", id, parts);
  return null;
}

/** Searches the tenant's log for what was done before, now and then, until it was searched to its end. */
function investigation(id: string, parts: LocalParts): () => Promise<void> {
  let dueAt = 0;
  return async () => {
    if (parts.clock.now() < dueAt) return;
    const { next, wait } = await run("look-back", id, parts);
    dueAt = next === "on" ? Number.POSITIVE_INFINITY : parts.clock.now() + wait * 1_000;
    if (next === "on") await run("investigate", id, parts);
  };
}
