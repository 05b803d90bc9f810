import { describe, expect, test } from "vitest";
import { RESPONDER_SCOPES } from "../../../lib/auth0/responder-endpoints.ts";
import type { FaultEffect } from "../../../lib/sandbox/faults/fault.ts";
import { MANAGEMENT_API } from "../../sandbox/support/a-sandbox.ts";
import { secretLogin } from "../../support/wired-sandbox.ts";
import { errorOf, ORDERS, type World, world } from "./world.ts";

const called = ({ sent }: World): string[] => sent.map(({ method, path }) => `${method} ${path}`);

describe("an application", () => {
  test("is locked in three round trips, the token's included", async () => {
    await using tenant = await world();
    const responder = tenant.responder("job");
    const client = await responder.client();
    await responder.setGrantTypes(client?.grantTypes?.filter((type) => type !== "client_credentials") ?? []);
    expect(called(tenant)).toEqual(["POST /oauth/token", "GET /api/v2/clients/job", "PATCH /api/v2/clients/job"]);
    expect(tenant.managed().at(-1)?.body).toEqual({ grant_types: [] });
    expect(await responder.tokenFor(secretLogin("job"), ORDERS)).toEqual({ answer: "denied" });
  });

  test("is read without its secret, and says how it authenticates", async () => {
    await using tenant = await world();
    expect(await tenant.responder("job").client()).toEqual({
      clientId: "job",
      isGlobal: false,
      name: "job",
      appType: "non_interactive",
      tokenEndpointAuthMethod: "client_secret_post",
      grantTypes: ["client_credentials"],
      attachedKeys: undefined,
    });
    expect(await tenant.responder("signer").client()).toMatchObject({ attachedKeys: ["cred_old", "cred_new"] });
    const asked = tenant.tenant.requests.map(({ query }) => query.fields ?? "").join();
    expect(asked).toContain("client_authentication_methods");
    expect(asked).not.toContain("client_secret");
    expect(tenant.tenant.logs.filter(({ type }) => type === "mgmt_api_read")).toEqual([]);
  });

  test("may authenticate with certificates, of both sorts", async () => {
    await using tenant = await world();
    const credentials = (id: string) => ({ credentials: [{ id }] });
    const methods = { tls_client_auth: credentials("cred_a"), self_signed_tls_client_auth: credentials("cred_b") };
    const body = { client_id: "job", client_authentication_methods: methods, grant_types: [] };
    const effect: FaultEffect = { kind: "answer", status: 200, body };
    tenant.tenant.faults.add({ match: { path: "/api/v2/clients/job" }, effect });
    expect(await tenant.responder("job").client()).toMatchObject({ certificates: ["cred_a", "cred_b"] });
  });

  test("may lack any field, be the global one or gone", async () => {
    await using tenant = await world();
    expect(await tenant.responder("bare").client()).toMatchObject({ appType: undefined, grantTypes: undefined });
    const global = tenant.tenant.state.clients.all().find((client) => client.global);
    expect(await tenant.responder(global?.client_id ?? "").client()).toMatchObject({ isGlobal: true });
    expect(await tenant.responder("gone").client()).toBeUndefined();
  });

  test("is read as far as the token may see it", async () => {
    await using tenant = await world(RESPONDER_SCOPES.filter((scope) => scope !== "read:client_credentials"));
    expect(await tenant.responder("signer").client()).toMatchObject({ clientId: "signer", attachedKeys: undefined });
    expect(tenant.managed()).toHaveLength(1);
    expect(tenant.tenant.requests.at(-1)?.query.fields).not.toContain("client_authentication_methods");
    expect(await errorOf(tenant.responder("signer").keys())).toMatchObject({
      code: "missing-scope",
      detail: "read:client_credentials",
    });
  });

  test("is read once more without what Auth0 refuses after all", async () => {
    await using tenant = await world();
    const body = { statusCode: 403, errorCode: "insufficient_scope", message: "Some fields cannot be read with this" };
    const effect: FaultEffect = { kind: "answer", status: 403, body };
    tenant.tenant.faults.add({ match: { path: "/api/v2/clients/signer" }, effect, times: 1 });
    expect(await tenant.responder("signer").client()).toMatchObject({ clientId: "signer", attachedKeys: undefined });
  });

  test("is read although somebody wrote nonsense into what nothing is given back from", async () => {
    await using tenant = await world();
    const odd = { client_id: "job", name: 5, app_type: [], client_authentication_methods: "x", grant_types: ["a"] };
    tenant.tenant.faults.add({
      match: { path: "/api/v2/clients/job" },
      effect: { kind: "answer", status: 200, body: odd },
    });
    expect(await tenant.responder("job").client()).toMatchObject({ name: undefined, grantTypes: ["a"] });
  });

  test.each([{ grant_types: "all" }, { global: "no" }])("is not judged with %j", async (fields) => {
    await using tenant = await world();
    const effect: FaultEffect = { kind: "answer", status: 200, body: { client_id: "job", ...fields } };
    tenant.tenant.faults.add({ match: { path: "/api/v2/clients/job" }, effect });
    expect(await errorOf(tenant.responder("job").client())).toMatchObject({ code: "unexpected-answer" });
  });

  test("stays with one of its two keys", async () => {
    await using tenant = await world();
    const responder = tenant.responder("signer");
    expect(await responder.keys()).toEqual([
      { id: "cred_old", kid: "old-key-of-the-signer", name: "first" },
      { id: "cred_new", kid: "new-key-of-the-signer", name: "second" },
    ]);
    await responder.attachKeys(["cred_new"]);
    expect(await responder.client()).toMatchObject({ attachedKeys: ["cred_new"] });
  });
});

describe("a token for an application", () => {
  test("is got by a secret in the header, too, and never kept", async () => {
    await using tenant = await world();
    const responder = tenant.responder("basic");
    expect(await responder.tokenFor(secretLogin("basic"), ORDERS)).toEqual({
      answer: "issued",
      scopes: ["read:orders", "pay"],
    });
    expect(called(tenant)).toEqual(["POST /oauth/token", "POST /oauth/token"]);
  });

  test("is refused for a wrong secret, in both ways", async () => {
    await using tenant = await world();
    for (const id of ["job", "basic"]) {
      const wrong = secretLogin(id, "wrong");
      expect(await tenant.responder(id).tokenFor(wrong, ORDERS)).toEqual({ answer: "refused" });
    }
  });

  test.each([
    { title: "is throttled", effect: { kind: "answer", status: 429, body: {} }, detail: "too many requests" },
    { title: "fails", effect: { kind: "answer", status: 503, body: {} }, detail: "status 503" },
    { title: "answers nonsense", effect: { kind: "answer", status: 403, body: { error: "x" } }, detail: "status 403" },
  ] satisfies { title: string; effect: FaultEffect; detail: string }[])(
    "is not known where Auth0 $title",
    async ({ effect, detail }) => {
      await using tenant = await world();
      tenant.tenant.faults.add({ match: { path: "/oauth/token" }, effect });
      expect(await tenant.responder("job").tokenFor(secretLogin("job"), ORDERS)).toEqual({ answer: "unknown", detail });
    },
  );
});

describe("the APIs", () => {
  test("come with their lifetimes, the Management API among them", async () => {
    await using tenant = await world();
    const apis = await tenant.responder("job").apis();
    expect(apis).toContainEqual(expect.objectContaining({ identifier: ORDERS, token_lifetime: 7200 }));
    expect(apis.map(({ identifier }) => identifier)).toContain(MANAGEMENT_API);
  });
});
