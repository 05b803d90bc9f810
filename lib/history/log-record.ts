import type { Instant } from "./history.ts";

/** A stretch of time whose events were gone before anybody read them. */
export interface LogGap {
  from: Instant;
  to: Instant;
  /** The run that found it. */
  run: string;
}

/** `LOG` of a tenant: how far its log was read. */
export interface LogRecord {
  /** The last event that was read; null while there was none. */
  position: { id: string; at: Instant } | null;
  /** From when on the log was read without a gap. */
  since: Instant;
  /** Until when it was read: the moment of the reading that found its end, or that of the last event. */
  until: Instant;
  /** The newest ones, in the order of time. */
  gaps: readonly LogGap[];
}

export const LOG_SORT = "LOG";

const MOST_GAPS = 20;

/**
 * Joins what two readings know: the farther position, the later beginning, all gaps. As every join it may be repeated
 * and turned around, so the position only ever goes forward.
 */
export function joinLogs(a: LogRecord, b: LogRecord): LogRecord {
  return {
    position: farther(a.position, b.position),
    since: Math.max(a.since, b.since),
    until: Math.max(a.until, b.until),
    gaps: joinGaps([...a.gaps, ...b.gaps]),
  };
}

type Position = LogRecord["position"];

/** Ids grow with time and have one length, so they compare as texts. Source: Auth0 documentation: ordered by `log_id`. */
function farther(a: Position, b: Position): Position {
  if (!a || !b) return a ?? b;
  return b.id > a.id ? b : a;
}

/** Two runs that find a gap side by side find the same beginning, and an end that may have moved meanwhile. */
function joinGaps(gaps: readonly LogGap[]): LogGap[] {
  const joined = [...Map.groupBy(gaps, ({ from }) => from)].map(([from, same]): LogGap => {
    const run = same.reduce((first, gap) => (gap.run < first ? gap.run : first), same[0]?.run ?? "");
    return { from, to: Math.max(...same.map(({ to }) => to)), run };
  });
  return joined.sort((a, b) => a.from - b.from).slice(-MOST_GAPS);
}
