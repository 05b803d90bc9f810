import { describe, expect, it } from "vitest";
import { managementError, tokenError } from "../../lib/auth0/answer-error.ts";
import type { Answer } from "../../lib/auth0/exchange.ts";
import { ThrottledError } from "../../lib/auth0/retry.ts";
import { hasReference, recordings } from "../support/reference.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const clock = virtualClock(Date.UTC(2026, 10, 23));
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  body,
  headers: new Headers(headers),
});
const CANARY = "canary-in-a-body";

describe("a refusal of the Management API", () => {
  it.each([
    {
      title: "missing scope",
      status: 403,
      body: { errorCode: "insufficient_scope", message: "Insufficient scope, expected any of: read:clients" },
      code: "missing-scope",
      detail: "read:clients",
    },
    {
      title: "missing feature as insufficient scope",
      status: 403,
      body: { errorCode: "insufficient_scope", message: "Please upgrade your subscription." },
      code: "feature-unavailable",
    },
    {
      title: "missing entitlement",
      status: 403,
      body: { errorCode: "insufficient_entitlement" },
      code: "feature-unavailable",
    },
    {
      title: "missing feature as 403",
      status: 403,
      body: { errorCode: "feature_not_enabled" },
      code: "feature-unavailable",
    },
    {
      title: "missing feature as 400",
      status: 400,
      body: { errorCode: "feature_not_enabled" },
      code: "feature-unavailable",
    },
    {
      title: "forbidden fields",
      status: 403,
      body: { errorCode: "insufficient_scope", message: "Some fields cannot be read with the permissions granted" },
      code: "request-refused",
      detail: "fields refused",
    },
    { title: "blocked by a network ACL", status: 403, body: undefined, code: "unexpected-answer", retryable: true },
    {
      title: "refused token",
      status: 401,
      body: { message: "Expired token received for JSON Web Token validation" },
      code: "token-expired",
    },
    { title: "unknown resource", status: 404, body: { errorCode: "inexistent_client" }, code: "not-found" },
    { title: "a 404 that is not Auth0's", status: 404, body: undefined, code: "unexpected-answer", retryable: true },
    { title: "bad request", status: 400, body: { errorCode: "invalid_body" }, code: "request-refused" },
    { title: "redirect", status: 302, body: undefined, code: "unexpected-answer" },
    { title: "server error", status: 500, body: undefined, code: "service-failed", retryable: true },
    { title: "bad gateway", status: 502, body: undefined, code: "service-failed", retryable: true },
  ])("is told apart: $title", ({ status, body, code, detail, retryable = false }) => {
    const error = managementError(answer(status, body), "GET /clients", "read:clients", clock);

    expect(error.code).toBe(code);
    if (detail) expect(error.detail).toBe(detail);
    expect(error.retryable).toBe(retryable);
  });

  it.each([
    { title: "seconds in Retry-After", headers: { "retry-after": "7" }, wait: 7_000 },
    {
      title: "a date in Retry-After",
      headers: { "retry-after": new Date(clock.now() + 9_000).toUTCString() },
      wait: 9_000,
    },
    { title: "x-ratelimit-reset", headers: { "x-ratelimit-reset": String(clock.now() / 1000 + 3) }, wait: 3_000 },
    {
      title: "both: the later one",
      headers: { "retry-after": "2", "x-ratelimit-reset": String(clock.now() / 1000 + 5) },
      wait: 5_000,
    },
    { title: "neither", headers: {}, wait: 0 },
    {
      title: "x-ratelimit-reset by the server's clock, which is ahead",
      headers: {
        "x-ratelimit-reset": String(clock.now() / 1000 + 92),
        date: new Date(clock.now() + 89_000).toUTCString(),
      },
      wait: 3_000,
    },
    {
      title: "a reset in milliseconds is not believed",
      headers: { "x-ratelimit-reset": String(clock.now() + 3_000) },
      wait: 0,
    },
    { title: "a reset in the past", headers: { "x-ratelimit-reset": "1" }, wait: 0 },
    { title: "nonsense", headers: { "retry-after": "soon", "x-ratelimit-reset": "later" }, wait: 0 },
  ])("says when to ask again: $title", ({ headers, wait }) => {
    const error = managementError(answer(429, undefined, headers), "GET /clients", "read:clients", clock);

    expect(error).toBeInstanceOf(ThrottledError);
    expect((error as ThrottledError).until - clock.now()).toBe(wait);
  });

  it("never repeats a word of the body", () => {
    const body = { statusCode: 400, error: CANARY, message: CANARY, errorCode: CANARY };
    const texts = [400, 401, 403, 404, 409, 429, 500].map((status) => {
      const error = managementError(answer(status, body), "GET /clients", "read:clients", clock);
      return JSON.stringify([error.message, error.detail, error.stack, error.cause]);
    });

    expect(texts.filter((text) => text.includes(CANARY))).toEqual([]);
  });
});

describe("a refusal of the token endpoint", () => {
  it.each([
    { title: "wrong secret", status: 401, error: "access_denied", code: "credentials-refused" },
    { title: "wrong secret, as documented", status: 401, error: "invalid_client", code: "credentials-refused" },
    {
      title: "no grant",
      status: 403,
      error: "access_denied",
      says: "Client is not authorized to access it.",
      code: "no-grant",
    },
    { title: "denied for another reason is unknown", status: 403, error: "access_denied", code: "request-refused" },
    {
      title: "grant type not enabled, with the status of RFC 6749",
      status: 400,
      error: "unauthorized_client",
      code: "no-grant",
    },
    { title: "grant type not enabled", status: 403, error: "unauthorized_client", code: "no-grant" },
    { title: "throttled", status: 429, error: "too_many_requests", code: "throttled" },
    { title: "anything else is unknown", status: 401, error: "mfa_required", code: "request-refused" },
    { title: "a bad request is unknown", status: 400, error: "invalid_request", code: "request-refused" },
    { title: "server error", status: 503, error: "", code: "service-failed" },
  ])("is told apart: $title", ({ status, error, says = "", code }) => {
    const body = { error, error_description: `${says} ${CANARY}` };
    const told = tokenError(answer(status, body), "abc", "acme.auth0.com", clock);

    expect(told.code).toBe(code);
    expect(`${told.message}${told.detail}`).not.toContain(CANARY);
  });
});

describe.skipIf(!hasReference)("recorded refusals", () => {
  const EXPECTED: Record<string, string> = {
    "092": "missing-scope",
    "093": "feature-unavailable",
    "094": "missing-scope",
    "095": "not-found",
    "096": "not-found",
    "097": "not-found",
    "098": "request-refused",
    "099": "feature-unavailable",
    "100": "request-refused",
    "102": "request-refused",
    "104": "not-found",
    "108": "throttled",
    "110": "throttled",
    "112": "feature-unavailable",
    "113": "feature-unavailable",
    "114": "feature-unavailable",
  };
  const errors = hasReference ? recordings("09", "1").filter(({ status }) => status >= 400) : [];

  it.each(errors)("$file is understood", ({ file, status, response_body }) => {
    expect(managementError(answer(status, response_body), "GET /x", "read:x", clock).code).toBe(
      EXPECTED[file.slice(0, 3)],
    );
  });

  it("are all expected", () => {
    console.log(`recorded refusals: ${errors.length} understood`);
    expect(errors.map(({ file }) => file.slice(0, 3)).sort()).toEqual(Object.keys(EXPECTED).sort());
  });
});
