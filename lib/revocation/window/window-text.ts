import { moment } from "../../alerts/change-alert.ts";
import { harmless } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import { formatDuration } from "../../model/duration.ts";
import type { ApiWindow, ExposureWindow } from "./window.ts";

/** Until when what is out still works, in whole sentences; the first one says the most. */
export function windowSentences(window: ExposureWindow | null): string[] {
  if (window === null) return ["Until when tokens that are out keep working is not computed yet."];
  const [last] = window.apis;
  const why = last ? [apiSentence(last)] : [];
  if (window.state === "closes") {
    return [`Tokens already out work until ${momentOf(window.at)} at the latest.`, ...why];
  }
  return [
    `Tokens already out work at least until ${momentOf(window.knownUntil)}; the end is not known yet, because ${inSentence(window.because)}`,
    ...why,
  ];
}

/** Whole sentences behind a comma; the first one begins in small. */
const inSentence = ([first = "nobody knows why.", ...rest]: readonly string[]): string =>
  [first.charAt(0).toLowerCase() + first.slice(1), ...rest].join(" ");

/** One line for a list of facts. */
export function windowLine(window: ExposureWindow | null): string {
  if (window === null) return "not computed yet";
  return window.state === "closes" ? momentOf(window.at) : `open; known until ${momentOf(window.knownUntil)}`;
}

function apiSentence({ audience, until, lifetime, assumed }: ApiWindow): string {
  const name = audience === "*" ? "APIs that nobody could list" : harmless(audience, 120);
  const because = assumed === null ? "" : `, the longest there is, since ${assumed}`;
  return `The last ones are for ${name}: they live for ${formatDuration(lifetime)}${because}, and are over at ${momentOf(until)}.`;
}

/** `2026-11-25 06:00 UTC`; a moment in the last minute is the next one, so that no end is told too early. */
export const momentOf = (instant: Instant): string => moment(iso(Math.ceil(instant / 60_000) * 60_000));

const iso = (instant: Instant): string => new Date(instant).toISOString();
