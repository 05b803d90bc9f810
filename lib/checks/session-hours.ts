import type { TenantSettings } from "../auth0/resources/tenant-settings.ts";
import { hours, type Seconds } from "../model/duration.ts";
import { isUnreadable, type Reported } from "../model/reported.ts";

/** The four session lifetimes of a tenant. */
type SessionField =
  | "session_lifetime"
  | "idle_session_lifetime"
  | "ephemeral_session_lifetime"
  | "idle_ephemeral_session_lifetime";

/**
 * What absent session lifetimes mean, in seconds. Source: the defaults in Auth0's OpenAPI document,
 * `GET /api/v2/tenants/settings`: 168, 72, 72 and 24 hours.
 */
export const DEFAULT_SESSION_SECONDS: Readonly<Record<SessionField, Seconds>> = {
  session_lifetime: hours(168),
  idle_session_lifetime: hours(72),
  ephemeral_session_lifetime: hours(72),
  idle_ephemeral_session_lifetime: hours(24),
};

/**
 * Reads a session lifetime, which Auth0 reports in hours and with fractions, in seconds.
 * Rounded to milliseconds: 3.0166666666666666 h is 181 minutes and not a hair less, while anything longer stays so.
 * Never more than a safe integer: hours that no tenant means would become Infinity, which nothing outlives.
 */
export function sessionSeconds(settings: TenantSettings, field: SessionField): Reported<Seconds> {
  const reported = settings[field];
  if (reported === undefined || isUnreadable(reported)) return reported;
  return Math.min(Math.round(hours(reported) * 1000) / 1000, Number.MAX_SAFE_INTEGER);
}
