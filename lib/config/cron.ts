import { Cron } from "croner";

/** What is wrong with a schedule expression, in one sentence. */
interface CronMistake {
  mistake: string;
}

const FIELDS = "minutes, hours, day of month, month, day of week, year";

/**
 * Reads the inside of AWS's `cron(…)`: six fields, days of the week from 1 = SUN to 7 = SAT,
 * and a `?` in one of the two day fields.
 * Source: EventBridge Scheduler user guide, "Schedule types".
 */
export function parseAwsCron(expression: string, timezone: string): { cron: Cron } | CronMistake {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 6) return { mistake: `cron(…) has six fields, not ${fields.length}: ${FIELDS}` };
  const [minutes, hours, dayOfMonth = "", month, dayOfWeek = "", year] = fields;
  if (fields.some((field, index) => field.includes("?") && (field !== "?" || (index !== 2 && index !== 4)))) {
    return { mistake: "a ? can only be the whole day of month or the whole day of week" };
  }
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    return { mistake: "exactly one of day of month and day of week must be ?, as in cron(0 6 * * ? *)" };
  }
  const pattern = [0, minutes, hours, wildcard(dayOfMonth), month, weekday(wildcard(dayOfWeek)), year].join(" ");
  try {
    const options = { mode: "7-part", alternativeWeekdays: true, sloppyRanges: true, paused: true, timezone } as const;
    return { cron: new Cron(pattern, options) };
  } catch {
    // The parser's own message speaks of the translated expression.
    return { mistake: `this cron expression cannot be read; its fields are ${FIELDS}` };
  }
}

const wildcard = (field: string): string => (field === "?" ? "*" : field);

/** A bare L means the last day of the week, which is Saturday. */
const weekday = (field: string): string => (field === "L" ? "SAT" : field);

/** Two runs that follow each other. `next` is null when none follows within the time looked at. */
export interface Gap {
  after: Date;
  next: Date | null;
}

/**
 * Finds the first two runs from the one before `from` on, until `until`, that are more than `longest` milliseconds apart.
 *
 * It jumps: a gap longer than `longest` that begins within `longest` of a run spans the moment `longest` after that run,
 * so only the runs around that moment matter. An expression for every minute costs no more than one for every day.
 */
export function findGap(cron: Cron, from: Date, until: Date, longest: number): Gap | undefined {
  let [at = from] = cron.previousRuns(1, from);
  while (at < until) {
    const later = new Date(at.getTime() + longest);
    const next = cron.nextRun(later);
    const [after = at] = cron.previousRuns(1, next ?? later);
    if (next === null) return { after, next };
    if (next.getTime() - after.getTime() > longest) return { after, next };
    at = next;
  }
  return undefined;
}
