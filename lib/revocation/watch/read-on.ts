import type { Instant } from "../../history/history.ts";
import { SHORTEST_RETENTION } from "../../history/log-retention.ts";
import type { Clock } from "../../model/clock.ts";
import { hasCode } from "../../model/curfew-error.ts";
import type { LogEvent, ResponderTenant } from "../ports.ts";

/** How far a log is read. */
export interface LogPosition {
  /** The last event that was read; null where none was. */
  position: string | null;
  /** Everything that Auth0's log had by then is read. */
  readUntil: Instant;
}

/** A time of which events are gone that nobody read. */
export interface LogGap {
  from: Instant;
  to: Instant;
}

/** Bounds what one row holds. */
const MOST_GAPS = 20;

/** Those that are known, with one more. */
export const withGap = (gaps: readonly LogGap[] = [], gap: LogGap | null): readonly LogGap[] =>
  gap ? [...gaps, gap].slice(-MOST_GAPS) : gaps;

/** Events that were read, and how far the log is read with them. */
export interface LogPage extends LogPosition {
  events: readonly LogEvent[];
  gap: LogGap | null;
  /** Whether Auth0 had no more. */
  isEnd: boolean;
}

/**
 * Reads a log page by page from where the last reading stopped. Every page is worth keeping: whatever ends the reading,
 * the next one goes on behind the last page that was kept.
 *
 * Where events may have been dropped meanwhile it looks how far the log reaches back, and says what is missing.
 *
 * @throws CurfewError as {@link ResponderTenant} does
 */
export async function* readOn(
  tenant: Pick<ResponderTenant, "logEvents">,
  clock: Clock,
  known: LogPosition,
): AsyncGenerator<LogPage> {
  let { position, readUntil } = known;
  let askedAt = clock.now();
  const { pages, gap } = await begin(tenant, known, askedAt);
  if (gap) {
    readUntil = gap.to;
    yield { events: [], position, readUntil, gap, isEnd: false };
  }
  for await (const page of pages) {
    const last = position;
    // A log that is read from its oldest event on shows again what was read, and a server may.
    const events = last === null ? page : page.filter(({ id }) => id > last);
    position = events.reduce((newest, { id }) => (newest === null || id > newest ? id : newest), position);
    readUntil = events.reduce((latest, { at }) => Math.max(latest, at), readUntil);
    yield { events, position, readUntil, gap: null, isEnd: false };
    askedAt = clock.now();
  }
  yield { events: [], position, readUntil: Math.max(readUntil, askedAt), gap: null, isEnd: true };
}

type Pages = AsyncIterable<readonly LogEvent[]>;

async function begin(
  tenant: Pick<ResponderTenant, "logEvents">,
  { position, readUntil }: LogPosition,
  now: Instant,
): Promise<{ pages: Pages; gap: LogGap | null }> {
  const behind = await opened(tenant, position ?? undefined);
  // No plan keeps events for less: what came since then is there, whatever became of the event that was read last.
  if (behind && now - readUntil <= SHORTEST_RETENTION) return { pages: behind.pages, gap: null };
  const oldest = await opened(tenant, undefined);
  const pages = (behind ?? oldest)?.pages ?? none();
  if (now - readUntil <= SHORTEST_RETENTION) return { pages, gap: null };
  const reachesBackTo = oldest?.first?.[0]?.at ?? now;
  return { pages, gap: reachesBackTo > readUntil ? { from: readUntil, to: reachesBackTo } : null };
}

/** The pages behind an event, the first of them read; undefined when Auth0 does not know the event any more. */
async function opened(
  tenant: Pick<ResponderTenant, "logEvents">,
  from: string | undefined,
): Promise<{ first: readonly LogEvent[] | undefined; pages: Pages } | undefined> {
  try {
    const rest = tenant.logEvents(from)[Symbol.asyncIterator]();
    const { done, value } = await rest.next();
    if (done) return { first: undefined, pages: none() };
    return { first: value, pages: joined(value, { [Symbol.asyncIterator]: () => rest }) };
  } catch (error) {
    if (from !== undefined && isUnknownEvent(error)) return undefined;
    throw error;
  }
}

const isUnknownEvent = (error: unknown): boolean =>
  hasCode(error, "not-found") || (hasCode(error, "request-refused") && error.detail === "status 400");

async function* joined(first: readonly LogEvent[], rest: Pages): AsyncGenerator<readonly LogEvent[]> {
  yield first;
  yield* rest;
}

async function* none(): AsyncGenerator<readonly LogEvent[]> {}
