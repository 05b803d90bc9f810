import { createHash } from "node:crypto";
import type { Instant } from "../../history/history.ts";
import { CurfewError } from "../../model/curfew-error.ts";

/** What an incident is named by. */
export interface IncidentName {
  /** The tenant's name in the configuration. */
  tenant: string;
  clientId: string;
  /** Changes nothing; never the same incident as the emergency. */
  drill: boolean;
  /** What a person called it; undefined when they did not. */
  name?: string;
  openedAt: Instant;
}

/** Also the name of the state machine's execution: Step Functions takes 80 characters of these, and never one twice. */
const NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;

const DRILL = "drill-";

/**
 * The id of an incident. The same name is the same incident, so that whoever starts it again, in panic or after a
 * crash, goes on with it. Without a name, one day's incident of an application is one, by UTC.
 *
 * @throws CurfewError `arguments-invalid` for a name that cannot be an id
 * @example incidentId({ tenant: "acme", clientId: "abc", drill: false, openedAt }) // "2026-11-23-acme-5d41402abc"
 */
export function incidentId({ tenant, clientId, drill, name, openedAt }: IncidentName): string {
  if (name === undefined) {
    const day = new Date(openedAt).toISOString().slice(0, 10);
    return `${drill ? DRILL : ""}${day}-${tenant}-${fingerprint(tenant, clientId)}`;
  }
  if (NAME.test(name) && !name.startsWith(DRILL)) return `${drill ? DRILL : ""}${name}`;
  throw new CurfewError(
    "arguments-invalid",
    "The name of an incident is up to 60 lower-case letters, digits and hyphens, and does not begin with drill-.",
  );
}

/** Client ids may be long, and hold what an id may not. Forty bits tell apart what one day of one tenant holds. */
const fingerprint = (tenant: string, clientId: string): string =>
  createHash("sha256")
    .update(JSON.stringify([tenant, clientId]))
    .digest("hex")
    .slice(0, 10);
