import { CurfewError } from "../../model/curfew-error.ts";
import { hours, minutes, type Seconds } from "../../model/duration.ts";
import { tellIncident } from "../alerts/tell.ts";
import { ask } from "../approvals/ask.ts";
import { readAsked } from "../approvals/asked.ts";
import { tried } from "../contain/tried.ts";
import { type Incident, isComplete, stoppedAt } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import type { KeyPlan } from "../key-revocation/key-plan.ts";
import { planKeyRevocation } from "../key-revocation/plan-key.ts";
import { revokeKey } from "../key-revocation/revoke-key.ts";
import { pauseAfter } from "../pause.ts";
import { announceWindow } from "../window/announce-window.ts";
import { DRILL_WAITS } from "./how-long.ts";
import type { Question } from "./question.ts";
import type { RespondParts } from "./respond.ts";
import { ON, type Way } from "./way.ts";

/** Five writes a day: what is throttled is not free again in a minute. */
const AFTER_THE_LIMIT: Seconds = hours(2);

/** Between two tries of what was agreed to, at least; a request to rotate may be under way for some minutes. */
const BETWEEN_TRIES: Seconds = minutes(2);

/**
 * Offers to revoke the key that signed what leaked, once no more is issued and while something is out that it could
 * end. It is asked until somebody answers, and no for an answer is one.
 */
export const keyRevocationQuestion: Question = {
  plan: async (incident, parts) => {
    const result = incident.steps["key-revocation"];
    if (incident.closedAt !== null || isComplete(result) || result?.outcome === "not-applicable") return ON;
    // What was tried and is not done stays as it is recorded.
    if (incident.ended) return result ? ON : over(incident, "A person has ended the incident.", parts);
    const asked = await readAsked<KeyPlan>(parts.table, incident.id, "key-revocation");
    const decision = asked?.decision;
    if (decision) await tellIncident(incident, { turn: "decided", step: "key-revocation", ...decision }, parts);
    if (decision?.decision === "reject")
      return over(incident, `${decision.by} said no to revoking the signing key.`, parts);
    if (isWindowClosed(incident, parts))
      return over(incident, "What was out is over, so nothing is left to end.", parts);
    if (decision?.decision === "approve") return { next: "act", wait: 0 };
    if (incident.drill && parts.clock.now() > incident.openedAt + DRILL_WAITS)
      return over(incident, "Nobody answered in this drill whether the signing key is to be revoked.", parts);
    if (!isStopped(incident)) return { next: "again", wait: pauseAfter(parts.clock.now() - incident.openedAt) };
    const planned = await tried(() => planKeyRevocation(incident, parts));
    if ("error" in planned) return { next: "again", wait: pauseAfter(parts.clock.now() - incident.openedAt) };
    if ("none" in planned.value) return over(incident, planned.value.none, parts);
    return { next: "ask", wait: 0 };
  },
  ask: async (incident, parts, waiting) => {
    const planned = await planKeyRevocation(incident, parts);
    if ("none" in planned) throw nothingToAsk(planned.none);
    const { window } = incident;
    const until = window?.state === "closes" ? Math.min(waiting.until, window.at) : waiting.until;
    await ask(incident, "key-revocation", planned.proposal, { ...waiting, until }, parts);
  },
  act: async (incident, parts) => {
    const latest = await revokeKey(incident, parts);
    const { steps, ended } = latest;
    const result = steps["key-revocation"];
    // The next turn of watching may be hours away, and computes nothing once a person has ended it.
    if (isComplete(result)) await announceWindow(latest, parts, parts.inventories);
    if (result?.outcome !== "incomplete" || ended) return ON;
    const least = result.code === "throttled" ? AFTER_THE_LIMIT : BETWEEN_TRIES;
    return { next: "again", wait: Math.max(least, pauseAfter(parts.clock.now() - incident.openedAt)) };
  },
  // What it could end is over with the window, and until then somebody watches anyway.
  lastsUntil: async () => null,
};

const nothingToAsk = (why: string): CurfewError => new CurfewError("approval-refused", why, { retryable: true });

/** Else what is issued next is signed with the next key. Of a leak without a lever nothing can be stopped before. */
const isStopped = (incident: Incident): boolean => incident.leak?.levers.length === 0 || stoppedAt(incident) !== null;

const isWindowClosed = ({ window }: Incident, { clock }: RespondParts): boolean =>
  window?.state === "closes" && window.at <= clock.now();

async function over(incident: Incident, message: string, { table, clock }: RespondParts): Promise<Way> {
  await recordStep(table, incident.id, "key-revocation", { at: clock.now(), outcome: "not-applicable", message });
  return ON;
}
