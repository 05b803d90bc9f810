import type { Instant } from "./history.ts";

/** A version of a stored secret, and when it was made. */
export interface DatedVersion {
  id: string;
  at: Instant;
}

/** The dates of stored secrets; never their values. */
export interface SecretDates {
  /**
   * The version that is current (AWSCURRENT); undefined when there is none.
   * @throws CurfewError `reference-unresolved`
   */
  currentVersion(secretName: string): Promise<DatedVersion | undefined>;
}
