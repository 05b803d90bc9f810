import type { Instant } from "./history.ts";

/** The dates of stored secrets; never their values. */
export interface SecretDates {
  /**
   * When the version that is current (AWSCURRENT) was made; undefined when there is none.
   * @throws CurfewError `reference-unresolved`
   */
  versionDate(secretName: string): Promise<Instant | undefined>;
}
