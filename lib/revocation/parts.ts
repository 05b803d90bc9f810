import type { Publisher } from "../alerts/ports.ts";
import type { Instant } from "../history/history.ts";
import type { Clock } from "../model/clock.ts";
import type { EvidenceStore } from "../store/evidence-store.ts";
import type { Table } from "../store/table.ts";
import type { OwnLogin } from "./leak/classify.ts";
import type { ResponderTenant } from "./ports.ts";

/** What the configuration says of a tenant in an emergency. */
export interface IncidentSettings {
  /** The tenant's name and canonical domain. */
  tenant: string;
  domain: string;
  /** Who hears about the tenant beside everybody else. */
  owner: string | null;
  /** The ranges that Curfew's requests come from; null where the network ACL is not configured. */
  egress: readonly string[] | null;
  /** Curfew's own applications there, by client id. */
  own: ReadonlyMap<string, OwnLogin>;
  /** A person's machine answers: what the deployed Curfew does as the application is noted where nobody reads it here. */
  isAlone?: boolean;
}

/** Everything that the steps of an incident work with. */
export interface IncidentParts {
  settings: IncidentSettings;
  tenant: ResponderTenant;
  /** Everything remembered. */
  table: Table;
  evidence: EvidenceStore;
  publisher: Publisher;
  clock: Clock;
  /** Until when this process may work: milliseconds since the epoch. */
  deadline: Instant;
  signal: AbortSignal;
}
