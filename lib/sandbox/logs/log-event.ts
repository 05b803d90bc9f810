/** A tenant log event, in the shape of Auth0's schema of log events. */
export interface LogEvent {
  log_id: string;
  /** ISO 8601 */
  date: string;
  type: string;
  description: string;
  tenant_name: string;
  environment_name: string;
  client_id?: string;
  client_name: string;
  ip: string;
  hostname: string;
  user_agent: string;
  is_mobile: boolean;
  user_id?: string;
  audience?: string;
  scope?: string;
  details?: Record<string, unknown>;
}

/** What differs from event to event; the rest is the tenant's. */
export type LogEntry = Pick<LogEvent, "type" | "description"> &
  Partial<
    Pick<
      LogEvent,
      "client_id" | "client_name" | "ip" | "user_agent" | "user_id" | "audience" | "scope" | "details" | "hostname"
    >
  >;
