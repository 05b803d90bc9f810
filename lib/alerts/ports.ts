import type { RunRef } from "../findings/ledger/run-record.ts";
import type { Alert } from "./alert.ts";

/** Brings an alert to everybody who hears of its kind; resolves when the service has taken it. */
export interface Publisher {
  publish(alert: Alert): Promise<void>;
}

/** Knows whether a run is still under way. */
export interface RunWatch {
  /**
   * When a run ended, well or not: milliseconds since the Unix epoch. Undefined while it is under way, and where that is
   * not known.
   */
  endedAt(run: RunRef): Promise<number | undefined>;
}
