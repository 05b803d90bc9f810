import { briefText, terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { stepsForPeople } from "../../lib/revocation/incident/for-people.ts";
import { isAsApproved, isGivenBack, staysLocked } from "../../lib/revocation/incident/how-far.ts";
import { type Incident, isComplete, isContained } from "../../lib/revocation/incident/incident.ts";
import { notDone } from "../../lib/revocation/incident/not-done.ts";
import { whyKeyStays } from "../../lib/revocation/leak/named-key.ts";
import { momentOf, windowSentences } from "../../lib/revocation/window/window-text.ts";
import { spoken } from "../spoken.ts";
import { isAsGoodAsContained, item, timeOf } from "./incident-text.ts";
import type { Standing } from "./standing.ts";
import { whyNotLocked } from "./where-it-stands.ts";

/** The answer to whoever started an incident: locked or not yet, contained or not, until when tokens work. */
export function answerText(standing: Standing, width: number): string {
  const { incident, waiting } = standing;
  const keyStays = incident.leak?.untouched ? undefined : whyKeyStays(incident);
  const lines = [
    headline(standing),
    ...whyNotLocked(incident),
    ...(keyStays ? [keyStays] : []),
    ...untilWhen(standing),
  ];
  const isBack = isAsApproved(incident) && incident.restored?.refutedAt === undefined;
  const missing = isBack || isAsGoodAsContained(incident) ? [] : notDone(incident);
  return `${[
    ...lines.map((line) => wrapped(terminalText(line), width)),
    ...listed(incident.drill ? "Not walked through:" : "Not done:", missing, width),
    ...listed(
      "Not done yet, though no new token is given out:",
      isContained(incident) ? credentialLeft(incident) : [],
      width,
    ),
    ...listed(
      incident.drill ? "What only people could do in an emergency:" : "Do now, because only people can:",
      forPeople(standing),
      width,
    ),
    ...waiting.map((line) => spoken(line, width)),
  ].join("\n")}\n`;
}

const listed = (title: string, lines: readonly string[], width: number): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => item(line, width))];

/** A new credential is no part of being contained: it is said by itself that there is none. */
function credentialLeft({ leak, steps: { rotate } }: Incident): string[] {
  if (leak?.levers.includes("rotate") !== true || isComplete(rotate)) return [];
  if (rotate?.outcome === "incomplete") return [...rotate.missing];
  if (rotate?.outcome === "not-applicable" && rotate.leftTo !== undefined) return [rotate.message];
  return [`The credential is not replaced${rotate ? `: ${rotate.message}` : " yet."}`];
}

/** Once access is given back its tokens are meant to be taken. */
function forPeople({ incident, window }: Standing): string[] {
  if (isAsApproved(incident)) return [];
  return [...stepsForPeople({ ...incident, window }), REFUSE];
}

const REFUSE = "Refuse its tokens at your own APIs until they are over, where you can: Auth0 cannot call them back.";

function headline({ incident, lockedBy }: Standing): string {
  const { clientId, drill, steps, leak } = incident;
  const name = briefText(clientId, 80);
  if (drill) return drillHeadline(incident, name);
  if (isContained(incident)) return `CONTAINED: ${name} gets no new token, and that is proven.`;
  if (lockedBy !== null) {
    const since = `access was given back here, and the incident ${lockedBy.id} has locked ${name} since`;
    return lockedBy.isHeld
      ? `LOCKED AGAIN: ${since}.`
      : `PERHAPS STILL LOCKED: ${since}. Whether it still is nobody here knows: look in the dashboard, Applications > Applications > ${name} > Settings > Advanced Settings > Grant Types.`;
  }
  if (isAsApproved(incident)) return approvedHeadline(incident, name);
  const lock = steps.lock;
  if (leak?.levers.length === 0) return `NOT CONTAINED: nothing that Curfew can do stops what leaked of ${name}.`;
  if (lock?.outcome === "done" || lock?.outcome === "paged")
    return `LOCKED at ${timeOf(lock.at)} UTC, NOT CONTAINED yet: ${name} gets no new token for itself, as far as Auth0 has heard of it.`;
  if (lock?.outcome === "not-applicable") return `NOT CONTAINED: ${lock.message}`;
  return lock ? `NOT LOCKED: ${lock.message}` : `NOT LOCKED yet: nothing was heard of the first step.`;
}

function approvedHeadline(incident: Incident, name: string): string {
  if (!isGivenBack(incident))
    return `NOT RESTORED yet: what a second person agreed to is not all back; ${name} may get tokens again, or still be locked.`;
  return staysLocked(incident)
    ? `STILL LOCKED: what a second person agreed to is given back, and no grant type was among it; ${name} gets no tokens for itself.`
    : `RESTORED: ${name} gets tokens again, as a second person agreed.`;
}

/** Whether a drill has walked through everything up to the proof; until then nobody can say how it ends. */
const isUnderWay = ({ drill, window, steps }: Incident): boolean =>
  drill && (window === null || steps.prove === undefined);

function drillHeadline(incident: Incident, name: string): string {
  const { lock } = incident.steps;
  if (isAsGoodAsContained(incident)) return `DRILL: ${name} would be contained. Nothing was changed.`;
  if (!isUnderWay(incident)) return `DRILL: ${name} would NOT be contained. Nothing was changed.`;
  const first = isComplete(lock)
    ? `${name} would be locked by now.`
    : (lock?.message ?? "nothing was heard of it yet.");
  return `DRILL, under way: ${first} Whether it would be contained is not known yet. Nothing is changed.`;
}

function untilWhen({ incident, window, now }: Standing): string[] {
  if (window?.state !== "open" || !isUnderWay(incident)) return windowSentences(window, now, incident);
  const until = momentOf(window.knownUntil);
  return [`Tokens that are out would work until ${until} at the latest, as far as is known now.`];
}
