import { harmless } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import { AND_MORE } from "../incident/bounded-lines.ts";
import { stepsForPeople } from "../incident/for-people.ts";
import { staysLocked } from "../incident/how-far.ts";
import { type Incident, isComplete } from "../incident/incident.ts";
import { nowhereSince } from "../incident/nowhere.ts";
import { momentOf, windowLine, windowSentences } from "../window/window-text.ts";
import { nameOf, type Told, type Turn } from "./told.ts";
import { UNDONE } from "./undone-texts.ts";

export function opened(incident: Incident): Told {
  const { leak, openedAt } = incident;
  return {
    severity: "critical",
    title: `an emergency is declared: ${nameOf(incident)} leaked`,
    text: `${leak?.meaning ?? "Curfew looks at the application now, and locks it where that stops what leaked."} What comes next is told here.`,
    steps: leak?.steps ?? [],
    matter: [],
    at: openedAt,
  };
}

export function locked(incident: Incident, { at }: Turn<"locked">): Told {
  return {
    severity: "critical",
    title: `${nameOf(incident)} is locked: it gets no new token for itself`,
    text: `What uses the application cannot log in from now on. Tokens that are out keep working; until when is told as soon as no more can be got.${messageOf(incident, "lock")}`,
    steps: ["Tell the people whose services log in with it: they get errors until it is restored."],
    matter: [at],
    at,
  };
}

export function contained(incident: Incident, { at }: Turn<"contained">): Told {
  const { window } = incident;
  const until =
    window?.state === "closes" ? `tokens already out work until ${momentOf(window.at)}` : "the window is open";
  return {
    severity: "critical",
    title: `${nameOf(incident)} is contained; ${until}`,
    text: [
      "It is given no new token for itself, and that is proven.",
      ...windowSentences(window, at),
      "Curfew watches the tenant's log until then and tells of every use that it sees there; use at other APIs than Auth0's is in their own logs.",
    ].join(" "),
    ...windowTold(incident),
    // What is proven anew is told again, a window that moved, and one that is open for another reason.
    matter: [at, ...endOf(window)],
    at,
  };
}

export function endsLater(incident: Incident, { at, told }: Turn<"ends-later">): Told {
  const { window } = incident;
  const until = window?.state === "closes" ? `until ${momentOf(window.at)}` : "the window is open";
  return {
    severity: "critical",
    title: `tokens of ${nameOf(incident)} work for longer than was told: ${until}`,
    text: [
      `They were to work until ${momentOf(told)} at the latest. That does not hold, as is known now.`,
      ...windowSentences(window, at),
    ].join(" "),
    ...windowTold(incident),
    matter: [told, ...endOf(window)],
    at,
  };
}

const endOf = (window: Incident["window"]): (string | number)[] =>
  window?.state === "closes" ? [window.at] : ["open", ...(window?.because ?? [])];

const windowTold = (incident: Incident): Pick<Told, "facts" | "items" | "steps"> => ({
  facts: [{ label: "Tokens work until", value: windowLine(incident.window) }],
  items: (incident.window?.apis ?? []).map(({ audience, until: end }) => `${audience}: until ${momentOf(end)}`),
  steps: [...stepsForPeople(incident), "Refuse the application's tokens at your own APIs until then, where you can."],
});

export function notContained(incident: Incident, { at, missing, since }: Turn<"not-contained">): Told {
  const { title, text } = since === undefined ? notContainedWords(incident) : unseenWords(incident, since);
  return {
    severity: "critical",
    title,
    text,
    items: missing,
    steps: stepsForPeople(incident),
    // The same after it was contained is to be heard again.
    matter: [since ?? incident.provenAt ?? "not proven", ...[...missing].sort()],
    at,
  };
}

/** What was complete stays so: that nobody can look again says nothing of how it is. */
const unseenWords = (incident: Incident, since: Instant): Pick<Told, "title" | "text"> => ({
  title: `nobody sees whether something is put back to ${nameOf(incident)}`,
  text: `Since ${momentOf(since)} Curfew could not look at what is below. It goes on trying; what somebody puts back meanwhile stays.`,
});

function notContainedWords(incident: Incident): Pick<Told, "title" | "text"> {
  const { leak, restored } = incident;
  const name = nameOf(incident);
  if (restored?.refutedAt !== undefined) {
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

export function leftUndone(incident: Incident, { step, at, missing, why, code }: Turn<"left-undone">): Told {
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

export function notStored(incident: Incident, { at, told }: Turn<"not-stored">): Told {
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

export function putBack(incident: Incident, { at, what, isTakenAgain }: Turn<"put-back">): Told {
  return {
    severity: "critical",
    title: `somebody put back what was taken away from ${nameOf(incident)}${isTakenAgain ? "; it is taken away again" : ", and it is still there"}`,
    text: "Mostly it is an infrastructure tool that restores what it knows. Meanwhile tokens may have been given out.",
    items: what,
    steps: [
      "Stop the tool, or take the application out of what it manages, until it is restored.",
      "The tenant's log names who changed it.",
    ],
    // What is planted beside it, and that it is taken away at last, is to be heard, too. How much was left out is not.
    matter: [at, String(isTakenAgain), ...what.filter((line) => !line.startsWith(AND_MORE)).sort()],
    at,
  };
}

export function added(incident: Incident, { at, what, before }: Turn<"added">): Told {
  const { restored, steps } = incident;
  const isLocked = staysLocked(incident) && isComplete(steps.lock);
  const given = isLocked
    ? "It gets no tokens for itself, so neither does whoever has this."
    : "It gets tokens again, so whoever has this does.";
  const until = restored
    ? given
    : "Access is not given back before it is gone, or a second person has seen it in the plan and agreed.";
  return {
    severity: "critical",
    title: `something was added to ${nameOf(incident)}, the application that leaked: ${isLocked ? "it stays locked" : "whoever has it can log in as it"}`,
    text: `Curfew did not give it what is named below: it was not there at the first look, or may have leaked and is there again, or still. Curfew leaves it there: it may be yours. ${until}`,
    items: what,
    steps: [
      "Take it away if nobody of yours added it: Applications > Applications > the application > Credentials. The tenant's log names who did.",
    ],
    matter: [before, ...what],
    at,
  };
}

/** What a step says of itself, as a sentence more. */
function messageOf({ steps }: Incident, step: "lock"): string {
  const message = steps[step]?.message;
  return message === undefined ? "" : ` ${harmless(message, 300)}`;
}
