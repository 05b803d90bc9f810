import type { ResourceServer } from "../../auth0/resources/resource-server.ts";
import type { Instant } from "../../history/history.ts";
import {
  type LifetimeDay,
  type LifetimeRecord,
  type Lifetimes,
  lifetimeOf,
  MOST_DAYS_APART,
} from "../../history/lifetimes.ts";
import type { Seconds } from "../../model/duration.ts";
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

/** One look at an API, or several, no further apart than audits may be. */
export interface Look {
  /** Between these moments the first one was. */
  from: Instant;
  to: Instant;
  /** No later than that was the last one. */
  until: Instant;
}

/** A lifetime that was seen, as often as it was before another one. */
export interface Sight extends Look {
  /** Null where it could not be read; 0 where the API was not there, so that nothing was issued. */
  lifetime: Seconds | null;
}

/** Who looked at an API, and what they saw; each in the order of time. */
export interface Looks {
  /** By the audits: the days on which something changed, and the last one. */
  audited: readonly Sight[];
  /** By the incident. */
  read: readonly Sight[];
  /** When audits looked. */
  audits: readonly Look[];
}

const DAY = 86_400_000;

/** An audit is dated by when it had read the list, and may have asked for it so long before. */
const MOST_TO_READ = 3_600_000;

/** What was seen of an API, and of APIs beside it where they say that it was not there any more. */
export function looksAt(audience: string, { records, readings }: KnownLifetimes, isForWeb: boolean): Looks {
  const lengthOf = ({ lifetime, forWeb }: Lifetimes): Seconds =>
    isForWeb ? Math.max(lifetime, forWeb ?? 0) : lifetime;
  const read = readings.map(({ at, apis }) => {
    return { from: at, to: at, until: at, lifetime: lifetimeIn(audience, apis, lengthOf) };
  });
  const record = records.find((candidate) => candidate.audience === audience);
  if (!record) return { audited: [], read, audits: [] };
  const { days } = record;
  const recorded = days.map((entry, index): Sight => {
    const { from, to } = lookedAt(entry);
    const next = days[index + 1];
    // The days that say the same are not recorded: it may have been seen on the one before the next, too.
    return { from, to, until: next ? dayOf(next.day).from : to, lifetime: lengthOf(entry) };
  });
  const lastRead = read.findLast(({ lifetime }) => lifetime !== 0)?.to ?? 0;
  const gone = goneBy(record, records, lastRead + MOST_TO_READ);
  return { audited: [...recorded, ...gone], read, audits: [...auditsOf(record), ...gone] };
}

function lifetimeIn(
  audience: string,
  apis: ApiReading["apis"],
  lengthOf: (lifetimes: Lifetimes) => Seconds,
): Seconds | null {
  const api = apis.find(({ identifier }) => identifier === audience);
  // One whose identifier cannot be read may be this one.
  if (!api) return apis.some(({ identifier }) => isUnreadable(identifier)) ? null : 0;
  const lifetimes = lifetimeOf(api);
  return lifetimes ? lengthOf(lifetimes) : null;
}

/** Between two gaps audits saw it no further apart than they may be, whatever days are recorded. */
function auditsOf({ days, gaps = [] }: LifetimeRecord): Look[] {
  const firsts = [...days.slice(0, 1), ...gaps.map(({ before }) => ({ day: before }))];
  const lasts = [...gaps.map(({ after }) => ({ day: after })), ...days.slice(-1)];
  return firsts.map(({ day }, index) => ({ ...dayOf(day), until: dayOf(lasts[index]?.day ?? day).to - 1 }));
}

/**
 * Records of days end when an API is deleted. Where those of another one go on without a gap, the next audit looked
 * and did not see it: audits are at most four days apart.
 *
 * @param since what looked before that may have done so while the incident saw it
 */
function goneBy({ days: own }: LifetimeRecord, records: readonly LifetimeRecord[], since: Instant): Sight[] {
  const last = own.at(-1)?.day ?? "";
  const from = Math.max(dayOf(last).to, since);
  const witnesses = records.filter(
    ({ days: seen, gaps = [] }) => (seen[0]?.day ?? last) <= last && gaps.every(({ before }) => before <= last),
  );
  const looks = witnesses
    .flatMap(({ days: seen }) => seen.slice(-1).map(({ day }) => dayOf(day)))
    .filter((look) => look.from >= from);
  if (looks.length === 0) return [];
  const until = Math.max(...looks.map(({ to }) => to));
  return [{ from, to: Math.min(nextAuditBy(from - 1), until), until: until - 1, lifetime: 0 }];
}

/** Until when an audit looked that is dated by a later day than a moment's, where there is one. */
const nextAuditBy = (at: Instant): Instant => (dayNumber(at) + MOST_DAYS_APART + 1) * DAY;

/** Until when an audit looked again after a moment; undefined where none did. */
export function auditAfter(at: Instant, { audited, audits }: Looks): Instant | undefined {
  const next = audited.find(({ from }) => from >= at);
  const since = at + MOST_TO_READ;
  const ends = [
    ...(next ? [next.to] : []),
    ...audits.filter(({ from }) => from >= since).map(({ to }) => to),
    ...audits
      .filter(({ from, until }) => from < since && dayNumber(until) > dayNumber(since))
      .map(({ until }) => Math.min(nextAuditBy(since), (dayNumber(until) + 1) * DAY)),
  ];
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** Whether audits may have missed something between two looks: they are further apart than audits may be. */
export const isGap = (before: Instant, after: Instant): boolean =>
  dayNumber(after) - dayNumber(before) > MOST_DAYS_APART;

/** Where only the day is recorded, it may have been at any time of it. */
const lookedAt = ({ day, looked }: LifetimeDay): { from: Instant; to: Instant } => looked ?? dayOf(day);

const dayNumber = (instant: Instant): number => Math.floor(instant / DAY);

function dayOf(day: string): { from: Instant; to: Instant } {
  const from = Date.parse(day);
  return { from, to: from + DAY };
}
