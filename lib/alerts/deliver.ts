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
  /** ISO 8601. */
  sentAt: string;
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

/** Whether an alert was sent already, or told in a summary. */
export const isTold = async (id: string, table: Table): Promise<boolean> =>
  (await table.get(noticeKey(id))) !== undefined;

/** Records that an alert was sent. */
export async function noteTold({ id, kind, severity, tenant }: Alert, table: Table, clock: Clock): Promise<void> {
  const now = clock.now();
  const notice: Notice = { kind, severity, tenant, sentAt: new Date(now).toISOString() };
  await table.put(noticeKey(id), notice, { expires: Math.floor(now / 1000) + KEPT });
}
