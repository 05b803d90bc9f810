import type { ResourceServer } from "../../auth0/resources/resource-server.ts";
import type { Instant } from "../../history/history.ts";
import { type LifetimeDay, type LifetimeRecord, lifetimeOf, MOST_DAYS_APART } from "../../history/lifetimes.ts";
import { days, type Seconds } from "../../model/duration.ts";
import { isUnreadable } from "../../model/reported.ts";

/** What all of a tenant's APIs were set to when an incident looked. An incomplete list is no reading. */
export interface ApiReading {
  /** When the question was sent. */
  at: Instant;
  apis: readonly Pick<ResourceServer, "identifier" | "token_lifetime" | "token_lifetime_for_web">[];
}

/** What is known of the lifetimes of a tenant's access tokens. */
export interface KnownLifetimes {
  /** By day, as the audits saw them. */
  records: readonly LifetimeRecord[];
  /** As the incident saw them, in the order of time. */
  readings: readonly ApiReading[];
}

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

const DAY = 86_400_000;

/** One look at an API. */
interface Sight {
  /** Between these moments it was: of an audit only the day is recorded. */
  from: Instant;
  to: Instant;
  /** Null where it could not be read; 0 where the API was not there, so that nothing was issued. */
  lifetime: Seconds | null;
}

/**
 * With which lifetimes an API's tokens may have been issued, and until when.
 *
 * A lifetime that was seen may have held until the next look: nobody knows when in between it was changed. When nobody
 * looked (before the first look, in a gap, after the last one) it may have been anything.
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
  const looks = looksAt(audience, known, isForWeb);
  return [...seenSpans(looks, stoppedAt), ...unseenSpans(looks, stoppedAt)];
}

interface Looks {
  recorded: readonly Sight[];
  read: readonly Sight[];
  /** The first audit that did not see it any more, and the last one. */
  gone: readonly [Sight, Sight] | [];
  gaps: NonNullable<LifetimeRecord["gaps"]>;
}

function looksAt(audience: string, { records, readings }: KnownLifetimes, isForWeb: boolean): Looks {
  const record = records.find((candidate) => candidate.audience === audience);
  const lengthOf = ({ lifetime, forWeb }: Omit<LifetimeDay, "day">): Seconds =>
    isForWeb ? Math.max(lifetime, forWeb ?? 0) : lifetime;
  const recorded = (record?.days ?? []).map((entry) => ({ ...dayOf(entry.day), lifetime: lengthOf(entry) }));
  const read = readings.map(({ at, apis }) => ({ from: at, to: at, lifetime: lifetimeIn(audience, apis, lengthOf) }));
  const isGone = record !== undefined && read.every(({ lifetime }) => lifetime === 0);
  return { recorded, read, gone: isGone ? goneBy(record, records) : [], gaps: record?.gaps ?? [] };
}

function lifetimeIn(
  audience: string,
  apis: ApiReading["apis"],
  lengthOf: (lifetimes: Omit<LifetimeDay, "day">) => Seconds,
): Seconds | null {
  const api = apis.find(({ identifier }) => identifier === audience);
  // One whose identifier cannot be read may be this one.
  if (!api) return apis.some(({ identifier }) => isUnreadable(identifier)) ? null : 0;
  const lifetimes = lifetimeOf(api);
  return lifetimes ? lengthOf(lifetimes) : null;
}

/**
 * Records of days end when an API is deleted. Where those of another one go on without a gap, the next audit looked
 * and did not see it: audits are at most four days apart.
 */
function goneBy({ days: own }: LifetimeRecord, records: readonly LifetimeRecord[]): Looks["gone"] {
  const last = own.at(-1)?.day;
  if (last === undefined) return [];
  const witnesses = records.filter(
    ({ days: seen, gaps = [] }) =>
      (seen[0]?.day ?? last) <= last && (seen.at(-1)?.day ?? last) > last && gaps.every(({ before }) => before <= last),
  );
  const looks = witnesses.map(({ days: seen }) => dayOf(seen.at(-1)?.day ?? last));
  const [first] = looks;
  if (first === undefined) return [];
  const { to } = dayOf(last);
  const lastLook = looks.reduce((latest, look) => (look.to > latest.to ? look : latest), first);
  return [
    { from: to, to: Math.min(to + MOST_DAYS_APART * DAY, lastLook.to), lifetime: 0 },
    { ...lastLook, lifetime: 0 },
  ];
}

function seenSpans({ recorded, read, gone }: Looks, stoppedAt: Instant): LifetimeSpan[] {
  const sights = [...recorded, ...gone, ...read];
  return sights.map((sight) => {
    const later = sights.filter((other) => other !== sight && other.from >= sight.to).map(({ to }) => to);
    const issuedUntil = Math.min(stoppedAt, ...later);
    return sight.lifetime === null
      ? anything(issuedUntil, "its settings cannot be understood")
      : { issuedUntil, lifetime: sight.lifetime, assumed: null };
  });
}

function unseenSpans({ recorded, read, gone, gaps }: Looks, stoppedAt: Instant): LifetimeSpan[] {
  const first = Math.min(stoppedAt, ...[...recorded, ...read].map(({ to }) => to));
  const lastRead = read.at(-1);
  const looks = [...[...recorded, ...gone].slice(-1), ...read];
  const pairs = looks.flatMap((sight, index) => (index === 0 ? [] : [[looks[index - 1], sight] as const]));
  const missed = pairs.flatMap(([before, after]) =>
    before !== undefined && dayNumber(after.from) - dayNumber(before.from) > MOST_DAYS_APART ? [after.to] : [],
  );
  const inGaps = [...gaps.map(({ before }) => dayOf(before).to), ...missed];
  return [
    anything(first, "what it was before is not on record"),
    ...inGaps.map((until) => anything(Math.min(stoppedAt, until), "no audit saw it for more than four days")),
    ...(lastRead !== undefined && lastRead.from >= stoppedAt
      ? []
      : [anything(stoppedAt, "what it was in the end is not known")]),
  ];
}

const anything = (issuedUntil: Instant, assumed: Assumed): LifetimeSpan => ({
  issuedUntil,
  lifetime: LONGEST_LIFETIME,
  assumed,
});

const dayNumber = (instant: Instant): number => Math.floor(instant / DAY);

function dayOf(day: string): { from: Instant; to: Instant } {
  const from = Date.parse(day);
  return { from, to: from + DAY };
}
