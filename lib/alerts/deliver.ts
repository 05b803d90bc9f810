import type { Clock } from "../model/clock.ts";
import type { Key, Table } from "../store/table.ts";
import type { Alert } from "./alert.ts";
import type { Publisher } from "./ports.ts";

/** What became of a list of alerts, by id. */
export interface Delivery {
  sent: string[];
  /** Told before, so not told again. */
  known: string[];
  /** Not sent, or sent and not recorded: to be tried again. */
  failed: { id: string; error: unknown }[];
}

/** `NOTICE#<alert id>`: that an alert was sent, without its content. */
export interface Notice extends Pick<Alert, "kind" | "severity" | "tenant"> {
  /** When it was sent, or put into summaries: ISO 8601. */
  sentAt: string;
  /** The summaries that tell of it; it counts as told when all of them were sent. */
  in?: readonly string[];
}

/**
 * SNS suspends a mail subscription that gets more than 10 messages a second, and what comes then is lost; this leaves
 * half of that. Milliseconds. Source: SNS developer guide, "Email notifications".
 */
const BETWEEN = 200;

/** A year and some more, so that one can still ask what was sent. Seconds. */
const KEPT = 400 * 86_400;

export const noticeKey = (id: string): Key => ({ partition: `NOTICE#${id}`, sort: "NOTICE" });

/**
 * Publishes every alert that was not published yet, one after the other, and records it.
 *
 * Publishing comes first: a process that dies in between tells something twice, under the same id, and never not at
 * all. What fails does not keep the others back; it is reported, and nothing is thrown.
 */
export async function deliverAlerts(
  alerts: readonly Alert[],
  publisher: Publisher,
  table: Table,
  clock: Clock,
): Promise<Delivery> {
  const delivery: Delivery = { sent: [], known: [], failed: [] };
  const distinct = new Map(alerts.map((alert) => [alert.id, alert]));
  for (const alert of distinct.values()) {
    try {
      const isSent = await deliver(alert, publisher, table, clock);
      delivery[isSent ? "sent" : "known"].push(alert.id);
      if (isSent) await clock.sleep(BETWEEN);
    } catch (error) {
      delivery.failed.push({ id: alert.id, error });
    }
  }
  return delivery;
}

/** True when it was sent now. */
async function deliver(alert: Alert, publisher: Publisher, table: Table, clock: Clock): Promise<boolean> {
  if (await isTold(alert.id, table)) return false;
  await publisher.publish(alert);
  await noteTold(alert, table, clock);
  return true;
}

/** Whether an alert was sent already, or every summary that it was put into. */
export async function isTold(id: string, table: Table): Promise<boolean> {
  const notice = (await table.get<Notice>(noticeKey(id)))?.value;
  for (const summary of notice?.in ?? []) if (!(await table.get(noticeKey(summary)))) return false;
  return notice !== undefined;
}

/** Records that an alert was sent, or that summaries will tell of it. */
export async function noteTold(
  { id, kind, severity, tenant }: Alert,
  table: Table,
  clock: Clock,
  summaries?: readonly string[],
): Promise<void> {
  const now = clock.now();
  const sentAt = new Date(now).toISOString();
  const notice: Notice = { kind, severity, tenant, sentAt, ...(summaries && { in: summaries }) };
  await table.put(noticeKey(id), notice, { expires: Math.floor(now / 1000) + KEPT });
}
