import type { ResourceServer } from "../auth0/resources/resource-server.ts";
import type { Seconds } from "../model/duration.ts";
import { isUnreadable } from "../model/reported.ts";
import { type Table, tenantPartition } from "../store/table.ts";
import type { Instant } from "./history.ts";
import { type Stored, updateRow } from "./update-row.ts";

/** For how long an API's access tokens lived on one day. Where a day saw several values, the longest. */
export interface LifetimeDay {
  /** UTC: `YYYY-MM-DD`, by when the list had been read. */
  day: string;
  lifetime: Seconds;
  /** For tokens that a browser is given; null when Auth0 reports none. */
  forWeb: Seconds | null;
  /** Between these moments it was looked at; absent in rows of versions that did not record it. */
  looked?: { from: Instant; to: Instant };
}

/** What an API is set to. */
export type Lifetimes = Pick<LifetimeDay, "lifetime" | "forWeb">;

/** `LIFETIME#<audience>` of a tenant. */
export interface LifetimeRecord {
  audience: string;
  /** The days on which something changed, and the last one that was recorded; in the order of time, never empty. */
  days: readonly LifetimeDay[];
  /** Where the API was not seen for longer than audits are apart; what its lifetimes were meanwhile nobody knows. */
  gaps?: readonly LifetimeGap[];
}

/** The last day before a gap in the record, and the first one after it. */
export interface LifetimeGap {
  after: string;
  before: string;
}

const LIFETIME_PREFIX = "LIFETIME#";

/** Tokens live for 30 days at most; a year and a month of history answers an auditor's question about last year. */
const KEPT_DAYS = 400;

/** Auth0's default, for an API that reports none. Source: Auth0 documentation, "Update Access Token Lifetime". */
const DEFAULT_LIFETIME = 86_400;

const DAY_SECONDS = 86_400;

/** Audits are at most 3 days apart (`schedule.audit`); one that slips past midnight makes it four. */
export const MOST_DAYS_APART = 4;

/**
 * Records what each API's token lifetime is today: when a token leaks, this says until when those that were issued
 * since then are accepted. APIs whose identifier or lifetime cannot be read are left out.
 *
 * @param to the list had been read by then
 * @param from it was asked for since then
 */
export async function recordLifetimes(
  table: Table,
  tenant: string,
  servers: readonly ResourceServer[],
  to: Instant,
  from: Instant = to,
): Promise<void> {
  const partition = tenantPartition(tenant);
  const day = new Date(to).toISOString().slice(0, 10);
  const expires = Math.floor(to / 1000) + KEPT_DAYS * DAY_SECONDS;
  const known = new Map<string, Stored<LifetimeRecord>>();
  for await (const { value, version } of table.list<LifetimeRecord>(partition, { prefix: LIFETIME_PREFIX })) {
    known.set(value.audience, { value, version });
  }
  for (const [audience, today] of lifetimesOf(servers, { day, looked: { from, to } })) {
    const change = (record: LifetimeRecord | undefined) => withDay(record ?? { audience, days: [] }, today);
    const key = { partition, sort: `${LIFETIME_PREFIX}${audience}` };
    await updateRow(table, key, known.get(audience), change, { expires });
  }
}

/** The records of all APIs that were seen in the last 400 days, also of those that are gone. */
export async function readLifetimes(table: Table, tenant: string): Promise<LifetimeRecord[]> {
  const records: LifetimeRecord[] = [];
  for await (const { value } of table.list<LifetimeRecord>(tenantPartition(tenant), { prefix: LIFETIME_PREFIX })) {
    records.push(value);
  }
  return records;
}

/** The lifetimes that an API's settings stand for; undefined where they cannot be read. Seconds. */
export function lifetimeOf({
  token_lifetime: lifetime,
  token_lifetime_for_web: forWeb,
}: Pick<ResourceServer, "token_lifetime" | "token_lifetime_for_web">): Lifetimes | undefined {
  if (isUnreadable(lifetime) || isUnreadable(forWeb)) return undefined;
  return { lifetime: lifetime ?? DEFAULT_LIFETIME, forWeb: forWeb ?? null };
}

