const DAY = 86_400_000;

/** Milliseconds at which a day begins in UTC, or undefined when there is no such day: `2027-02-30`. */
export function startOfDay(date: string): number | undefined {
  const start = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(start)) return undefined;
  return utcDay(start) === date ? start : undefined;
}

/** The day of a moment in UTC, as `2027-03-31`. */
export const utcDay = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10);

/** Whole days from one moment's day to another's, both UTC. */
export const daysBetween = (from: number, to: number): number => Math.floor(to / DAY) - Math.floor(from / DAY);
