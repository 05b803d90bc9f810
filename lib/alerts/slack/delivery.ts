import { CurfewError } from "../../model/curfew-error.ts";
import type { Alert } from "../alert.ts";
import { harmless } from "../harmless-text.ts";
import { escaped, renderSlack, type SlackMessage } from "./message.ts";

/** What waits in the queue for Slack: the message as it is posted, and whose it is. */
export interface SlackDelivery {
  alert: Pick<Alert, "id" | "kind" | "severity" | "tenant">;
  message: SlackMessage;
}

/** Renders an alert for the queue. */
export function slackDelivery(alert: Alert): SlackDelivery {
  const { id, kind, severity, tenant } = alert;
  return { alert: { id, kind, severity, tenant }, message: renderSlack(alert) };
}

/**
 * Reads what SNS put into the queue: its envelope, in which the delivery is a text.
 *
 * @throws CurfewError `unexpected-answer` for anything else
 */
export function readDelivery(body: string): SlackDelivery {
  const envelope = parse(body);
  const page = typeof envelope.Message === "string" ? readPage(envelope.Message) : undefined;
  if (page) return page;
  const delivery = typeof envelope.Message === "string" ? parse(envelope.Message) : {};
  const { alert, message } = delivery as { alert?: { id?: unknown }; message?: { blocks?: unknown } };
  if (typeof alert?.id === "string" && Array.isArray(message?.blocks)) return delivery as unknown as SlackDelivery;
  throw new CurfewError("unexpected-answer", "A message in the queue for Slack is not an alert of Curfew's.");
}

/** What a state machine says itself, where functions fail: a plain text, as `lib/infra/incident-page.ts` has it. */
function readPage(message: string): SlackDelivery | undefined {
  if (!message.startsWith("Curfew: ")) return undefined;
  const text = harmless(message, LONGEST_PAGE);
  return {
    alert: { id: "page", kind: "incident", severity: "critical", tenant: null },
    message: { text: escaped(text), blocks: [{ type: "section", text: { type: "plain_text", text, emoji: false } }] },
  };
}

const LONGEST_PAGE = 1_000;

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // said by the caller: what is no JSON is no alert
  }
}
