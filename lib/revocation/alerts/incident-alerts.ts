import type { Alert, Fact } from "../../alerts/alert.ts";
import { alertId } from "../../alerts/alert-id.ts";
import { moment } from "../../alerts/change-alert.ts";
import { firstLines, harmless } from "../../alerts/harmless-text.ts";
import { stepsForPeople } from "../incident/for-people.ts";
import { type Incident, wasContained } from "../incident/incident.ts";
import { nowhereSince } from "../incident/nowhere.ts";
import { momentOf, windowLine, windowSentences } from "../window/window-text.ts";
import type { IncidentTurn } from "./incident-turn.ts";
import { blind, found, logGap, plantedUsed, used } from "./log-alerts.ts";
import { iso, nameOf, type Told, type Turn } from "./told.ts";
import { UNDONE } from "./undone-texts.ts";

/** Lines of one alert: what is more is in the incident. */
const MOST_LINES = 50;

/**
 * What everybody hears about a turn of an incident. The same turn is the same alert, however often it is computed and
 * whatever is known by then.
 *
 * @param owner who hears of the tenant beside everybody else; null when nobody does
 */
export function incidentAlert(incident: Incident, owner: string | null, turn: IncidentTurn): Alert {
  const told = tell(incident, turn);
  const { severity, title, text, steps, items = [], facts = [], matter, at } = told;
  const drill = "Drill, nothing is changed: ";
  return {
    id: alertId("incident", incident.id, turn.turn, ...matter),
    kind: "incident",
    severity,
    tenant: incident.tenant,
    owner,
    title: `${incident.drill ? drill : ""}${incident.tenant}: ${title}`,
    text: incident.drill ? `This is a drill: Curfew says what it would do, and changes nothing. ${text}` : text,
    facts: [...commonFacts(incident), ...facts],
    steps: [...steps, `How it stands: npx curfew incidents show ${incident.id}`, "More: docs/revocation.md"],
    items: firstLines(
      items.map((item) => harmless(item, 400)),
      MOST_LINES,
    ),
    at: iso(at),
  };
}

const commonFacts = (incident: Incident): Fact[] => [
  { label: "Tenant", value: incident.tenant },
  { label: "Application", value: nameOf(incident) },
  { label: "Incident", value: incident.id },
  { label: "Reason", value: harmless(incident.reason, 300) },
  { label: "Started by", value: `${harmless(incident.openedBy, 200)}, ${moment(iso(incident.openedAt))}` },
  ...(incident.leak ? [{ label: "What leaked", value: incident.leak.kind }] : []),
];

/** One function for each turn: the compiler misses the one that is not there. */
function tell(incident: Incident, turn: IncidentTurn): Told {
  switch (turn.turn) {
    case "opened":
      return opened(incident);
    case "locked":
      return locked(incident, turn);
    case "contained":
      return contained(incident, turn);
    case "not-contained":
      return notContained(incident, turn);
    case "left-undone":
      return leftUndone(incident, turn);
    case "not-stored":
      return notStored(incident, turn);
    case "used":
      return used(incident, turn);
    case "planted-used":
      return plantedUsed(incident, turn);
    case "put-back":
      return putBack(incident, turn);
    case "waiting":
      return waiting(incident, turn);
    case "decided":
      return decided(incident, turn);
    case "restored":
      return restored(incident, turn);
    case "log-gap":
      return logGap(incident, turn);
    case "blind":
      return blind(incident, turn);
    case "found":
      return found(incident, turn);
    case "closed":
      return closed(incident, turn);
  }
}

function opened(incident: Incident): Told {
  const { leak, openedAt } = incident;
  return {
    severity: "critical",
    title: `an emergency is declared: ${nameOf(incident)} leaked`,
    text: `${leak?.meaning ?? "Curfew locks the application now."} What comes next is told here.`,
    steps: leak?.steps ?? [],
    matter: [],
    at: openedAt,
  };
}

function locked(incident: Incident, { at }: Turn<"locked">): Told {
  const would = incident.drill ? "would get" : "gets";
  return {
    severity: "critical",
    title: `${nameOf(incident)} is locked: it ${would} no new token for itself`,
    text: `What uses the application cannot log in from now on. Tokens that are out keep working; until when is told as soon as no more can be got.${messageOf(incident, "lock")}`,
    steps: ["Tell the people whose services log in with it: they get errors until it is restored."],
    matter: [at],
    at,
  };
}

function contained(incident: Incident, { at }: Turn<"contained">): Told {
  const { window } = incident;
  const until =
    window?.state === "closes"
      ? `tokens already out ${incident.drill ? "would work" : "work"} until ${momentOf(window.at)}`
      : "the window is open";
  return {
    severity: "critical",
    title: `${nameOf(incident)} ${incident.drill ? "would be" : "is"} contained; ${until}`,
    text: [
      incident.drill ? "No new token would be given out." : "No new token is given out, and that is proven.",
      ...windowSentences(window, at),
      "Curfew watches the tenant's log until then and tells of every use that it sees there; use at other APIs than Auth0's is in their own logs.",
    ].join(" "),
    facts: [{ label: "Tokens work until", value: windowLine(window) }],
    items: (window?.apis ?? []).map(({ audience, until: end }) => `${audience}: until ${momentOf(end)}`),
    steps: [
      ...(incident.leak?.steps ?? []),
      ...(window?.state === "open" ? REFRESH_TOKENS : []),
      "Refuse the application's tokens at your own APIs until then, where you can.",
    ],
    // A window that moved is told again, and one that is open for another reason; the same end is the same matter.
    matter: window?.state === "closes" ? [window.at] : ["open", ...(window?.because ?? [])],
    at,
  };
}

