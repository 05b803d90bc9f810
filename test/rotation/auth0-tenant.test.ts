import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { Secret } from "../../lib/model/secret.ts";
import type { RotationTenant } from "../../lib/rotation/ports.ts";
import type { FaultEffect } from "../../lib/sandbox/faults/fault.ts";
import type { ClientSeed } from "../../lib/sandbox/tenant-seed.ts";
import { keyClient, machine } from "../sandbox/support/a-sandbox.ts";
import { againstReference } from "../support/against-reference.ts";
import { keyPair } from "../support/keys.ts";
import { hasReference } from "../support/reference.ts";
import { keyLogin, ROTATOR_SCOPES, rotatedSandbox } from "../support/rotated-sandbox.ts";
import { secretLogin } from "../support/wired-sandbox.ts";

const CANARY = "cNry-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-0";
const [OLD, NEW] = [keyPair("old-key-of-the-signer"), keyPair("new-key-of-the-signer")];

const SIGNER = keyClient("signer", [{ id: "cred_old", kid: "old-key-of-the-signer", name: "first", pem: OLD.pem }]);

const CLIENTS: ClientSeed[] = [
  machine("job", { jwt_configuration: { alg: "RS256" } }),
  machine("bare", { omit: ["app_type", "token_endpoint_auth_method", "grant_types", "jwt_configuration"] }),
  { name: "page", client_id: "page", app_type: "spa", jwt_configuration: { alg: "HS256" } },
  SIGNER,
];

const world = (scopes = ROTATOR_SCOPES) => rotatedSandbox({ clients: CLIENTS }, scopes);

