import type { Clock } from "../../model/clock.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Secret } from "../../model/secret.ts";
import type { SlackMessage } from "./message.ts";

/** Everything that comes from outside. */
export interface SlackPost {
  /** From {@link slackWebhook}. */
  webhook: Secret;
  fetch: typeof fetch;
  clock: Clock;
  /** When the answer must be there: milliseconds since the Unix epoch. */
  deadline: number;
}

/** How long one request may take, in milliseconds. */
const TIMEOUT = 10_000;

/** Where Slack does not say how long to wait: its limit is one message a second. Milliseconds. */
const PAUSE = 1_000;

/**
 * Posts one message to a Slack channel. A 429 is waited out as long as there is time; nothing else is tried again
 * here, because the queue does that.
 *
 * @throws CurfewError `throttled`, `service-failed`, `unreachable` or `timed-out`, which another try may help, and
 * `request-refused`, which none will. `detail` says why in Slack's word where it is one that Slack documents.
 */
export async function postToSlack(message: SlackMessage, post: SlackPost): Promise<void> {
  for (;;) {
    const response = await send(message, post);
    if (response.status === 200) return;
    if (response.status !== 429) throw await refusal(response);
    const pause = retryAfter(response, post.clock);
    if (post.clock.now() + pause + PAUSE > post.deadline) throw throttled(pause);
    await post.clock.sleep(pause);
  }
}

async function send(message: SlackMessage, { webhook, fetch, clock, deadline }: SlackPost): Promise<Response> {
  const patience = Math.min(TIMEOUT, deadline - clock.now());
  if (patience <= 0) throw timedOut();
  try {
    return await fetch(webhook.reveal(), {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify(message),
      redirect: "manual",
      signal: AbortSignal.timeout(Math.ceil(patience)),
    });
  } catch (error) {
    // The original is not kept as the cause: it may carry the URL, which is a secret.
    if (error instanceof Error && error.name === "TimeoutError") throw timedOut();
    throw new CurfewError("unreachable", "Slack could not be reached; the message waits in the queue.", {
      retryable: true,
    });
  }
}

const timedOut = (): CurfewError =>
  new CurfewError("timed-out", "Slack did not answer in time; the message waits in the queue.", { retryable: true });

const throttled = (pause: number): CurfewError =>
  new CurfewError("throttled", "Slack takes no more messages at the moment; the message waits in the queue.", {
    retryable: true,
    detail: `${Math.ceil(pause / 1000)} s`,
  });

/** `Retry-After` is in seconds; a date is allowed by HTTP. */
function retryAfter(response: Response, clock: Clock): number {
  const text = response.headers.get("retry-after") ?? "";
  const pause = /^[0-9]{1,6}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - clock.now();
  return Number.isFinite(pause) ? Math.max(pause, PAUSE) : PAUSE;
}

/** What Slack answers, and what to do about it. Source: Slack documentation, "Handling errors" of incoming webhooks. */
const REFUSALS: Readonly<Record<string, string>> = {
  invalid_payload: "the message is malformed, which is a defect of Curfew",
  invalid_blocks: "the message is malformed, which is a defect of Curfew",
  no_text: "the message is malformed, which is a defect of Curfew",
  user_not_found: "the webhook's user does not exist any more; make a new webhook",
  action_prohibited: "the workspace does not allow this webhook to post; ask its administrator",
  posting_to_general_channel_denied: "the workspace does not allow this webhook to post; ask its administrator",
  invalid_token: "the webhook is not valid any more; make a new one and store its URL",
  no_active_hooks: "the webhook is disabled; make a new one and store its URL",
  no_service: "the webhook does not exist any more; make a new one and store its URL",
  no_service_id: "the webhook does not exist any more; make a new one and store its URL",
  no_team: "the workspace does not exist any more; make a webhook in another",
  team_disabled: "the workspace does not exist any more; make a webhook in another",
  channel_not_found: "the webhook's channel does not exist any more; make a webhook for another",
  channel_is_archived: "the webhook's channel is archived; make a webhook for another",
};

/** A message that Slack cannot read says nothing about the next one; everything else that it refuses does. */
const ABOUT_THE_MESSAGE: ReadonlySet<string> = new Set(["invalid_payload", "invalid_blocks", "no_text"]);

/** True when the webhook itself is refused, and no other message will fare better. */
export const isWebhookRefused = (error: unknown): boolean =>
  error instanceof CurfewError && error.code === "request-refused" && !ABOUT_THE_MESSAGE.has(error.detail ?? "");

async function refusal(response: Response): Promise<CurfewError> {
  const { status } = response;
  const word = await wordOf(response);
  if (status >= 500 || status === 408) {
    const message = `Slack failed with status ${status}; the message waits in the queue.`;
    return new CurfewError("service-failed", message, { retryable: true, detail: String(status) });
  }
  const reason = word === undefined ? "check that the webhook still exists" : REFUSALS[word];
  const message = `Slack refused the message with status ${status}: ${reason}.`;
  return new CurfewError("request-refused", message, { detail: word ?? String(status) });
}

/** The answer's text where it is a word that Slack documents; anything else is not repeated. */
async function wordOf(response: Response): Promise<string | undefined> {
  const text = await response.text().catch(() => ""); // without a word the status says enough
  const word = text.slice(0, 100).trim();
  return Object.hasOwn(REFUSALS, word) ? word : undefined;
}
