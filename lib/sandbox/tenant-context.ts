import type { LogEntry } from "./logs/log-event.ts";
import type { SandboxClock } from "./sandbox-clock.ts";
import type { RandomText } from "./state/random-text.ts";
import type { TenantState } from "./state/tenant-state.ts";

/** What every endpoint of one tenant works with. */
export interface TenantContext {
  name: string;
  /** The canonical domain, `acme.eu.auth0.com`. */
  domain: string;
  /** `https://<domain>/`, the issuer of its tokens. */
  issuer: string;
  /** `https://<domain>/api/v2/`, the audience of Management API tokens. */
  managementAudience: string;
  state: TenantState;
  clock: SandboxClock;
  text: RandomText;
  /** Writes a tenant log event. */
  log(entry: LogEntry): void;
}
