import type { Instant } from "../../history/history.ts";
import { minutes } from "../../model/duration.ts";
import { tellIncident } from "../alerts/tell.ts";
import { ask } from "../approvals/ask.ts";
import { type Approval, type Asked, answeredSince, askedRow, readAsked } from "../approvals/asked.ts";
import { planHash } from "../approvals/plan-hash.ts";
import { lock } from "../contain/lock.ts";
import { whyOver } from "../incident/end-incident.ts";
import { isOpened } from "../incident/how-far.ts";
import { type Incident, isComplete, stoppedAt } from "../incident/incident.ts";
import { readIncident } from "../incident/incidents.ts";
import { decidesSince, deciding, isLeftHalfway, laterOnes } from "../incident/later.ts";
import { pauseAfter, SOON } from "../pause.ts";
import { forgetRestored } from "../restore/forget-restored.ts";
import { giveBack } from "../restore/give-back.ts";
import type { RestoreRules } from "../restore/judge-grants.ts";
import { planRestore } from "../restore/plan-restore.ts";
import { whyNotReady } from "../restore/ready.ts";
import type { RestorePlan } from "../restore/restore-plan.ts";
import { A_DAY, lastAnswer, lastTry } from "./how-long.ts";
import { IN_PART, isSettled, nothingToAsk, recordNotGiven } from "./nothing-to-ask.ts";
import type { Question } from "./question.ts";
import type { RespondParts } from "./respond.ts";
import { ON, type Way } from "./way.ts";

/** For so long what was done with it is looked for before anybody is asked. Milliseconds. */
const FIRST_LOOK = minutes(10) * 1_000;

/**
 * Offers to give access back, once what leaked is replaced and nothing more is given out. Without an answer, and after a
 * no, the application stays contained, and people are reminded once a day while the window is open and for a week after.
 */
export const restoreQuestion = (rules: RestoreRules): Question => ({
  plan: async (incident, parts) => {
    const others = await laterOnes(parts.table, incident);
    return (await nothingToAsk(incident, others, parts)) ?? (await nextAnswer(incident, others, rules, parts));
  },
  ask: async (incident, parts, waiting) => {
    const since = decidesSince(await laterOnes(parts.table, incident));
    const until = Math.min(waiting.until, lastAnswer(incident));
    await ask(incident, "restore", await planRestore(incident, rules, parts), { ...waiting, until, since }, parts);
  },
  act: async (incident, parts) => {
    const { steps, ended } = await giveBack(incident, parts);
    if (isComplete(steps.restore) || ended) return ON;
    // Counted from the yes: in an incident of weeks a tenth of its age would be longer than it is tried.
    const since = (await askedRow(parts.table, incident.id, "restore"))?.value.decision?.at ?? incident.openedAt;
    return { next: "again", wait: pauseAfter(parts.clock.now() - since) };
  },
  lastsUntil: async (incident, { table }) => {
    if (isSettled(incident) || whyOver(incident) !== null) return null;
    const others = await laterOnes(table, incident);
    const later = deciding(others);
    // One that came to its end by itself has decided.
    if (later && later.closedAt !== null) return null;
    const row = (await askedRow(table, incident.id, "restore"))?.value;
    const asked = row && answeredSince(row, decidesSince(others));
    return lastTry(incident, asked);
  },
});

/** Whether to ask, to wait or to act, by what was answered and by what is known. */
async function nextAnswer(
  incident: Incident,
  others: readonly Incident[],
  rules: RestoreRules,
  parts: RespondParts,
): Promise<Way> {
  const since = decidesSince(others);
  const known = await readAsked<RestorePlan>(parts.table, incident.id, "restore");
  const asked = known && answeredSince(known, since);
  const { decision } = asked ?? {};
  const isNo = decision?.decision === "reject";
  const isLockedAgain = isNo && isLeftHalfway(incident, others);
  const now = parts.clock.now();
  const isOver = now > lastTry(incident, asked);
  // The same decision at a later moment is another alert: the reminder of that day.
  if (decision) {
    const at = isNo && !isOver ? lastReminder(decision, now) : decision.at;
    await tellIncident(incident, { turn: "decided", step: "restore", ...decision, at, isLockedAgain }, parts);
  }
  if (isLockedAgain || (isNo && !isOver && isUnlocked(incident))) return lockAgain(incident, decision, parts);
  if (decision?.decision === "approve" && !isOver) return { next: "act", wait: 0 };
  // In a drill nothing depends on the answer: a no ends it.
  if (isOver || (isNo && incident.drill && whyNotReady(incident) === null))
    return staysContained(incident, known, since, parts);
  // The window got shorter since: that may still be answered, and is not asked again.
  if (asked && now > lastAnswer(incident)) return { next: "again", wait: pauseAfter(now - asked.askedAt) };
  if (whyNotReady(incident) !== null) return { next: "again", wait: pauseAfter(now - incident.openedAt) };
  if (!asked && awaitsFirstLook(incident, now)) return { next: "again", wait: SOON };
  const isRejected = asked && isNo && (await isSame(incident, asked, rules, parts));
  return isRejected ? rejected(incident, decision, parts) : { next: "ask", wait: 0 };
}

