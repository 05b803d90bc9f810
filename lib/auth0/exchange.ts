import type { Clock } from "../model/clock.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { startTimeout } from "../model/timeout.ts";
import { USER_AGENT } from "./user-agent.ts";

/** One HTTP request, ready to be sent. */
export interface OutgoingRequest {
  method: string;
  url: URL;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Shown in errors instead of the URL: method and path, without query. */
  label: string;
}

/** The server's answer with its body read and parsed; an empty body is `undefined`. */
export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** What one exchange needs from outside. */
export interface ExchangeParts {
  fetch: typeof fetch;
  clock: Clock;
  /** Milliseconds after which an unanswered request is given up. */
  timeout: number;
}

/**
 * The largest body that is read. A page of 100 actions with 100 KB of code each, deployed version included,
 * stays below it; anything larger is not an answer of the Management API.
 */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * Sends one request and reads its whole answer.
 *
 * Redirects are not followed: the answer with its 3xx status is returned. A body that is not JSON is an error
 * only on success, because a proxy's 502 is a 502 whatever its body.
 *
 * @throws CurfewError `unreachable`, `timed-out` or `unexpected-answer`; or the signal's reason when it is aborted.
 */
export async function exchange(request: OutgoingRequest, parts: ExchangeParts, signal: AbortSignal): Promise<Answer> {
  using timeout = startTimeout(parts.clock, parts.timeout, timedOut(request, parts.timeout));
  const either = AbortSignal.any([signal, timeout.signal]);
  try {
    const response = await parts.fetch(request.url, {
      method: request.method,
      headers: { accept: "application/json", "user-agent": USER_AGENT, ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: "manual",
      signal: either,
    });
    const text = await readText(response, request);
    return { status: response.status, headers: response.headers, body: parseBody(response, text, request) };
  } catch (error) {
    if (error instanceof CurfewError) throw error;
    either.throwIfAborted();
    throw unreachable(request, error);
  }
}

async function readText(response: Response, request: OutgoingRequest): Promise<string> {
  if (!response.body) return "";
  const tooLarge = (): CurfewError => unexpected(request, `is larger than ${MAX_BODY_BYTES / 1024 / 1024} MiB`, false);
  if (Number(response.headers.get("content-length")) > MAX_BODY_BYTES) {
    await response.body.cancel();
    throw tooLarge();
  }
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseBody(response: Response, text: string, request: OutgoingRequest): unknown {
  if (text === "") return undefined;
  const type = response.headers.get("content-type") ?? "";
  // No type at all is not a claim to be something else; whether it is JSON is seen when it is parsed.
  const isJson = type === "" || /^(?:application\/(?:[\w.-]+\+)?|text\/)json\b/i.test(type);
  if (isJson) {
    try {
      return JSON.parse(text);
    } catch {
      // The cause is not kept: a syntax error quotes the body.
      if (response.ok) throw unexpected(request, "is not valid JSON", true);
    }
  } else if (response.ok) {
    throw unexpected(request, "is not JSON", true);
  }
  return undefined;
}

const timedOut = (request: OutgoingRequest, milliseconds: number): CurfewError =>
  new CurfewError("timed-out", `${request.label} was not answered within ${milliseconds / 1000} s.`, {
    retryable: true,
    detail: `no answer within ${milliseconds / 1000} s`,
  });

const unexpected = (request: OutgoingRequest, what: string, retryable: boolean): CurfewError =>
  new CurfewError("unexpected-answer", `The answer to ${request.label} ${what}.`, {
    retryable,
    detail: `the answer ${what}`,
  });

function unreachable(request: OutgoingRequest, error: unknown): CurfewError {
  const reason = networkReason(error);
  return new CurfewError("unreachable", `${request.url.host} could not be reached (${reason}).`, {
    retryable: true,
    detail: reason,
  });
}

/** The system's name of a network failure, for instance ECONNREFUSED. Nothing else of the error is kept. */
function networkReason(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,60}$/.test(code)) return code;
  }
  return "connection failed";
}
