import { hasCode } from "../../model/curfew-error.ts";
import type { SlackDelivery } from "./delivery.ts";
import { readDelivery } from "./delivery.ts";
import { isWebhookRefused, postToSlack, type SlackPost } from "./post.ts";

/** A message of the queue. */
export interface QueuedMessage {
  messageId: string;
  body: string;
}

/** What became of a message. `alert` is null where the message could not be read; `error` where it was posted. */
export interface Posting {
  messageId: string;
  alert: SlackDelivery["alert"] | null;
  error: unknown;
}

/** Slack's limit for a webhook: one message a second. Milliseconds. */
const BETWEEN = 1_000;

/**
 * Posts the messages of a queue, one after the other and a second apart.
 *
 * What fails stays in the queue, is tried again from there, and ends in the dead-letter queue in the end. When Slack
 * takes no more for now, or refuses the webhook itself, the rest is not even tried.
 *
 * @returns what became of each, in their order
 */
export async function postQueue(messages: readonly QueuedMessage[], post: SlackPost): Promise<Posting[]> {
  const postings: Posting[] = [];
  let stopped: unknown;
  for (const [index, message] of messages.entries()) {
    if (index > 0 && stopped === undefined) await post.clock.sleep(BETWEEN);
    const posting = stopped === undefined ? await postOne(message, post) : unposted(message, stopped);
    postings.push(posting);
    if (hasCode(posting.error, "throttled", "timed-out") || isWebhookRefused(posting.error)) stopped = posting.error;
  }
  return postings;
}

async function postOne(message: QueuedMessage, post: SlackPost): Promise<Posting> {
  let alert: Posting["alert"] = null;
  try {
    const delivery = readDelivery(message.body);
    alert = delivery.alert;
    await postToSlack(delivery.message, post);
    return { messageId: message.messageId, alert, error: null };
  } catch (error) {
    return { messageId: message.messageId, alert, error };
  }
}

const unposted = ({ messageId }: QueuedMessage, error: unknown): Posting => ({ messageId, alert: null, error });
