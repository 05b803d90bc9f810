import type { Severity } from "../model/severity.ts";
import type { Alert, Fact } from "./alert.ts";

/** What the digest says of something that runs do beside auditing. */
export interface DigestPart {
  /** How many of what, for the title: `[2, "rotated"]`. Those without any are left out. */
  headline: readonly (readonly [count: number, words: string])[];
  /** At most medium: what is worse is told at once. */
  severity: Severity;
  facts: readonly Fact[];
  steps: readonly string[];
  items: readonly string[];
}

/** What is to be told with a run that no audit of a tenant has found. */
export interface News {
  /** To be told at once: computed from what is remembered, with ids of their own, so that nothing is told twice. */
  alerts: readonly Alert[];
  /** When it was read: milliseconds since the epoch. What comes later is the next digest's. */
  readAt: number;
  /**
   * @param since until when the last digest told: milliseconds since the epoch
   */
  digest(since: number): DigestPart;
}