/**
 * Whether nobody has looked back yet at what was done: whoever is asked has to see that beside the plan. It is not waited
 * for long, since the log may not be there to be read, and the plan says that then.
 */
function awaitsFirstLook(incident: Incident, now: Instant): boolean {
  const { investigate, rotate } = incident.steps;
  const readySince = Math.max(stoppedAt(incident) ?? now, rotate?.at ?? 0);
  return investigate?.outcome !== "done" && now < readySince + FIRST_LOOK;
}

/** A plan that changed since, because somebody accepted what the policy found too much, is asked about anew. */
const isSame = async (
  incident: Incident,
  { planHash: hash }: Asked,
  rules: RestoreRules,
  parts: RespondParts,
): Promise<boolean> => planHash((await planRestore(incident, rules, parts)).plan) === hash;

/** When a no was given, or people were to be reminded of it last. */
const lastReminder = ({ at }: Approval, now: Instant): Instant => now - ((now - at) % (A_DAY * 1_000));

async function rejected(incident: Incident, decision: Approval, parts: RespondParts): Promise<Way> {
  const now = parts.clock.now();
  await recordNotGiven(incident, [`It stays contained: ${decision.by} said no to giving access back.`], parts);
  return { next: "again", wait: Math.ceil((lastReminder(decision, now) + A_DAY * 1_000 - now) / 1_000) };
}

/**
 * What an ended incident may have opened is locked again at once, and told, as what was put back. Until it is seen to be
 * locked that is tried again, and not only with the next turn of watching, which may be hours away.
 */
async function lockAgain(incident: Incident, { by, at }: Approval, parts: RespondParts): Promise<Way> {
  await forgetRestored(incident, parts);
  const latest = await lock(await readIncident(parts.table, incident.id), parts);
  const isLocked = isComplete(latest.steps.lock);
  const came = isLocked ? "It is locked again" : NOT_LOCKED;
  await recordNotGiven(latest, [`${came}: ${by} said no to giving access back.`], parts);
  return { next: "again", wait: isLocked ? SOON : pauseAfter(parts.clock.now() - at) };
}

const isUnlocked = ({ steps: { lock: locked } }: Incident): boolean => locked?.outcome === "incomplete";

const NOT_LOCKED = "It may be open, and could not be locked yet";

/** @param since when that was asked before, it counts no more */
async function staysContained(
  incident: Incident,
  known: Asked | undefined,
  since: Instant,
  parts: RespondParts,
): Promise<Way> {
  const asked = known && answeredSince(known, since);
  const { decision } = asked ?? {};
  const isVoid = decision === null && known?.decision !== null;
  if (asked && !decision && !isVoid) {
    const at = asked.until;
    await tellIncident(incident, { turn: "decided", step: "restore", at, decision: "unanswered", by: null }, parts);
  }
  const stays = isUnlocked(incident) ? NOT_LOCKED : "It stays contained";
  const missing = isOpened(incident)
    ? [IN_PART]
    : !asked
      ? [`${stays}: ${whyNotReady(incident) ?? "nobody was asked"}.`]
      : [`${stays}: ${isVoid ? VOID : wordsOf(decision)}.`];
  await recordNotGiven(incident, missing, parts);
  return ON;
}

const VOID =
  "what was answered counts no more, since a person has ended an incident that went on from this one, and nobody was asked anew";

const wordsOf = (decision: Asked["decision"] | undefined): string =>
  !decision
    ? "nobody has answered whether access is given back"
    : decision.decision === "reject"
      ? `${decision.by} said no to giving access back`
      : "giving access back was approved and did not come to its end";
