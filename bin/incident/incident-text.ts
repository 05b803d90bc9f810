import type { Instant } from "../../lib/history/history.ts";
import { briefText, terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import {
  INCIDENT_STEPS,
  type Incident,
  isComplete,
  isContained,
  type StepResult,
  stoppedAt,
} from "../../lib/revocation/incident/incident.ts";
import { notDone } from "../../lib/revocation/incident/not-done.ts";
import type { TimelineEntry } from "../../lib/revocation/incident/timeline.ts";
import type { ExposureWindow } from "../../lib/revocation/window/window.ts";
import { momentOf, windowLine, windowSentences } from "../../lib/revocation/window/window-text.ts";
import { plainTable } from "../plain-table.ts";
import { spoken } from "../spoken.ts";
import { lockByHand, whyNotLocked } from "./where-it-stands.ts";

/** Where an incident stands, in a word or two. */
export type IncidentState = "contained" | "NOT contained" | "restored" | "drill" | "closed";

export function stateOf(incident: Incident): IncidentState {
  if (incident.closedAt !== null) return "closed";
  if (incident.drill) return "drill";
  if (incident.restored) return "restored";
  return isContained(incident) ? "contained" : "NOT contained";
}

/** Whether a leak is contained or, in a drill, would be. */
export const isAsGoodAsContained = (incident: Incident): boolean =>
  incident.drill ? incident.leak?.isContainable === true && stoppedAt(incident) !== null : isContained(incident);

const HEAD = ["opened (UTC)", "incident", "tenant", "application", "state", "tokens work until"];

/** All incidents, one a line. */
export const incidentTable = (incidents: readonly Incident[]): string =>
  plainTable([
    HEAD,
    ...incidents.map((incident) => [
      minuteOf(incident.openedAt),
      incident.id,
      terminalText(incident.tenant),
      briefText(incident.clientId, 40),
      stateOf(incident),
      windowLine(incident.window),
    ]),
  ]);

/** Everything that is known of an incident but its timeline. */
export function incidentText(incident: Incident, width: number, waiting: readonly string[] = []): string {
  const { id, tenant, clientId, reason, openedAt, openedBy, leakedSince, leak, drill } = incident;
  const facts = [
    `${id}${drill ? " (drill: nothing is changed)" : ""}: ${stateOf(incident)}`,
    `${briefText(clientId, 80)} in ${tenant}; opened ${minuteOf(openedAt)} UTC by ${terminalText(openedBy)}`,
    `Reason: ${terminalText(reason)}`,
    ...(leakedSince === null ? [] : [`Leaked since ${minuteOf(leakedSince)} UTC`]),
    ...(incident.follows === undefined ? [] : [`Goes on from ${incident.follows.join(", ")}`]),
    ...(incident.followedBy === undefined ? [] : [`The incident ${incident.followedBy} goes on from here`]),
    `What leaked: ${leak ? `${leak.kind}. ${leak.meaning}` : "nobody has looked at the application yet"}`,
    ...windowSentences(incident.window),
  ];
  return [
    ...facts.map((fact) => wrapped(terminalText(fact), width, "", "  ")),
    ...notDoneLines(incident, width),
    ...(waiting.length === 0
      ? []
      : ["", "Waits for an answer:", ...waiting.map((line) => spoken(`- ${line}`, width, "", "  "))]),
    "",
    "Steps:",
    ...stepLines(incident, width),
  ].join("\n");
}

function notDoneLines(incident: Incident, width: number): string[] {
  const lines = incident.closedAt === null && !incident.restored ? notDone(incident) : [];
  return lines.length === 0 ? [] : ["Not contained because:", ...lines.map((line) => item(line, width))];
}

const stepLines = ({ steps, openedAt }: Incident, width: number): string[] =>
  INCIDENT_STEPS.flatMap((step) => {
    const result = steps[step];
    return result ? stepText(step, result, width, openedAt) : [];
  });

/**
 * What a step came to, with what is missing or was told to people below it.
 *
 * @param openedAt of another day the date is told, too
 */
export function stepText(step: string, result: StepResult, width: number, openedAt: Instant): string[] {
  const { at, outcome, message } = result;
  const rest = outcome === "incomplete" ? result.missing : outcome === "paged" ? result.told : [];
  return [
    wrapped(`${whenOf(at, openedAt)} ${step}: ${outcome}. ${terminalText(message)}`, width, "  ", "    "),
    ...rest.map((line) => wrapped(`- ${terminalText(line)}`, width, "    ", "      ")),
  ];
}

/** An entry of the timeline; see {@link stepText}. */
export const entryText = ({ at, who, what, answer }: TimelineEntry, width: number, openedAt: Instant): string =>
  wrapped(
    `${whenOf(at, openedAt)} ${terminalText(who)}: ${terminalText(what)}${answer === null ? "" : ` → ${terminalText(answer)}`}`,
    width,
    "  ",
    "    ",
  );

/**
 * The answer to whoever started an incident: locked or not yet, contained or not, until when tokens work.
 *
 * @param window as it is recorded, or as far as it can be told now
 */
export function answerText(
  incident: Incident,
  window: ExposureWindow,
  width: number,
  waiting: readonly string[] = [],
): string {
  const lines = [headline(incident), ...whyNotLocked(incident), ...untilWhen(incident, window)];
  const missing = isAsGoodAsContained(incident) ? [] : notDone(incident);
  return `${[
    ...lines.map((line) => wrapped(terminalText(line), width)),
    ...listed("Not done:", missing, width),
    ...listed(
      "Not done yet, though no new token is given out:",
      isContained(incident) ? credentialLeft(incident) : [],
      width,
    ),
    ...listed(
      incident.drill ? "What only people could do:" : "Do now, because only people can:",
      forPeople(incident),
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
  return [`The credential is not replaced${rotate ? `: ${rotate.message}` : " yet."}`];
}

function forPeople(incident: Incident): string[] {
  return [...lockByHand(incident), ...(incident.leak?.steps ?? []), REFUSE];
}

const REFUSE = "Refuse its tokens at your own APIs until they are over, where you can: Auth0 cannot call them back.";

function headline(incident: Incident): string {
  const { clientId, drill, steps, leak } = incident;
  const name = briefText(clientId, 80);
  if (drill)
    return isAsGoodAsContained(incident)
      ? `DRILL: ${name} would be contained. Nothing was changed.`
      : `DRILL: ${name} would NOT be contained. Nothing was changed.`;
  if (isContained(incident)) return `CONTAINED: ${name} gets no new token, and that is proven.`;
  if (incident.restored) return `RESTORED: ${name} gets tokens again, as a second person agreed.`;
  const lock = steps.lock;
  if (leak?.levers.length === 0) return `NOT CONTAINED: nothing that Curfew can do stops what leaked of ${name}.`;
  if (lock?.outcome === "done" || lock?.outcome === "paged")
    return `LOCKED at ${timeOf(lock.at)} UTC, NOT CONTAINED yet: ${name} gets no new token for itself, as far as Auth0 has heard of it.`;
  if (lock?.outcome === "not-applicable") return `NOT CONTAINED: ${lock.message}`;
  return lock ? `NOT LOCKED: ${lock.message}` : `NOT LOCKED yet: nothing was heard of the first step.`;
}

function untilWhen({ drill }: Incident, window: ExposureWindow): string[] {
  if (drill && window.state === "closes") return [`Tokens that are out would work until ${momentOf(window.at)}.`];
  return windowSentences(window);
}

/** How to follow an incident. */
export const followCommand = (id: string): string => `npx curfew incidents show ${id} --follow`;

const item = (line: string, width: number): string => wrapped(`- ${terminalText(line)}`, width, "", "  ");

const timeOf = (at: Instant): string => new Date(at).toISOString().slice(11, 19);

const whenOf = (at: Instant, openedAt: Instant): string => {
  const [day] = new Date(at).toISOString().split("T");
  return new Date(openedAt).toISOString().startsWith(`${day}T`) ? timeOf(at) : `${day} ${timeOf(at)}`;
};

const minuteOf = (at: Instant): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");
