import type { Config } from "./schema.ts";

/** The configuration as it travels with a deployment: what was validated, and what was worked out from it. */
export interface DeployedConfig extends Config {
  /** The longest time between two scheduled audits, in hours; absent without a schedule. */
  auditIntervalHours?: number;
}
