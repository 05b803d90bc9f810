import { type Clock, systemClock } from "../../model/clock.ts";
import type { Outcome, SandboxRequest, SandboxResponse } from "../http/message.ts";
import { serve } from "../http/serve.ts";

/** A message that arrived. */
export interface SlackMessage {
  /** When, in milliseconds since the Unix epoch on the sandbox's clock. */
  at: number;
  body: { text?: unknown; blocks?: unknown; [field: string]: unknown };
}

/** An answer other than Slack's `ok`. */
export interface SlackAnswer {
  /** 429 for its rate limit, 500 and above for an outage, 404 for a webhook that was revoked. */
  status: number;
  /** Seconds. */
  retryAfter?: number;
}

/** A running Slack incoming webhook. */
export interface Slack extends AsyncDisposable {
  /** The webhook's address; its path is the secret. */
  readonly webhook: string;
  /** Messages that were accepted, oldest first. */
  readonly messages: readonly SlackMessage[];
  /** When requests arrived, refused ones included. Milliseconds since the Unix epoch. */
  readonly attempts: readonly number[];
  /** Answers the next requests so, one after the other; then `ok` again. */
  answerNext(...answers: SlackAnswer[]): void;
  close(): Promise<void>;
}

/** Starts a webhook on a loopback port that shows what a channel would have shown. */
export async function startSlack({
  clock = systemClock,
  port = 0,
}: {
  clock?: Clock;
  port?: number;
} = {}): Promise<Slack> {
  const path = `/services/T0000000/B0000000/${crypto.randomUUID().replaceAll("-", "")}`;
  const messages: SlackMessage[] = [];
  const attempts: number[] = [];
  const planned: SlackAnswer[] = [];
  const handle = async (request: SandboxRequest): Promise<Outcome> => {
    attempts.push(clock.now());
    return { kind: "answered", response: answer(request, path, planned.shift(), messages, clock.now()) };
  };
  const server = await serve(handle, port);
  return {
    webhook: server.origin + path,
    messages,
    attempts,
    answerNext: (...answers) => void planned.push(...answers),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function answer(
  { method, path, body }: SandboxRequest,
  secretPath: string,
  planned: SlackAnswer | undefined,
  messages: SlackMessage[],
  at: number,
): SandboxResponse {
  if (planned) return refusal(planned);
  if (path !== secretPath || method !== "POST") return plain(404, "no_service");
  const message = parse(body);
  if (!message) return plain(400, "invalid_payload");
  if (typeof message.text !== "string" && !Array.isArray(message.blocks)) return plain(400, "no_text");
  messages.push({ at, body: message });
  return plain(200, "ok");
}

function refusal({ status, retryAfter }: SlackAnswer): SandboxResponse {
  const text = status === 429 ? "rate_limited" : status === 404 ? "no_service" : "rollup_error";
  return plain(status, text, retryAfter === undefined ? {} : { "retry-after": String(retryAfter) });
}

function plain(status: number, body: string, headers: Record<string, string> = {}): SandboxResponse {
  return { status, headers: { "content-type": "text/html", ...headers }, body };
}

function parse(body: string): SlackMessage["body"] | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as SlackMessage["body"])
      : undefined;
  } catch {
    // What is not JSON is refused by the caller, as Slack does.
    return undefined;
  }
}
