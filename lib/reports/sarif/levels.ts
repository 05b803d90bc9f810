import type { Severity } from "../../model/severity.ts";

/** How bad a result is: SARIF knows three degrees, and fixed words for them. */
export type Level = "error" | "warning" | "note";

/** The SARIF level of each severity. */
export const LEVELS: Readonly<Record<Severity, Level>> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
};

/**
 * The score that GitHub code scanning turns back into a severity: above 9.0 critical, from 7.0 high, from 4.0 medium,
 * above 0 low. The middle of each range is taken. `info` has none: a score makes an alert of it.
 * Source: GitHub documentation, "SARIF support for code scanning", `properties.security-severity`.
 */
export const SECURITY_SEVERITY: Readonly<Record<Severity, string | undefined>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "2.0",
  info: undefined,
};
