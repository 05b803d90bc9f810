import { describe, expect, test } from "vitest";
import type { Login } from "../../lib/auth0/login.ts";
import { calibrate, type ProbeEndpoint, type ProbeParts, probeCredential } from "../../lib/auth0/probe.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { Secret } from "../../lib/model/secret.ts";
import type { FaultEffect } from "../../lib/sandbox/faults/fault.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { aSandbox, DOMAIN, machine } from "../sandbox/support/a-sandbox.ts";
import { QUICK_RETRIES } from "../support/audited-sandbox.ts";
import { keyPair } from "../support/keys.ts";

const KEYS = keyPair();
const OTHER = keyPair();

const CLIENTS = [
  machine("job"),
  machine("basic", { token_endpoint_auth_method: "client_secret_basic" }),
  machine("site", { app_type: "regular_web", grant_types: ["authorization_code"] }),
  {
    name: "signer",
    client_id: "signer",
    app_type: "non_interactive",
    credentials: [{ pem: KEYS.pem, kid: "test-key" }],
  },
];

const secretOf = (clientId: string, secret = `${clientId}-secret`): Login => ({
  method: "client-secret",
  clientId,
  secret: new Secret(secret),
});

const keyOf = (keys: typeof KEYS): Login => ({
  method: "private-key",
  clientId: "signer",
  privateKeyJwk: new Secret(keys.jwk),
});

const never = new AbortController().signal;

