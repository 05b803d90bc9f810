import { moment } from "../../alerts/change-alert.ts";
import { shortened } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import { formatDuration } from "../../model/duration.ts";
import type { ApiWindow, ExposureWindow } from "./window.ts";

/**
 * Until when what is out still works, or that it is over, in whole sentences; the first one says the most.
 *
 * @param now what is over by then is told as that
 * @param incident of a drill it is told what would be: nothing is taken away
 */
export function windowSentences(
  window: ExposureWindow | null,
  now: Instant,
  incident: { drill: boolean } = { drill: false },
): string[] {
  const { drill } = incident;
  if (window === null)
    return [`Until when tokens that are out ${drill ? "would keep" : "keep"} working is not computed yet.`];
  const [last] = window.apis;
  const why = last ? [apiSentence(last, now)] : [];
  if (drill) return [wouldWork(window), ...why];
  if (window.state === "closes") {
    const until = momentOf(window.at);
    return isOver(window, now)
      ? [`Tokens that were out worked until ${until} at the latest: that is over.`, ...why]
      : [`Tokens already out work until ${until} at the latest.`, ...why];
  }
  return [
    `Tokens that were out at the last look ${window.knownUntil < now ? "worked" : "work"} until ${momentOf(window.knownUntil)} at the latest; the end is not known yet, because ${inSentence(window.because)}`,
    ...why,
  ];
}

function wouldWork(window: ExposureWindow): string {
  if (window.state === "closes") return `Tokens that are out would work until ${momentOf(window.at)} at the latest.`;
  const until = momentOf(window.knownUntil);
  return `Tokens that were out at the last look would work until ${until} at the latest; the end would not be known yet, because ${inSentence(window.because)}`;
}

/** Whether nothing that was out works any more. */
export const isOver = (window: ExposureWindow | null, now: Instant): boolean =>
  window?.state === "closes" && window.at <= now;

/** Whole sentences behind a comma; the first one begins in small. */
const inSentence = ([first = "nobody knows why.", ...rest]: readonly string[]): string =>
  [first.charAt(0).toLowerCase() + first.slice(1), ...rest].join(" ");

/** One line for a list of facts. */
export function windowLine(window: ExposureWindow | null): string {
  if (window === null) return "not computed yet";
  return window.state === "closes" ? momentOf(window.at) : `open; so far ${momentOf(window.knownUntil)}`;
}

function apiSentence({ audience, until, lifetime, assumed }: ApiWindow, now: Instant): string {
  const name = audience === "*" ? "APIs of which there is no list" : shortened(audience, 120);
  const because = assumed === null ? "" : `, the longest there is, since ${assumed}`;
  const [verb, live, are] = until < now ? ["were", "lived", "were"] : ["are", "live", "are"];
  return `The last ones ${verb} for ${name}: they ${live} for ${formatDuration(lifetime)}${because}, and ${are} over at ${momentOf(until)}.`;
}

/** `2026-11-25 06:00 UTC`; a moment in the last minute is the next one, so that no end is told too early. */
export const momentOf = (instant: Instant): string => moment(iso(Math.ceil(instant / 60_000) * 60_000));

/** The same of what has been done until then: the minute before, so that no more is claimed than was. */
export const momentBefore = (instant: Instant): string => moment(iso(instant));

/** `2026-11-25T05:59:30Z`: to be given again, as of when something was opened, which is no later than that. */
export const secondOf = (instant: Instant): string => iso(Math.ceil(instant / 1_000) * 1_000).replace(".000Z", "Z");

const iso = (instant: Instant): string => new Date(instant).toISOString();
