import type { Instant } from "../../lib/history/history.ts";
import { briefText, terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { stepsForPeople, unlockByHand } from "../../lib/revocation/incident/for-people.ts";
import { isAsApproved, isGivenBack, staysLocked } from "../../lib/revocation/incident/how-far.ts";
import {
  INCIDENT_STEPS,
  type Incident,
  type IncidentStep,
  isContained,
  type StepResult,
  stoppedAt,
} from "../../lib/revocation/incident/incident.ts";
import { notDone } from "../../lib/revocation/incident/not-done.ts";
import { closesApplication } from "../../lib/revocation/incident/same-leak.ts";
import type { TimelineEntry } from "../../lib/revocation/incident/timeline.ts";
import { namedKeys } from "../../lib/revocation/leak/named-key.ts";
import { atItsEnd } from "../../lib/revocation/watch/watch-result.ts";
import { windowSentences } from "../../lib/revocation/window/window-text.ts";
import { spoken } from "../spoken.ts";
import type { Standing } from "./standing.ts";

/** Where an incident stands, in a word or two. */
export type IncidentState =
  | "contained"
  | "NOT contained"
  | "restored"
  | "still locked"
  | "restoring"
  | "drill"
  | "ended"
  | "closed";

export function stateOf(incident: Incident): IncidentState {
  if (incident.closedAt !== null) return "closed";
  if (incident.ended) return "ended";
  if (incident.drill) return "drill";
  if (isAsApproved(incident))
    return !isGivenBack(incident) ? "restoring" : staysLocked(incident) ? "still locked" : "restored";
  return isContained(incident) ? "contained" : "NOT contained";
}

/** The same with what a later incident has changed of it. */
export function stateWords({ incident, lockedBy }: Pick<Standing, "incident" | "lockedBy">): string {
  const state = stateOf(incident);
  if (lockedBy === null || incident.closedAt !== null) return state;
  return `${state}; ${lockedBy.isHeld ? "locked again by" : "perhaps still locked by"} ${lockedBy.id}`;
}

/** Whether a leak is contained or, in a drill, would be. */
export const isAsGoodAsContained = (incident: Incident): boolean =>
  incident.drill ? incident.leak?.isContainable === true && stoppedAt(incident) !== null : isContained(incident);

/** Everything that is known of an incident but its timeline. */
export function incidentText(standing: Standing, width: number): string {
  const { incident, waiting, decides } = standing;
  const { id, tenant, clientId, reason, openedAt, openedBy, leakedSince, drill } = incident;
  const facts = [
    `${id}${drill ? " (drill: nothing is changed)" : ""}: ${stateWords(standing)}`,
    `${briefText(clientId, 80)} in ${tenant}; opened ${minuteOf(openedAt)} UTC by ${terminalText(openedBy)}`,
    `Reason: ${terminalText(reason)}`,
    ...endedFacts(incident),
    ...(leakedSince === null ? [] : [`Leaked since ${minuteOf(leakedSince)} UTC`]),
    ...namedKeys(incident).map((key) => `A key that leaked, as was said: ${key}`),
    ...followedFacts(incident),
    ...(decides === null ? [] : [decides]),
    leakFact(incident),
    ...windowFacts(standing),
  ];
  return [
    ...facts.map((fact) => wrapped(terminalText(fact), width, "", "  ")),
    ...notDoneLines(incident, width),
    ...forPeople(standing, width),
    ...(waiting.length === 0
      ? []
      : ["", "Waits for an answer:", ...waiting.map((line) => spoken(`- ${line}`, width, "", "  "))]),
    "",
    "Steps:",
    ...stepLines(incident, width),
  ].join("\n");
}

function endedFacts({ ended, closedAt }: Incident): string[] {
  if (!ended) return [];
  const { at, by, reason } = ended;
  const kept = closedAt === null ? "; its evidence is kept with the next turn" : "";
  return [`Ended ${minuteOf(at)} UTC by ${terminalText(by)}${kept}: ${terminalText(reason)}`];
}

/** One that takes nothing away leaves who decides as it was. */
function followedFacts(incident: Incident): string[] {
  const open = incident.follows?.join(", ");
  if (open === undefined) return [];
  return [closesApplication(incident) ? `Goes on from ${open}` : `Opened beside ${open}, which it leaves as they are`];
}

function leakFact({ leak, drill }: Incident): string {
  if (!leak) return "What leaked: nobody has looked at the application yet";
  const { kind, meaning } = leak;
  return drill ? `What would have leaked: ${kind}. In an emergency: ${meaning}` : `What leaked: ${kind}. ${meaning}`;
}

function windowFacts({ incident, window, now }: Standing): string[] {
  if (window === null) return ["Until when tokens that were out worked was never computed."];
  return [...windowSentences(window, now, incident), ...(incident.window === null ? [A_BOUND] : [])];
}

const A_BOUND =
  "That is a bound, from what is known now: the end is computed once it is proven that no new token is given out.";

function notDoneLines(incident: Incident, width: number): string[] {
  const isAsked = incident.closedAt === null && !isAsApproved(incident);
  const lines = isAsked && !(incident.drill && isAsGoodAsContained(incident)) ? notDone(incident) : [];
  const title = incident.drill ? "Would not be contained because:" : "Not contained because:";
  return lines.length === 0 ? [] : [title, ...lines.map((line) => item(line, width))];
}

function forPeople({ incident, window, guards }: Standing, width: number): string[] {
  const isAsked = incident.closedAt === null && !isAsApproved(incident);
  const lines = isAsked
    ? stepsForPeople({ ...incident, window })
    : staysLocked(incident) && isAsApproved(incident)
      ? unlockByHand(incident, guards)
      : [];
  return lines.length === 0
    ? []
    : [
        incident.drill ? "What only people could do in an emergency:" : "What only people can do:",
        ...lines.map((line) => item(line, width)),
      ];
}

const stepLines = ({ steps, openedAt, ended }: Incident, width: number): string[] =>
  stepTexts(
    INCIDENT_STEPS.flatMap((step): Came[] =>
      steps[step] ? [[step, ended ? atItsEnd(steps[step]) : steps[step]]] : [],
    ),
    width,
    openedAt,
  );

/** What a step came to. */
export type Came = readonly [step: IncidentStep, result: StepResult];

/**
 * What steps came to, with what is missing or was told to people below it. What several that follow each other came to
 * for one reason is told once.
 *
 * @param openedAt of another day the date is told, too
 */
export function stepTexts(steps: readonly Came[], width: number, openedAt: Instant): string[] {
  const groups: { names: string[]; result: StepResult }[] = [];
  for (const [step, result] of steps) {
    const last = groups.at(-1);
    if (last && matterOf(last.result) === matterOf(result)) last.names.push(step);
    else groups.push({ names: [step], result });
  }
  return groups.flatMap(({ names, result }) => stepText(names.join(", "), result, width, openedAt));
}

/** What came of a step, whenever. */
export const matterOf = ({ at: _, ...matter }: StepResult): string => JSON.stringify(matter);

function stepText(names: string, result: StepResult, width: number, openedAt: Instant): string[] {
  const { at, outcome, message } = result;
  const rest = outcome === "incomplete" ? result.missing : outcome === "paged" ? result.told : [];
  return [
    wrapped(`${whenOf(at, openedAt)} ${names}: ${outcome}. ${terminalText(message)}`, width, "  ", "    "),
    ...rest.map((line) => spoken(`- ${terminalText(line)}`, width, "    ", "      ")),
  ];
}

/** An entry of the timeline; see {@link stepTexts}. */
export const entryText = ({ at, who, what, answer }: TimelineEntry, width: number, openedAt: Instant): string =>
  wrapped(
    `${whenOf(at, openedAt)} ${terminalText(who)}: ${terminalText(what)}${answer === null ? "" : ` → ${terminalText(answer)}`}`,
    width,
    "  ",
    "    ",
  );

/** How to see how an incident stands. */
export const showCommand = (id: string): string => `npx curfew incidents show ${id}`;

/** How to follow an incident. */
export const followCommand = (id: string): string => `${showCommand(id)} --follow`;

/** One of several things. */
export const item = (line: string, width: number): string => spoken(`- ${terminalText(line)}`, width, "", "  ");

/** `05:16:49`, in UTC. */
export const timeOf = (at: Instant): string => new Date(at).toISOString().slice(11, 19);

const whenOf = (at: Instant, openedAt: Instant): string => {
  const [day] = new Date(at).toISOString().split("T");
  return new Date(openedAt).toISOString().startsWith(`${day}T`) ? timeOf(at) : `${day} ${timeOf(at)}`;
};

/** `2026-11-26 05:16`, in UTC. */
export const minuteOf = (at: Instant): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");
