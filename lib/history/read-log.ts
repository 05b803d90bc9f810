import { logEventsAfter, oldestLogEvent } from "../auth0/log-requests.ts";
import type { ManagementApi } from "../auth0/management-api.ts";
import type { Plan } from "../auth0/rate-limits.ts";
import { type LogEvent, logEvent } from "../auth0/resources/log-event.ts";
import type { Unavailable } from "../inventory/inventory.ts";
import { unavailable } from "../inventory/unavailable.ts";
import type { Clock } from "../model/clock.ts";
import { hasCode } from "../model/curfew-error.ts";
import { isUnreadable } from "../model/reported.ts";
import type { Instant } from "./history.ts";
import type { LogGap, LogRecord } from "./log-record.ts";
import { LOG_RETENTION, SHORTEST_RETENTION } from "./log-retention.ts";

/** What a reading of the log needs. */
export interface LogReading {
  api: ManagementApi;
  plan: Plan;
  clock: Clock;
  /** The key of this run, for the gaps that it finds. */
  run: string;
  /** How far earlier runs came; undefined when there were none. */
  known: LogRecord | undefined;
  /** When to stop, milliseconds since the epoch: the next run goes on from there. */
  deadline: Instant;
  signal: AbortSignal;
}

/** Events that were read, and how far the log is read with them. */
export interface LogStep {
  events: readonly LogEvent[];
  dateOf: (event: LogEvent) => Instant;
  record: LogRecord;
}

/** How a reading ended: at the end of the log, before it because time ran out, or at a failure. */
export type LogEnd = "read" | "stopped" | Unavailable;

/**
 * Reads a tenant's log page by page, from where the last reading stopped to its end.
 *
 * Every step is worth keeping: whatever ends the reading, the next one goes on behind the last step that was kept.
 * Where events may be gone that nobody read, the log is read without a gap only from its oldest event on.
 *
 * @throws CurfewError `interrupted` only
 */
export async function* readLog(reading: LogReading): AsyncGenerator<LogStep, LogEnd> {
  try {
    return yield* readToEnd(reading);
  } catch (error) {
    // The audit's own time is over: what was read stays read. An interrupt by a person is passed on below.
    if (reading.signal.aborted && hasCode(reading.signal.reason, "timed-out")) return "stopped";
    return unavailable(error);
  }
}

async function* readToEnd(reading: LogReading): AsyncGenerator<LogStep, LogEnd> {
  const { api, clock, signal, deadline } = reading;
  let askedAt = clock.now();
  let { record, after, events } = await begin(reading, askedAt);
  for (;;) {
    const last = lastId(events);
    // A server that gives the same events again has no newer ones.
    if (last === undefined || (after !== undefined && last <= after)) {
      record = { ...record, until: Math.max(record.until, askedAt) };
      yield { events: [], dateOf: () => askedAt, record };
      return "read";
    }
    const dateOf = datesOf(events, record.until);
    const at = Math.max(...events.map(dateOf));
    record = { ...record, position: { id: last, at }, until: Math.max(record.until, at) };
    yield { events, dateOf, record };
    after = last;
    if (clock.now() >= deadline) return "stopped";
    askedAt = clock.now();
    events = await logEventsAfter(api, last, logEvent, signal);
  }
}

/** Where a reading begins. */
interface Beginning {
  record: LogRecord;
  /** The event behind which the first events are; undefined when they are the first of all. */
  after: string | undefined;
  events: readonly LogEvent[];
}

async function begin(reading: LogReading, now: Instant): Promise<Beginning> {
  const { api, known, signal } = reading;
  const after = known?.position?.id;
  const page = after === undefined ? undefined : await pageBehind(reading, after);
  if (known && page && !isDoubtful(known, page, now, reading.plan)) return { record: known, after, events: page };
  const oldest = await oldestLogEvent(api, logEvent, signal);
  const events = page ?? (oldest ? [oldest] : []);
  return { record: recordFrom(reading, events, oldest, now), after: page && after, events };
}

/** The events behind a position; undefined when Auth0 no longer knows it. */
async function pageBehind({ api, signal }: LogReading, position: string): Promise<LogEvent[] | undefined> {
  try {
    return await logEventsAfter(api, position, logEvent, signal);
  } catch (error) {
    if (hasCode(error, "not-found") || (hasCode(error, "request-refused") && error.detail === "status 400")) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Whether events may have been dropped before anybody read them: the last reading is longer ago than the plan keeps
 * events, or a silence is so long that a plan with a shorter memory than the configured one would explain it.
 */
function isDoubtful(known: LogRecord, events: readonly LogEvent[], now: Instant, plan: Plan): boolean {
  if (now - known.until > LOG_RETENTION[plan]) return true;
  const [first] = events;
  return first !== undefined && (instantOf(first) ?? known.until) - known.until > SHORTEST_RETENTION;
}

/** The log reaches back to where the last reading ended, or it is read without a gap from its oldest event only. */
function recordFrom(
  { known, plan, run }: LogReading,
  events: readonly LogEvent[],
  oldest: LogEvent | undefined,
  now: Instant,
): LogRecord {
  const since = (oldest && instantOf(oldest)) ?? now;
  if (!known) return { position: null, since, until: since, gaps: [] };
  if (oldest && since <= known.until) return known;
  // Where there was no event yet, none can be missing as long as none was dropped.
  if (known.position === null && !isDoubtful(known, events, now, plan)) return known;
  const gap: LogGap = { from: known.until, to: since, run };
  return { ...known, since, until: since, gaps: [...known.gaps, gap] };
}

/** The greatest id of a page: their order is Auth0's promise, and costs nothing to check. */
const lastId = (events: readonly LogEvent[]): string | undefined =>
  events.reduce<string | undefined>((last, { log_id: id }) => (last === undefined || id > last ? id : last), undefined);

function instantOf({ date }: Pick<LogEvent, "date">): Instant | undefined {
  if (date === undefined || isUnreadable(date)) return undefined;
  const instant = Date.parse(date);
  return Number.isNaN(instant) ? undefined : instant;
}

/** The moment of each event of a page. One without a date that can be read happened about when its neighbour did. */
export function datesOf<Event extends Pick<LogEvent, "date">>(
  events: readonly Event[],
  before: Instant,
): (event: Event) => Instant {
  let latest = before;
  const dates = new Map(
    events.map((event): [Event, Instant] => {
      latest = instantOf(event) ?? latest;
      return [event, latest];
    }),
  );
  return (event) => dates.get(event) ?? latest;
}