/** Source: Auth0 documentation, "Revoke Refresh Tokens". */
const REFRESH_TOKENS = [
  "Revoke the refresh tokens of the application's users: User Management > Users > the user > Authorized Applications.",
];

function notContained(incident: Incident, { at, missing }: Turn<"not-contained">): Told {
  const { title, text } = notContainedWords(incident);
  return {
    severity: "critical",
    title,
    text,
    items: missing,
    steps: incident.leak ? stepsForPeople(incident) : ["Do what is missing in Auth0's dashboard if it cannot wait."],
    matter: [...missing].sort(),
    at,
  };
}

function notContainedWords(incident: Incident): Pick<Told, "title" | "text"> {
  const { leak, restored } = incident;
  const name = nameOf(incident);
  if (restored) {
    return {
      title: `${name} was NOT contained when access was given back`,
      text: "Access was given back on a proof that the tenant's log contradicts, as it shows now. Somebody opened the application meanwhile.",
    };
  }
  if (nowhereSince(incident) !== null) {
    return {
      title: `there is no application ${name}: nothing was taken away`,
      text: "It was deleted, or this is not its id: then the one that leaked is untouched, and whoever has what leaked may get new tokens.",
    };
  }
  if (leak?.levers.length === 0) return { title: `${name} cannot be contained by Curfew`, text: leak.meaning };
  return {
    title: `${name} is NOT contained yet`,
    text: "Below is exactly what is not done. Curfew goes on trying; whoever has what leaked may still get new tokens.",
  };
}

function leftUndone(incident: Incident, { step, at, missing, why, code }: Turn<"left-undone">): Told {
  const { what, means } = UNDONE[step];
  return {
    severity: "high",
    title: `${nameOf(incident)}: ${what}`,
    text: `${means} Below is exactly what is missing. Curfew goes on trying.`,
    items: missing,
    steps: ["Mend what is named as the reason, such as a scope that is missing."],
    matter: [step, why, code ?? "no code"],
    at,
  };
}

function notStored(incident: Incident, { at, told }: Turn<"not-stored">): Told {
  return {
    severity: "critical",
    title: `what was taken away from ${nameOf(incident)} could not be stored: keep this message`,
    text: "It had to go at once, and Curfew's table did not take it. Nobody can give back what is not written down: below is all of it.",
    items: told,
    steps: ["Keep this message: whoever restores the application needs the lines above."],
    matter: [...told].sort(),
    at,
  };
}

function putBack(incident: Incident, { at, what, isTakenAgain }: Turn<"put-back">): Told {
  return {
    severity: "critical",
    title: `somebody put back what was taken away from ${nameOf(incident)}${isTakenAgain ? "; it is taken away again" : ", and it is still there"}`,
    text: "Mostly it is an infrastructure tool that restores what it knows. Meanwhile tokens may have been given out, so the window is computed anew.",
    items: what,
    steps: [
      "Stop the tool, or take the application out of what it manages, until it is restored.",
      "The tenant's log names who changed it.",
    ],
    matter: [at],
    at,
  };
}

function waiting(incident: Incident, { step, planHash, until, reminders, plan, askedAt }: Turn<"waiting">): Told {
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

function decided(incident: Incident, { step, at, decision, by }: Turn<"decided">): Told {
  return {
    severity: "high",
    title: `${nameOf(incident)}: ${step} ${DECISIONS[decision]}${by === null ? "" : ` by ${harmless(by, 120)}`}`,
    text: decision === "approve" ? "Curfew does it now." : "Everything stays as it is.",
    steps: [],
    matter: [step, at],
    at,
  };
}

function restored(incident: Incident, { at, given, missing }: Turn<"restored">): Told {
  const isWhole = missing.length === 0;
  return {
    severity: isWhole ? "high" : "critical",
    title: `${nameOf(incident)} ${isWhole ? "is restored" : "is NOT restored as approved"}`,
    text: isWhole
      ? "It has what was approved, and a token with its new credential has just that. Watching goes on until the window closes."
      : "Below is what is not as approved.",
    items: [...given, ...missing.map((line) => `MISSING ${line}`)],
    steps: isWhole
      ? ["Let the services that use it log in again, with the new credential."]
      : ["Look at the application's APIs in Auth0's dashboard."],
    matter: [at],
    at,
  };
}

/** Only what is known to be over is said to be. */
function closedWords(incident: Incident): string {
  const { drill, ended, window } = incident;
  if (drill) return "Nothing was changed.";
  const isOver = !ended || (window?.state === "closes" && window.at <= ended.at);
  const by = ended ? `${harmless(ended.by, 120)} ended it. ` : "";
  if (!isOver) return `${by}Nobody watches any more, and tokens that are out may still work: ${windowLine(window)}.`;
  if (wasContained(incident)) return `${by}Tokens that were out when it was contained are over.`;
  return `${by}It was never proven to be contained; only tokens that Curfew knows of are over.`;
}

function closed(incident: Incident, { at, evidence, questions }: Turn<"closed">): Told {
  return {
    severity: "high",
    title: `the incident of ${nameOf(incident)} is closed`,
    text: `${closedWords(incident)} The evidence holds what was done, seen and asked.`,
    facts: evidence.map(({ name, sha256 }) => ({ label: "Evidence", value: `${name}, SHA-256 ${sha256}` })),
    items: questions.map((question) => `Open question: ${question}`),
    steps: ["Read the evidence with the people concerned; decide about its open questions."],
    matter: [],
    at,
  };
}

/** What a step says of itself, as a sentence more. */
function messageOf({ steps }: Incident, step: "lock"): string {
  const message = steps[step]?.message;
  return message === undefined ? "" : ` ${harmless(message, 300)}`;
}
