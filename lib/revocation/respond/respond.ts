import type { Instant } from "../../history/history.ts";
import type { Seconds } from "../../model/duration.ts";
import { boundedResponder } from "../bounded-responder.ts";
import { notYet, untilNextLook, waitsFor } from "../close/not-over.ts";
import { takeAclAway } from "../close/take-acl-away.ts";
import { lock } from "../contain/lock.ts";
import { putBack } from "../contain/put-back.ts";
import { nextStep } from "../contain/respond-order.ts";
import { containRound } from "../contain/round.ts";
import { keepPresentClient } from "../evidence/present-client.ts";
import { noteAskedAgain } from "../incident/asked-again.ts";
import type { Incident } from "../incident/incident.ts";
import { laterThatDecides } from "../incident/later.ts";
import type { RespondStep } from "../incident-machine.ts";
import type { Inventories } from "../investigate/inventories.ts";
import { lookBack } from "../investigate/look-back.ts";
import type { IncidentParts } from "../parts.ts";
import { giveBackAgain } from "../restore/give-back.ts";
import { nextWatch, watchTurn } from "../watch/watch.ts";
import { announceWindow } from "../window/announce-window.ts";
import { isPointless, lookingPause } from "./looking.ts";
import type { Question } from "./question.ts";
import { isBeingReplaced, isBeingReplacedAgain, shouldRotateAgain, wasJustAsked } from "./rotate-again.ts";
import { ON, type Way } from "./way.ts";

/** Everything that the steps with the responder's login work with. */
export interface RespondParts extends IncidentParts {
  inventories: Pick<Inventories, "before">;
}

/** The steps of an incident that is open. */
type IncidentStepName = Exclude<RespondStep, "open" | "ask-key-revocation" | "ask-restore">;

type Step = (incident: Incident, parts: RespondParts) => Promise<Way>;

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
    if (incident.ended) return endedWay(incident, parts);
    const isAskedAnew = wasJustAsked(incident, parts.clock.now());
    const looked = await giveBackAgain(await putBack(incident, parts), parts);
    const atLeastUntil = await questions.restore.lastsUntil(looked, parts);
    const watched = await watchTurn(looked, parts, atLeastUntil);
    // The first window comes with the proof: without it there is none to tell of.
    const isFirst = isBeingReplaced(watched, parts.clock.now());
    // Whatever was proven, put back or learned since then, it may be another window now; the same is not told again.
    const latest = isFirst ? watched : await announceWindow(watched, parts, parts.inventories);
    const way = await watchingWay(latest, parts, atLeastUntil);
    return isAskedAnew && way.next === "rotating" ? { ...way, next: "rotate" } : way;
  },
  "look-back": async (incident, parts) => {
    if (incident.ended) return ON;
    const { isRead, failure } = await lookBack(incident, parts);
    const isGivenUp = failure !== undefined && isPointless(incident, parts.clock.now());
    return isRead || isGivenUp ? ON : { next: "again", wait: lookingPause(incident, parts.clock.now()) };
  },
  "plan-key-revocation": questions["key-revocation"].plan,
  "revoke-key": questions["key-revocation"].act,
  "plan-restore": questions.restore.plan,
  "give-back": questions.restore.act,
  "last-look": async (incident, parts) => {
    if (incident.closedAt !== null) return ON;
    const missing = waitsFor(incident, parts.clock.now());
    if (missing.length > 0) {
      await notYet(incident, missing, parts);
      return { next: "again", wait: untilNextLook(incident, parts.clock.now()) };
    }
    const wait = await lastDeeds(incident, parts);
    return wait === null ? ON : { next: "again", wait };
  },
});

/** What contains, in their order, as far as it is not done yet. */
async function containing(incident: Incident, parts: RespondParts): Promise<Way> {
  if (incident.ended) return ON;
  const { incident: latest, again } = await containRound(incident, parts);
  if (again !== null) return { next: "again", wait: Math.ceil(again) };
  const isProofOld = latest.steps.prove !== undefined && nextStep(latest, parts.clock.now(), "rotate").step === "prove";
  return isProofOld ? { next: "rotate", wait: 0 } : ON;
}

async function watchingWay(incident: Incident, parts: RespondParts, atLeastUntil: Instant | null): Promise<Way> {
  const wait = await nextWatch(incident, parts, atLeastUntil);
  // In a drill nothing is out: one turn shows what there would be to see.
  if (wait === null || incident.drill) return ON;
  return { next: await nextOfWatching(incident, parts), wait: Math.ceil(wait) };
}

async function nextOfWatching(incident: Incident, parts: RespondParts): Promise<Way["next"]> {
  const now = parts.clock.now();
  if (isBeingReplacedAgain(incident, now)) return "rotating";
  const isDeciding = (await laterThatDecides(parts.table, incident)) === undefined;
  if (!shouldRotateAgain(incident, now, isDeciding)) return "again";
  // Where Curfew is alone, on a person's machine, whoever asks tries it with the same turn: nothing is to be waited for.
  if (!parts.settings.isAlone) await noteAskedAgain(incident, parts);
  return "rotate";
}

/** Others may still wait for hours; what a person ended does not. */
async function endedWay(incident: Incident, parts: RespondParts): Promise<Way> {
  if (incident.closedAt !== null) return ON;
  const wait = await lastDeeds(incident, parts);
  if (wait === null) return { next: "close", wait: 0 };
  return { next: isBeingReplacedAgain(incident, parts.clock.now()) ? "rotating" : "again", wait };
}

/** What needs the responder's login before an incident is closed; how long to wait where it is to be done again. */
async function lastDeeds(incident: Incident, given: RespondParts): Promise<Seconds | null> {
  const parts = { ...given, tenant: boundedResponder(given) };
  const wait = await takeAclAway(incident, parts);
  if (wait === null) await keepPresentClient(incident, parts);
  return wait;
}
