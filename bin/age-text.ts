import type { AgeSource, Instant, SecretAge } from "../lib/history/history.ts";
import { days, formatDuration, minutes } from "../lib/model/duration.ts";

/** As `91 d (vault version)`: whole days from two on, else whole minutes; "not known" where nobody knows. */
export function ageText(age: SecretAge | undefined, now: Instant): string {
  if (!age) return "not known";
  const seconds = Math.max(0, Math.floor((now - age.since) / 1_000));
  const whole = seconds - (seconds % (seconds >= days(2) ? days(1) : minutes(1)));
  return `${age.isAtLeast ? "at least " : ""}${formatDuration(whole)} (${SOURCES[age.source]})`;
}

const SOURCES: Readonly<Record<AgeSource, string>> = {
  rotation: "rotation",
  "vault-version": "vault version",
  "tenant-log": "tenant log",
  "first-seen": "first seen",
};
