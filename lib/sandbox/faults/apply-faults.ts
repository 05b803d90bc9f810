import { jsonResponse, type Outcome, type SandboxRequest, type SandboxResponse } from "../http/message.ts";
import { apiError, featureMissing, insufficientScope } from "../management/api-error.ts";
import type { SandboxClock } from "../sandbox-clock.ts";
import type { FaultEffect } from "./fault.ts";
import { spoil } from "./spoil-answer.ts";

/**
 * Answers a request under the effects that befall it. Delays come first; then the first effect that keeps the
 * request from the tenant decides; else the tenant answers and its answer is spoiled.
 *
 * @param respond lets the tenant do what was asked
 */
export async function applyFaults(
  effects: readonly FaultEffect[],
  request: SandboxRequest,
  clock: SandboxClock,
  respond: () => Promise<SandboxResponse>,
): Promise<Outcome> {
  for (const effect of effects) {
    if (effect.kind === "latency") await clock.sleep(effect.milliseconds, request.signal ?? undefined);
  }
  for (const effect of effects) {
    const outcome = insteadOfAnswer(effect, clock);
    if (outcome) return outcome;
  }
  let response = await respond();
  for (const effect of effects) {
    const lost = lostAnswer(effect);
    if (lost) return lost;
    response = spoil(response, effect, request);
  }
  return { kind: "answered", response };
}

/** What happens when the request does not reach the tenant; undefined when it does. */
function insteadOfAnswer(effect: FaultEffect, clock: SandboxClock): Outcome | undefined {
  const before = !("when" in effect) || effect.when === undefined || effect.when === "before";
  if (!before) return undefined;
  if (effect.kind === "drop") return { kind: "dropped" };
  if (effect.kind === "hang") return { kind: "hung" };
  const response = refusal(effect, clock);
  return response && { kind: "answered", response };
}

function refusal(effect: FaultEffect, clock: SandboxClock): SandboxResponse | undefined {
  switch (effect.kind) {
    case "throttle":
      return throttled(effect, clock.now());
    case "server-error":
      return serverError(effect.status);
    case "redirect":
      return { status: effect.status ?? 302, headers: { location: effect.location }, body: "" };
    case "missing-scope":
      return insufficientScope([effect.scope]);
    case "missing-feature":
      return featureMissing(effect.as ?? "feature_not_enabled");
    case "answer":
      return anyAnswer(effect);
    default:
      return undefined;
  }
}

function throttled(effect: Extract<FaultEffect, { kind: "throttle" }>, now: number): SandboxResponse {
  const limit = effect.limit === "endpoint" ? "Endpoint" : "Global";
  const response = apiError(429, `${limit} limit has been reached`, "too_many_requests");
  if (effect.retryAfter !== undefined) response.headers["retry-after"] = String(effect.retryAfter);
  if (effect.headers === false) return response;
  const reset = Math.ceil(now / 1000 + (effect.resetIn ?? 1));
  const headers = { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) };
  return { ...response, headers: { ...response.headers, ...headers } };
}

const serverError = (status = 503) => apiError(status, "An internal error occurred", "internal_error");

function anyAnswer({ status, body, headers }: Extract<FaultEffect, { kind: "answer" }>): SandboxResponse {
  if (typeof body === "string") return { status, headers: headers ?? {}, body };
  return jsonResponse(status, body ?? {}, headers);
}

/** The tenant did it, but nobody hears. */
function lostAnswer(effect: FaultEffect): Outcome | undefined {
  if (!("when" in effect) || effect.when !== "after") return undefined;
  if (effect.kind === "drop") return { kind: "dropped" };
  if (effect.kind === "hang") return { kind: "hung" };
  return { kind: "answered", response: serverError(effect.status) };
}
