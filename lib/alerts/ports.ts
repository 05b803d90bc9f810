import type { Alert } from "./alert.ts";

/** Brings an alert to everybody who hears of its kind; resolves when the service has taken it. */
export interface Publisher {
  publish(alert: Alert): Promise<void>;
}
