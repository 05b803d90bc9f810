import { harmless } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import { unlockByHand } from "../incident/for-people.ts";
import type { Incident } from "../incident/incident.ts";
import { momentOf } from "../window/window-text.ts";
import { nameOf, type Told, type Turn } from "./told.ts";

export function waiting(
  incident: Incident,
  { step, planHash, until, reminders, plan, askedAt }: Turn<"waiting">,
): Told {
  const again = reminders === 0 ? "" : " (asked again)";
  return {
    severity: "critical",
    title: `${nameOf(incident)}: ${step} waits for approval${again}`,
    text: `A person who did not start the incident decides until ${momentOf(until)}. Without an answer it stays as it is.`,
    facts: [{ label: "Plan", value: planHash }],
    items: plan,
    steps: [
      `Look and approve: npx curfew approve ${incident.id} ${step}`,
      `Or say no: npx curfew reject ${incident.id} ${step}`,
    ],
    matter: [step, planHash, reminders],
    at: askedAt,
  };
}

const DECISIONS = { approve: "is approved", reject: "is rejected", unanswered: "was not answered" } as const;

export function decided(incident: Incident, { step, at, decision, by, isLockedAgain }: Turn<"decided">): Told {
  return {
    severity: "high",
    title: `${nameOf(incident)}: ${step} ${DECISIONS[decision]}${by === null ? "" : ` by ${harmless(by, 120)}`}`,
    text: decision === "approve" ? "Curfew does it now." : isLockedAgain ? LOCKED_AGAIN : "Everything stays as it is.",
    steps: [],
    matter: [step, at],
    at,
  };
}

const LOCKED_AGAIN =
  "The application may be open, because a person ended an incident that was about to unlock it: Curfew locks it again now.";

export function restored(incident: Incident, { at, given, missing, token, guards = [] }: Turn<"restored">): Told {
  const isWhole = missing.length === 0;
  if (isWhole && token === "stays locked") return stillLocked(incident, at, given, guards);
  return {
    severity: isWhole ? "high" : "critical",
    title: `${nameOf(incident)} ${isWhole ? "is restored" : "is NOT restored as approved"}`,
    text: isWhole
      ? `It has what was approved, and ${token === "tried" ? HAS_TOKEN : NO_TOKEN}. Watching goes on until the window closes.`
      : "Below is what is not as approved.",
    items: [...given, ...missing.map((line) => `MISSING ${line}`)],
    steps: isWhole ? [LOG_IN] : ["Look at the application's APIs in Auth0's dashboard."],
    matter: [at],
    at,
  };
}

const LOG_IN = "Let the services that use it log in again, with the new credential.";
const HAS_TOKEN = "a token with its new credential has just that";
const NO_TOKEN = "may get tokens again; none was tried, because for what was given back Curfew asks for none";

/** A person or another incident had closed it before this one looked, or it never got tokens for itself. */
const stillLocked = (incident: Incident, at: Instant, given: readonly string[], guards: readonly string[]): Told => ({
  severity: "high",
  title: `${nameOf(incident)} STAYS LOCKED: no grant type was given back`,
  text: "It got no tokens for itself at the first look, as far as is stored, so no grant type came back. It still gets none, and no token was tried.",
  items: given,
  steps: [...unlockByHand(incident, guards), LOG_IN],
  matter: [at],
  at,
});
