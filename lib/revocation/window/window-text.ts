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
    return [`Tokens that are out keep working until ${momentOf(window.at)} at the latest.`, ...why];
  }
  return [
    `It is open until when tokens that are out keep working; of those known now the last one is over at ${momentOf(window.knownUntil)}.`,
    ...window.because,
    ...why,
  ];
}

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
