import type { AgeSource, Instant, SecretAge } from "../lib/history/history.ts";
import { formatDuration } from "../lib/model/duration.ts";

/** Whole days from two on, else whole minutes; "not known" where nobody knows. */
export function ageText(age: SecretAge | undefined, now: Instant): string {
  if (!age) return "not known";
  const seconds = Math.max(0, Math.floor((now - age.since) / 1_000));
  const whole = seconds - (seconds % (seconds >= 172_800 ? 86_400 : 60));
  return `${age.isAtLeast ? "at least " : ""}${formatDuration(whole)}`;
}

/** Where an age is known from. */
export const sourceText = (age: SecretAge | undefined): string => (age ? SOURCES[age.source] : "");

const SOURCES: Readonly<Record<AgeSource, string>> = {
  rotation: "rotation",
  "vault-version": "vault version",
  "tenant-log": "tenant log",
  "first-seen": "first seen",
};