/** What a call rejects with; it must be ours, and hold nothing that was sent. */
async function errorOf(promise: Promise<unknown>): Promise<CurfewError> {
  const error = await promise.then(
    () => new Error("resolved"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CurfewError);
  const told = error as CurfewError;
  expect(`${told.stack} ${told.detail} ${JSON.stringify(told)} ${told.cause}`).not.toMatch(/cNry|BEGIN PUBLIC/);
  return told;
}

describe("a client", () => {
  test("that authenticates with a secret is read in two requests, the token's included, and without its secret", async () => {
    await using tenant = await world();
    expect(await tenant.rotated("job").client()).toEqual({
      clientId: "job",
      isGlobal: false,
      tokenEndpointAuthMethod: "client_secret_post",
      appType: "non_interactive",
      grantTypes: ["client_credentials"],
      idTokenAlgorithm: "RS256",
      attachedKeys: undefined,
      usesMtls: false,
      referencedKeys: [],
    });
    expect(tenant.sent).toHaveLength(2);
    const [{ query } = { query: [] }] = tenant.managed();
    expect(query).toEqual(["fields", "include_fields"]);
    expect(tenant.tenant.requests.at(-1)?.query.fields).not.toContain("client_secret");
    expect(tenant.tenant.logs.filter(({ type }) => type === "mgmt_api_read")).toEqual([]);
  });

  test("that authenticates with keys says with which", async () => {
    await using tenant = await world();
    expect(await tenant.rotated("signer").client()).toMatchObject({
      tokenEndpointAuthMethod: undefined,
      attachedKeys: ["cred_old"],
      referencedKeys: ["cred_old"],
    });
  });

  test("names every key that anything of it refers to", async () => {
    await using tenant = await world();
    const record = tenant.tenant.state.clients.get("signer");
    Object.assign(record ?? {}, {
      client_authentication_methods: { self_signed_tls_client_auth: { credentials: [{ id: "cred_a" }] } },
      signed_request_object: { required: true, credentials: [{ id: "cred_b" }, { id: "cred_a" }] },
      token_vault_privileged_access: { credentials: [{ id: "cred_c" }] },
    });
    expect(await tenant.rotated("signer").client()).toMatchObject({
      attachedKeys: undefined,
      usesMtls: true,
      referencedKeys: ["cred_a", "cred_b", "cred_c"],
    });
    const methods = { tls_client_auth: { credentials: [{ id: "cred_a" }] } };
    Object.assign(record ?? {}, { client_authentication_methods: methods });
    expect(await tenant.rotated("signer").client()).toMatchObject({ usesMtls: true });
  });

  test("may lack any field, be public, global or gone", async () => {
    await using tenant = await world();
    expect(await tenant.rotated("bare").client()).toMatchObject({
      isGlobal: false,
      tokenEndpointAuthMethod: undefined,
      appType: undefined,
      grantTypes: undefined,
      idTokenAlgorithm: undefined,
    });
    expect(await tenant.rotated("page").client()).toMatchObject({
      tokenEndpointAuthMethod: "none",
      idTokenAlgorithm: "HS256",
    });
    const global = tenant.tenant.state.clients.all().find((client) => client.global);
    expect(await tenant.rotated(global?.client_id ?? "").client()).toMatchObject({ isGlobal: true });
    expect(await tenant.rotated("gone").client()).toBeUndefined();
  });

  test("is not read at all by a token that may not see how it authenticates", async () => {
    await using tenant = await world(ROTATOR_SCOPES.filter((scope) => scope !== "read:client_credentials"));
    const told = await errorOf(tenant.rotated("job").client());
    expect(told).toMatchObject({ code: "missing-scope", detail: "read:client_credentials" });
    expect(tenant.managed()).toEqual([]);
  });

  test("is not read where Auth0 refuses the fields after all", async () => {
    await using tenant = await world();
    const body = { statusCode: 403, errorCode: "insufficient_scope", message: "Some fields cannot be read with this" };
    tenant.tenant.faults.add({ match: { path: "/api/v2/*" }, effect: { kind: "answer", status: 403, body } });
    expect(await errorOf(tenant.rotated("job").client())).toMatchObject({ code: "missing-scope" });
  });

  test.each([
    { title: "its method", fields: { token_endpoint_auth_method: 5 } },
    { title: "whether it is the global one", fields: { global: "no" } },
    { title: "its keys", fields: { client_authentication_methods: { private_key_jwt: ["cred_old"] } } },
    { title: "its algorithm", fields: { jwt_configuration: { alg: ["HS256"] } } },
  ])("of which $title is in a form that nobody documented is not judged", async ({ fields }) => {
    await using tenant = await world();
    const effect: FaultEffect = { kind: "answer", status: 200, body: { client_id: "job", ...fields } };
    tenant.tenant.faults.add({ match: { path: "/api/v2/clients/job" }, effect });
    expect(await errorOf(tenant.rotated("job").client())).toMatchObject({ code: "unexpected-answer" });
  });
});

describe("a secret", () => {
  test("that was chosen is set in one request, and then accepted", async () => {
    await using tenant = await world();
    const rotated = tenant.rotated("job");
    await rotated.setSecret(new Secret(CANARY), Number.POSITIVE_INFINITY);
    expect(tenant.managed()).toEqual([
      { method: "PATCH", path: "/api/v2/clients/job", query: [], body: { client_secret: CANARY } },
    ]);
    tenant.clock.advance(30_000);
    expect(await rotated.probe(secretLogin("job", CANARY), "revoke")).toEqual({ answer: "accepted" });
    expect(await rotated.probe(secretLogin("job"), "revoke")).toEqual({ answer: "refused" });
  });

  test("is not set any more once the look at the stored one is too long ago", async () => {
    await using tenant = await world();
    tenant.tenant.faults.add({ match: { method: "PATCH" }, times: 1, effect: { kind: "throttle", retryAfter: 40 } });
    const patient = { attempts: 4, patience: 600_000, throttlePatience: 600_000, pause: 20 };
    const rotated = tenant.rotated("job", { retryPolicy: patient });
    const notAfter = tenant.clock.now() + 535_000; // a request may take 500 s of this clock
    const told = await errorOf(rotated.setSecret(new Secret(CANARY), notAfter));
    expect(told).toMatchObject({ code: "timed-out", detail: "its time was over" });
    expect(tenant.tenant.state.clients.get("job")?.client_secret).toBe("job-secret");
  });
});

describe("a probe", () => {
  test("is calibrated for the client, and asks with its own credential", async () => {
    await using tenant = await world();
    const rotated = tenant.rotated("job");
    expect(await rotated.calibrate(secretLogin("job"))).toEqual({ endpoint: "revoke" });
    expect(await rotated.probe(secretLogin("job"), "token")).toEqual({ answer: "accepted" });
    expect(tenant.managed()).toEqual([]); // without the rotator's login
  });

  test.each([
    { title: "a token, where the client has a grant", login: secretLogin("rotator"), expected: "accepted" },
    { title: "no grant, after it authenticated", login: secretLogin("job"), expected: "accepted" },
    { title: "a grant type that it may not use", login: secretLogin("site"), expected: "accepted" },
    { title: "a refused secret", login: secretLogin("job", "wrong"), expected: "refused" },
    { title: "an attached key", login: keyLogin("signer", OLD.jwk), expected: "accepted" },
    { title: "a key that is not attached", login: keyLogin("signer", NEW.jwk), expected: "refused" },
  ])("for a token finds $title: $expected", async ({ login, expected }) => {
    const site = machine("site", { grant_types: ["authorization_code"] });
    await using tenant = await rotatedSandbox({ clients: [...CLIENTS, site] });
    expect(await tenant.rotated(login.clientId).obtainToken(login)).toEqual({ answer: expected });
  });

  test.each([
    { title: "500 always", effect: { kind: "server-error", status: 500 } },
    { title: "no connection", effect: { kind: "drop" } },
    { title: "a network ACL", effect: { kind: "answer", status: 403, body: { error: "access_denied" } } },
    { title: "a proxy's 401", effect: { kind: "answer", status: 401, body: "<html>" } },
  ] satisfies { title: string; effect: FaultEffect }[])("takes $title for unknown", async ({ effect }) => {
    await using tenant = await world();
    tenant.tenant.faults.add({ match: { path: "/oauth/*" }, effect });
    const rotated = tenant.rotated("job");
    expect(await rotated.obtainToken(secretLogin("job"))).toMatchObject({ answer: "unknown" });
    expect(await rotated.probe(secretLogin("job"), "revoke")).toMatchObject({ answer: "unknown" });
    expect(await rotated.calibrate(secretLogin("job"))).toMatchObject({ endpoint: null, reason: "no-answer" });
  });
});

const NEW_KEY = { kid: "new-key-of-the-signer", publicKeyPem: NEW.pem, name: "curfew 2026-11-23" };

describe("a key", () => {
  test("is registered, found by its kid, attached beside the old one, and takes its place", async () => {
    await using tenant = await world();
    const rotated = tenant.rotated("signer");
    const { id, ...registered } = await rotated.registerKey(NEW_KEY);
    expect(registered).toEqual({ kid: NEW_KEY.kid, name: NEW_KEY.name });
    expect(await rotated.keys()).toEqual([
      { id: "cred_old", kid: "old-key-of-the-signer", name: "first" },
      { id, ...registered },
    ]);
    const accepted = async () => [
      (await rotated.obtainToken(keyLogin("signer", OLD.jwk))).answer,
      (await rotated.obtainToken(keyLogin("signer", NEW.jwk))).answer,
    ];
    expect(await accepted()).toEqual(["accepted", "refused"]); // registering alone lets nobody in
    await rotated.attachKeys(["cred_old", id]);
    expect(await accepted()).toEqual(["accepted", "accepted"]);
    await errorOf(rotated.deleteKey("cred_old")); // it is attached
    await rotated.attachKeys([id]);
    for (const _ of [1, 2]) await rotated.deleteKey("cred_old");
    expect(await accepted()).toEqual(["refused", "accepted"]);
    expect(await rotated.keys()).toEqual([{ id, ...registered }]);
  });

  test("whose registration was not answered is registered once, and found", async () => {
    await using tenant = await world();
    const rotated = tenant.rotated("signer");
    tenant.tenant.faults.add({ match: { method: "POST", path: "/api/v2/*" }, effect: { kind: "drop", when: "after" } });
    expect(await errorOf(rotated.registerKey(NEW_KEY))).toMatchObject({ code: "unreachable", retryable: true });
    expect(tenant.managed().map(({ method }) => method)).toEqual(["POST"]);
    expect((await rotated.keys()).map(({ kid }) => kid)).toEqual(["old-key-of-the-signer", NEW_KEY.kid]);
  });

  test("of a client that is gone is an error and no empty list, but deleting it is none", async () => {
    await using tenant = await world();
    expect(await errorOf(tenant.rotated("gone").keys())).toMatchObject({ code: "not-found" });
    await tenant.rotated("gone").deleteKey("cred_old");
  });
});

/** Every request to the Management API, by the scope that it needs. */
const REQUESTS: Record<string, { scope: string; run: (tenant: RotationTenant) => Promise<unknown> }> = {
  client: { scope: "read:clients", run: (tenant) => tenant.client() },
  setSecret: {
    scope: "update:client_keys",
    run: (tenant) => tenant.setSecret(new Secret(CANARY), Number.POSITIVE_INFINITY),
  },
  keys: { scope: "read:client_credentials", run: (tenant) => tenant.keys() },
  registerKey: { scope: "create:client_credentials", run: (tenant) => tenant.registerKey(NEW_KEY) },
  attachKeys: { scope: "update:client_credentials", run: (tenant) => tenant.attachKeys(["cred_old"]) },
  deleteKey: { scope: "delete:client_credentials", run: (tenant) => tenant.deleteKey("cred_none") },
};
const PASSING: FaultEffect[] = [
  { kind: "server-error" },
  { kind: "server-error", when: "after" },
  { kind: "drop" },
  { kind: "drop", when: "after" },
  { kind: "throttle", headers: false },
];
const LASTING: FaultEffect[] = [
  ...PASSING,
  { kind: "missing-feature" },
  { kind: "redirect", location: "https://elsewhere.example/" },
  { kind: "answer", status: 400, body: { statusCode: 400, message: CANARY, error: CANARY, errorCode: CANARY } },
  { kind: "answer", status: 422, body: CANARY },
];

test.each(Object.entries(REQUESTS))("%s rides out what passes, if it may be sent twice", async (name, { run }) => {
  for (const effect of PASSING) {
    await using tenant = await world();
    tenant.tenant.faults.add({ match: { path: "/api/v2/*" }, times: 1, effect });
    const outcome = await run(tenant.rotated("signer")).then(
      () => "done",
      () => "failed",
    );
    const once = name === "registerKey";
    expect({ effect, outcome, requests: tenant.managed().length }).toEqual({
      effect,
      outcome: once ? "failed" : "done",
      requests: once ? 1 : 2,
    });
  }
});

test.each(Object.entries(REQUESTS))(
  "%s says what failed, and nothing of what was sent",
  async (name, { run, scope }) => {
    for (const effect of LASTING) {
      await using tenant = await world();
      tenant.tenant.faults.add({ match: { path: "/api/v2/*" }, effect });
      const told = await errorOf(run(tenant.rotated("signer")));
      expect(told.message).toMatch(/\/clients\/\{|could not be reached/);
    }
    await using poor = await world(ROTATOR_SCOPES.filter((each) => each !== scope));
    if (name !== "client") expect(await errorOf(run(poor.rotated("signer")))).toMatchObject({ code: "missing-scope" });
    console.info(`auth0 tenant: ${name} × ${PASSING.length} passing and ${LASTING.length} lasting failures`);
  },
);

test("which scopes are missing to change a credential is said without a request, as far as Auth0 names any", async () => {
  const writing = {
    "client-secret": ["setSecret"],
    "private-key": ["registerKey", "attachKeys", "deleteKey"],
  } as const;
  for (const kind of ["client-secret", "private-key"] as const) {
    const scopes = writing[kind].map((name) => REQUESTS[name]?.scope ?? "");
    await using poor = await world(ROTATOR_SCOPES.filter((scope) => !scopes.includes(scope)));
    const tenant = poor.rotated("signer");
    expect(await tenant.missingScopes(kind)).toEqual(scopes);
    expect(await tenant.missingScopes(kind === "private-key" ? "client-secret" : "private-key")).toEqual([]);
    expect(poor.managed()).toEqual([]);
    const body = { access_token: "opaque", token_type: "Bearer", expires_in: 86_400 };
    poor.tenant.faults.add({ match: { path: "/oauth/token" }, effect: { kind: "answer", status: 200, body } });
    expect(await poor.rotated("signer").missingScopes(kind)).toEqual([]);
  }
});

describe.skipIf(!hasReference)("the requests, held against the Management API's reference", () => {
  test("have the bodies, parameters and scopes that it knows", async () => {
    await using tenant = await world();
    for (const { run } of Object.values(REQUESTS)) await run(tenant.rotated("signer"));
    const { problems, scopes } = againstReference(tenant.managed());
    expect(problems).toEqual([]);
    expect(Object.values(REQUESTS).filter(({ scope }) => !scopes.includes(scope))).toEqual([]);
    expect(tenant.managed()).toHaveLength(Object.keys(REQUESTS).length);
  });
});

test("nothing is changed after the deadline, also by a process that stood still over a retry", async () => {
  for (const name of ["setSecret", "registerKey", "attachKeys", "deleteKey"]) {
    await using tenant = await world();
    const { run } = REQUESTS[name] ?? {};
    const deadline = tenant.clock.now() + 560_000; // a request may take 500 s of this clock
    tenant.tenant.faults.add({ match: { path: "/api/v2/*" }, times: 1, effect: { kind: "throttle", retryAfter: 20 } });
    const rotated = tenant.rotated("signer", { deadline });
    const running = errorOf(run?.(rotated) ?? Promise.resolve());
    while (tenant.managed().length === 0) await setImmediate();
    tenant.clock.set(deadline + 3_600_000);
    await running;
    expect(await errorOf(run?.(rotated) ?? Promise.resolve())).toMatchObject({ detail: "its time was over" });
    expect(tenant.managed()).toHaveLength(1);
  }
});

test("an interrupt ends whatever is asked", async () => {
  await using tenant = await world();
  const signal = AbortSignal.abort(new CurfewError("interrupted", "Interrupted."));
  const rotated = tenant.rotated("signer", { signal });
  for (const { run } of Object.values(REQUESTS))
    expect(await errorOf(run(rotated))).toMatchObject({ code: "interrupted" });
  await expect(rotated.obtainToken(secretLogin("job"))).rejects.toMatchObject({ code: "interrupted" });
  expect(tenant.tenant.requests).toEqual([]);
});