async function aProbedTenant(seed: Partial<TenantSeed> = {}) {
  const world = await aSandbox({ clients: CLIENTS, ...seed });
  const { tenant } = world;
  const parts: ProbeParts = {
    fetch: tenant.fetch,
    clock: { now: world.sandbox.clock.now, sleep: systemClock.sleep },
    timeout: 2_000,
    random: () => 0,
    retryPolicy: QUICK_RETRIES,
  };
  const address = { domain: DOMAIN, origin: tenant.origin };
  return {
    tenant,
    probe: async (login: Login, endpoint?: ProbeEndpoint) =>
      (await probeCredential(address, login, parts, never, endpoint)).answer,
    ask: (login: Login, signal = never) => probeCredential(address, login, parts, signal),
    calibrate: (login: Login) => calibrate(address, login, parts, never),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

const ENDPOINTS = ["revoke", "token"] as const;

describe.each(ENDPOINTS)("at /oauth/%s", (endpoint) => {
  test.each([
    { title: "a secret in the body", login: secretOf("job"), expected: "accepted" },
    { title: "a wrong one", login: secretOf("job", "wrong"), expected: "refused" },
    { title: "a secret by HTTP Basic", login: secretOf("basic"), expected: "accepted" },
    { title: "a wrong one by HTTP Basic", login: secretOf("basic", "wrong"), expected: "refused" },
    { title: "the secret of a web application", login: secretOf("site"), expected: "accepted" },
    { title: "a private key", login: keyOf(KEYS), expected: "accepted" },
    { title: "another private key", login: keyOf(OTHER), expected: "refused" },
    { title: "the secret of an application that is gone", login: secretOf("gone"), expected: "refused" },
    { title: "a secret where a key is registered", login: secretOf("signer"), expected: "refused" },
  ])("$title is $expected", async ({ login, expected }) => {
    await using world = await aProbedTenant();

    expect(await world.probe(login, endpoint)).toBe(expected);
  });

  test("nothing is given out, and no successful exchange is logged", async () => {
    await using world = await aProbedTenant({
      clientGrants: [{ client_id: "job", audience: `https://${DOMAIN}/api/v2/`, scope: ["read:users"] }],
    });
    await world.probe(secretOf("job"), endpoint);

    // At the token endpoint the nonsense code leaves a failed exchange, which is no sign of use.
    const types = world.tenant.logs.map(({ type }) => type);
    expect(types).toEqual(endpoint === "token" ? ["feacft"] : []);
  });
});

describe("calibration", () => {
  test.each([
    { title: "a secret", login: secretOf("job") },
    { title: "a private key", login: keyOf(KEYS) },
  ])("finds that /oauth/revoke tells $title from a random one", async ({ login }) => {
    await using world = await aProbedTenant();

    expect(await world.calibrate(login)).toEqual({ endpoint: "revoke" });
  });

  test("falls back to /oauth/token where revoking needs no secret", async () => {
    await using world = await aProbedTenant({ revokeAuthentication: "regular-web-only" });

    expect(await world.calibrate(secretOf("job"))).toEqual({ endpoint: "token" });
    expect(await world.calibrate(secretOf("site"))).toEqual({ endpoint: "revoke" });
    expect(await world.probe(secretOf("job"), "token")).toBe("accepted");
    expect(await world.probe(secretOf("job", "wrong"), "token")).toBe("refused");
  });

  const refusing: FaultEffect = { kind: "answer", status: 401, body: { error: "invalid_client" } };

  test("falls back to /oauth/token where revoking refuses everybody", async () => {
    await using world = await aProbedTenant();
    world.tenant.faults.add({ match: { path: "/oauth/revoke" }, effect: refusing });

    expect(await world.calibrate(secretOf("job"))).toEqual({ endpoint: "token" });
  });

  test("says so where the credential is refused like a random one, whatever the reason", async () => {
    await using world = await aProbedTenant();
    const notAccepted = {
      ...{ endpoint: null, reason: "not-accepted", endpoints: ["revoke", "token"] },
      said: { answer: "refused" },
    };

    expect(await world.calibrate(secretOf("job", "wrong"))).toEqual(notAccepted);
    world.tenant.faults.add({ match: { path: "/oauth/*" }, effect: refusing });
    expect(await world.calibrate(secretOf("job"))).toEqual(notAccepted);
  });

  test("says so where any credential is accepted", async () => {
    await using world = await aProbedTenant({ revokeAuthentication: "regular-web-only" });
    const anything: FaultEffect = { kind: "answer", status: 403, body: { error: "unauthorized_client" } };
    world.tenant.faults.add({ match: { path: "/oauth/token" }, effect: anything });

    expect(await world.calibrate(secretOf("job"))).toMatchObject({ endpoint: null, reason: "cannot-tell" });
  });

  test("says so where there is no answer", async () => {
    await using world = await aProbedTenant();
    world.tenant.faults.add({ match: { path: "/oauth/*" }, effect: { kind: "server-error", status: 500 } });

    expect(await world.calibrate(secretOf("job"))).toEqual({
      endpoint: null,
      reason: "no-answer",
      detail: "status 500",
    });
  });
});

const ODD: readonly { title: string; effect: FaultEffect }[] = [
  { title: "403 of a network ACL", effect: { kind: "answer", status: 403, body: { error: "access_denied" } } },
  { title: "401 without a word", effect: { kind: "answer", status: 401, body: {} } },
  { title: "401 of something else", effect: { kind: "answer", status: 401, body: { error: "login_required" } } },
  { title: "400", effect: { kind: "answer", status: 400, body: { error: "invalid_request" } } },
  { title: "404", effect: { kind: "answer", status: 404, body: { error: "not_found" } } },
  {
    title: "a proxy's 401",
    effect: { kind: "answer", status: 401, body: "<html>", headers: { "content-type": "text/html" } },
  },
  { title: "429 always", effect: { kind: "throttle", retryAfter: 3_600 } },
  { title: "500 always", effect: { kind: "server-error", status: 500 } },
  { title: "no connection", effect: { kind: "drop" } },
  { title: "a redirect", effect: { kind: "redirect", location: "https://elsewhere.example/" } },
  {
    title: "malformed JSON",
    effect: { kind: "answer", status: 200, body: "{", headers: { "content-type": "application/json" } },
  },
];

test.each(ODD.flatMap((one) => ENDPOINTS.map((endpoint) => ({ endpoint, ...one }))))(
  "/oauth/$endpoint: $title means neither accepted nor refused",
  async ({ endpoint, effect }) => {
    await using world = await aProbedTenant();
    world.tenant.faults.add({ match: { path: `/oauth/${endpoint}` }, effect });

    expect(await world.probe(secretOf("job"), endpoint)).toBe("unknown");
    expect(await world.probe(secretOf("job", "wrong"), endpoint)).toBe("unknown");
  },
);

test("what fails once is asked again", async () => {
  await using world = await aProbedTenant();
  world.tenant.faults.add({ effect: { kind: "server-error", status: 503 }, times: 2 });

  expect(await world.probe(secretOf("job"))).toBe("accepted");
});

test("an unknown answer holds nothing of the secret, and an interrupt is passed on", async () => {
  await using world = await aProbedTenant();
  world.tenant.faults.add({ effect: { kind: "answer", status: 418, body: { error: "job-secret" } } });
  const interrupted = AbortSignal.abort(new CurfewError("interrupted", "Interrupted."));

  expect(JSON.stringify(await world.ask(secretOf("job")))).not.toContain("job-secret");
  await expect(world.ask(secretOf("job"), interrupted)).rejects.toMatchObject({ code: "interrupted" });
});

test("a stored key for an algorithm that Auth0 does not take is unusable, and nothing of it is said", async () => {
  await using world = await aProbedTenant();
  const { kty, n, e, d } = JSON.parse(KEYS.jwk) as Record<string, string>;
  const login = { ...keyOf(KEYS), privateKeyJwk: new Secret(JSON.stringify({ kty, n, e, d, alg: "HS256" })) };

  const error = await world.calibrate(login as Login).catch((error: unknown) => error);

  expect(error).toMatchObject({ code: "reference-unresolved" });
  expect(String(error)).not.toContain(d?.slice(0, 8));
});
