const DAY = 86_400_000;

/** Time goes on while a tenant is read, so what lies at a limit is planted two hours beside it. */
const MARGIN = 2 * 3_600_000;

/** A moment some days from now; `beside` puts it just before or just after the full days. */
export interface Moment {
  days: number;
  beside: "before" | "at" | "after";
}

/** So many days ago, and a little less: just within a limit. */
export const within = (days: number): Moment => ({ days: -days, beside: "after" });
/** So many days ago, and a little more: just beyond a limit. */
export const beyond = (days: number): Moment => ({ days: -days, beside: "before" });
/** In so many days, and a little less. */
export const sooner = (days: number): Moment => ({ days, beside: "before" });
/** In so many days, and a little more. */
export const later = (days: number): Moment => ({ days, beside: "after" });
/** So many days ago, near no limit. */
export const ago = (days: number): Moment => ({ days: -days, beside: "at" });

/** @param now milliseconds since the epoch */
export function dateOf({ days, beside }: Moment, now: number): string {
  const shift = beside === "at" ? 0 : beside === "after" ? MARGIN : -MARGIN;
  return new Date(now + days * DAY + shift).toISOString();
}
