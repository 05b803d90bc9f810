/** From harmless to worst. `info` never changes an exit code. */
export const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;

/** How bad a finding is. It belongs to the finding, not to the check. */
export type Severity = (typeof SEVERITIES)[number];

/** True when `severity` is as bad as `threshold` or worse. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(threshold);
}

/** Orders severities worst first, for `Array.prototype.sort`. */
export function worstFirst(a: Severity, b: Severity): number {
  return SEVERITIES.indexOf(b) - SEVERITIES.indexOf(a);
}
