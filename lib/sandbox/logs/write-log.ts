import { tenantNameOf } from "../state/tenant-name.ts";
import type { LogEntry, LogEvent } from "./log-event.ts";

/** Where the sequence number of a log id begins, so that all ids have the same length. */
const FIRST_SEQUENCE = 1_223_372_036_854_775_808n;

/** What a writer of log events has to know about its tenant. */
export interface LogWriterOptions {
  domain: string;
  now: () => number;
  append: (event: LogEvent) => void;
}

/**
 * Makes the function that writes log events. Ids grow strictly, also when the clock is set back:
 * checkpoint paging relies on their order.
 */
export function createLogWriter({ domain, now, append }: LogWriterOptions): (entry: LogEntry, at?: number) => void {
  const tenantName = tenantNameOf(domain);
  let latestStamp = "";
  let sequence = FIRST_SEQUENCE;
  return (entry, at = now()) => {
    const date = new Date(at).toISOString();
    const stamp = date.replace(/\D/g, "");
    if (stamp > latestStamp) latestStamp = stamp;
    sequence += 1n;
    append({
      log_id: `900${latestStamp}${"0".repeat(14)}${sequence}`,
      date,
      tenant_name: tenantName,
      environment_name: "sandbox",
      client_name: "",
      ip: "127.0.0.1",
      hostname: domain,
      user_agent: "Other 0.0.0 / Other 0.0.0",
      is_mobile: false,
      ...entry,
    });
  };
}
