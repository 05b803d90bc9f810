import type { Instant } from "../../history/history.ts";
import { days, type Seconds } from "../../model/duration.ts";
import { auditAfter, isGap, type KnownLifetimes, type Looks, looksAt, type Sight } from "./api-looks.ts";

/** Until when an API's tokens may have been issued with a lifetime. */
export interface LifetimeSpan {
  issuedUntil: Instant;
  lifetime: Seconds;
  /** Why the longest lifetime there is stands here; null where this one was seen. */
  assumed: Assumed | null;
}

/** Why the longest lifetime there is was taken, in words that go into a sentence. */
export type Assumed =
  | "what it was before is not on record"
  | "no audit saw it for more than four days"
  | "what it was in the end is not known"
  | "its settings cannot be understood"
  | "whoever gets a token there chooses how long it lives";

/** No access token of Auth0's lives longer. Source: Auth0 documentation, "Update Access Token Lifetime": 2,592,000 s. */
export const LONGEST_LIFETIME: Seconds = days(30);

/**
 * With which lifetimes an API's tokens may have been issued, and until when.
 *
 * A lifetime that was seen may have held until the next look: nobody knows when in between it was changed. When nobody
 * looked (before the first look, in a gap, after the last one) it may have been anything. What was seen after the first
 * reading since the stop tells nothing of what was issued.
 *
 * @param isForWeb whether browsers may be given tokens: then `token_lifetime_for_web` counts where it is the longer
 * one. Real tenants have it longer, and that the shorter of the two holds is not documented.
 */
export function lifetimeSpans(
  audience: string,
  known: KnownLifetimes,
  stoppedAt: Instant,
  isForWeb: boolean,
): LifetimeSpan[] {
  const end = known.readings.find(({ at }) => at >= stoppedAt)?.at ?? Number.POSITIVE_INFINITY;
  const readings = known.readings.filter(({ at }) => at <= end);
  const looks = looksAt(audience, { ...known, readings }, isForWeb);
  return [...seenSpans(looks, end), ...unseenSpans(looks, end)].map((span) => ({
    ...span,
    issuedUntil: Math.min(stoppedAt, span.issuedUntil),
  }));
}

function seenSpans(looks: Looks, end: Instant): LifetimeSpan[] {
  const { audited, read } = looks;
  const byAudits = audited.map((sight, index) => {
    const reading = read.find(({ from }) => from >= sight.until);
    return spanOf(sight, [audited[index + 1]?.to, reading?.to]);
  });
  const byReadings = read.map((sight, index) => spanOf(sight, [read[index + 1]?.to, auditAfter(sight.until, looks)]));
  return [...byAudits.filter((_, index) => (audited[index]?.from ?? 0) <= end), ...byReadings];
}

function spanOf({ lifetime }: Sight, nextLooks: readonly (Instant | undefined)[]): LifetimeSpan {
  const issuedUntil = Math.min(...nextLooks.filter((look) => look !== undefined));
  return lifetime === null
    ? anything(issuedUntil, "its settings cannot be understood")
    : { issuedUntil, lifetime, assumed: null };
}

function unseenSpans({ audited, audits, read }: Looks, end: Instant): LifetimeSpan[] {
  const first = Math.min(...[...audited, ...read].map(({ to }) => to));
  const inOrder = [...audits, ...read].filter(({ from }) => from <= end).sort((a, b) => a.from - b.from);
  const gaps: Instant[] = [];
  let seenUntil = inOrder[0]?.from ?? 0;
  for (const { from, to, until } of inOrder) {
    if (isGap(seenUntil, from)) gaps.push(to);
    seenUntil = Math.max(seenUntil, until);
  }
  // Of those that end together the first one is told: whatever audits had seen, the end would not be known.
  return [
    ...(Number.isFinite(end) ? [] : [anything(end, "what it was in the end is not known")]),
    anything(first, "what it was before is not on record"),
    ...gaps.map((until) => anything(until, "no audit saw it for more than four days")),
  ];
}

const anything = (issuedUntil: Instant, assumed: Assumed): LifetimeSpan => ({
  issuedUntil,
  lifetime: LONGEST_LIFETIME,
  assumed,
});