function lifetimesOf(
  servers: readonly ResourceServer[],
  today: Pick<LifetimeDay, "day" | "looked">,
): Map<string, LifetimeDay> {
  const found = new Map<string, LifetimeDay>();
  for (const server of servers) {
    const { identifier } = server;
    const lifetimes = lifetimeOf(server);
    if (identifier === undefined || isUnreadable(identifier) || !lifetimes) continue;
    const next = { ...today, ...lifetimes };
    const before = found.get(identifier);
    found.set(identifier, before ? longer(before, next) : next);
  }
  return found;
}

/**
 * Adds a day. Several runs on one day leave the longest lifetimes, in whatever order they come; one that comes after
 * a later day was recorded can make its day's lifetimes longer, never shorter.
 */
export function withDay(record: LifetimeRecord, today: LifetimeDay): LifetimeRecord {
  const { days } = record;
  const last = days.findLast(({ day }) => day <= today.day);
  const isLate = last !== undefined && last !== days.at(-1);
  const entry = last && (last.day === today.day || isLate) ? longer(today, last) : today;
  const others = days.filter(({ day }) => day !== today.day);
  const sorted = [...others, entry].sort((a, b) => (a.day < b.day ? -1 : 1));
  const kept = withoutOld(compact(sorted));
  const gaps = withGap(record, today.day).filter(({ before }) => before >= (kept[0]?.day ?? before));
  return { audience: record.audience, days: kept, ...(gaps.length === 0 ? {} : { gaps }) };
}

/** The last day of a record is the last one on which somebody looked; a late run closes no gap. */
function withGap({ days, gaps = [] }: LifetimeRecord, today: string): readonly LifetimeGap[] {
  const last = days.at(-1)?.day;
  const isGap = last !== undefined && (Date.parse(today) - Date.parse(last)) / 1000 > MOST_DAYS_APART * DAY_SECONDS;
  return isGap ? [...gaps, { after: last, before: today }] : gaps;
}

/** The first one's day, with the longer lifetimes of both. */
const longer = (a: LifetimeDay, b: LifetimeDay): LifetimeDay => ({
  day: a.day,
  lifetime: Math.max(a.lifetime, b.lifetime),
  forWeb: a.forWeb === null || b.forWeb === null ? (a.forWeb ?? b.forWeb) : Math.max(a.forWeb, b.forWeb),
  ...lookedAt(a, b),
});

/** Of a day that was looked at twice, from the first to the last; of part of them nobody knows when. */
function lookedAt({ day, looked }: LifetimeDay, other: LifetimeDay): Pick<LifetimeDay, "looked"> {
  if (!looked || (day === other.day && !other.looked)) return {};
  if (day !== other.day || !other.looked) return { looked };
  return { looked: { from: Math.min(looked.from, other.looked.from), to: Math.max(looked.to, other.looked.to) } };
}

/** Leaves out the days that say what the one before them says, the last one aside. */
const compact = (days: readonly LifetimeDay[]): LifetimeDay[] =>
  days.filter((entry, index) => {
    const before = days[index - 1];
    const same = before?.lifetime === entry.lifetime && before.forWeb === entry.forWeb;
    return !same || index === days.length - 1;
  });

/** Leaves out what is older than is kept, but not the day that says what held when that time began. */
function withoutOld(days: readonly LifetimeDay[]): LifetimeDay[] {
  const last = days.at(-1);
  if (!last) return [];
  const oldest = new Date(Date.parse(last.day) - KEPT_DAYS * DAY_SECONDS * 1000).toISOString().slice(0, 10);
  return days.filter((_, index) => (days[index + 1]?.day ?? last.day) > oldest || index === days.length - 1);
}
