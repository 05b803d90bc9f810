import { days, type Seconds } from "../../model/duration.ts";
import { closeIncident } from "../close.ts";
import { lock } from "../contain/lock.ts";
import { putBack } from "../contain/put-back.ts";
import { containRound } from "../contain/round.ts";
import type { Incident } from "../incident/incident.ts";
import type { RespondStep, StepAnswer } from "../incident-machine.ts";
import type { Inventories } from "../investigate/inventories.ts";
import { investigate } from "../investigate/investigate.ts";
import type { IncidentParts } from "../parts.ts";
import { giveBackAgain } from "../restore/give-back.ts";
import { nextWatch, watchTurn } from "../watch/watch.ts";
import { announceWindow } from "../window/announce-window.ts";
import { pauseAfter } from "./pause.ts";
import type { Question } from "./question.ts";
import { isBeingReplaced, shouldRotateAgain } from "./rotate-again.ts";

/** Everything that the steps with the responder's login work with. */
export interface RespondParts extends IncidentParts {
  inventories: Inventories;
}

/** What comes of a step: what comes next, and how long to wait before. */
export type Way = Pick<StepAnswer, "next" | "wait">;

/** The steps of an incident that is open. */
export type IncidentStepName = Exclude<RespondStep, "open" | "ask-key-revocation" | "ask-restore">;

const A_DAY: Seconds = days(1);

type Step = (incident: Incident, parts: RespondParts) => Promise<Way>;

const ON: Way = { next: "on", wait: 0 };

/** Between two looks at a log that is not read to its end, at least. */
const SOON: Seconds = 15;

/** What each state of the machine does. Every step records how far it came itself. */
export const respondSteps = (
  questions: Readonly<Record<"key-revocation" | "restore", Question>>,
): Readonly<Record<IncidentStepName, Step>> => ({
  lock: async (incident, parts) => {
    if (incident.ended) return ON;
    const { outcome = "incomplete" } = incident.steps.lock ?? {};
    if (outcome === "incomplete") await lock(incident, parts);
    return ON;
  },
  contain: containing,
  window: async (incident, parts) => {
    await announceWindow(incident, parts, parts.inventories);
    return ON;
  },
  watch: async (incident, parts) => {
    // Others may still wait for hours; what a person ended does not.
    if (incident.ended) await closeIncident(incident, parts);
    if (incident.ended) return ON;
    const looked = await giveBackAgain(await putBack(incident, parts), parts);
    const watched = await watchTurn(looked, parts);
    // The first window comes with the proof: without it there is none to tell of.
    if (isBeingReplaced(watched, parts.clock.now())) return watchingWay(watched, parts);
    // Whatever was proven, put back or learned since then, it may be another window now; the same is not told again.
    return watchingWay(await announceWindow(watched, parts, parts.inventories), parts);
  },
  investigate: async (incident, parts) => {
    if (incident.ended) return ON;
    const { steps } = await investigate(incident, parts, parts.inventories);
    return steps.investigate?.outcome === "incomplete"
      ? { next: "again", wait: investigatingPause(incident, parts) }
      : ON;
  },
  "plan-key-revocation": questions["key-revocation"].plan,
  "revoke-key": questions["key-revocation"].act,
  "plan-restore": questions.restore.plan,
  "give-back": questions.restore.act,
  close: async (incident, parts) => {
    const { closedAt, window } = await closeIncident(incident, parts);
    if (closedAt !== null) return ON;
    // Nobody watches any more, but an incident is not forgotten: what is open is looked at again.
    const left = window?.state === "closes" ? (window.at - parts.clock.now()) / 1_000 : Number.POSITIVE_INFINITY;
    return { next: "again", wait: Math.ceil(Math.max(SOON, Math.min(left, A_DAY))) };
  },
});

/** What contains, in their order, as far as it is not done yet. */
async function containing(incident: Incident, parts: RespondParts): Promise<Way> {
  if (incident.ended) return ON;
  const { again } = await containRound(incident, parts);
  return again === null ? ON : { next: "again", wait: Math.ceil(again) };
}

async function watchingWay(incident: Incident, parts: RespondParts): Promise<Way> {
  const wait = await nextWatch(incident, parts);
  // In a drill nothing is out: one turn shows what there would be to see.
  if (wait === null || incident.drill) return ON;
  return { next: shouldRotateAgain(incident, parts.clock.now()) ? "rotate" : "again", wait: Math.ceil(wait) };
}

/** The longer it takes, the longer until it is tried again: a month of tries is a hundred of them. */
const investigatingPause = ({ openedAt }: Incident, { clock }: RespondParts): Seconds =>
  pauseAfter(clock.now() - openedAt);
