import { CurfewError } from "../../lib/model/curfew-error.ts";

/** What the stack tells its functions. Each is given only to those that need it. */
export type Variable =
  | "CURFEW_TABLE"
  | "CURFEW_EVIDENCE_BUCKET"
  | "CURFEW_CONFIG_BUCKET"
  | "CURFEW_CONFIG_KEY"
  | "CURFEW_ALERTS_TOPIC"
  | "CURFEW_AUDIT_MACHINE"
  | "CURFEW_INCIDENT_MACHINE"
  | "CURFEW_TOPICS"
  | "CURFEW_SLACK_WEBHOOK_SECRET";

/**
 * Reads a variable when it is needed and not when the file is loaded.
 *
 * @throws CurfewError `configuration-invalid` naming the variable
 */
export function variable(name: Variable): string {
  const value = process.env[name];
  if (value !== undefined && value !== "") return value;
  throw new CurfewError("configuration-invalid", `The environment variable ${name} of this function is not set.`);
}
