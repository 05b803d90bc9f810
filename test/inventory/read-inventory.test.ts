import { describe, expect, it } from "vitest";
import { openManagementApi } from "../../lib/auth0/management-api.ts";
import { type Inventory, SECTION_NAMES } from "../../lib/inventory/inventory.ts";
import { readInventory } from "../../lib/inventory/read-inventory.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { Secret } from "../../lib/model/secret.ts";
import { ALL_SCOPES, AUDITOR, type AuditedSandbox, auditedSandbox, QUICK_RETRIES } from "../support/audited-sandbox.ts";
import { keyPair } from "../support/keys.ts";

const { pem } = keyPair();
const never = new AbortController().signal;
const ALL = new Set(SECTION_NAMES);

function read(world: AuditedSandbox, wanted = ALL, signal = never, fetcher = fetch): Promise<Inventory> {
  const api = openManagementApi({
    address: { domain: world.target.domain, origin: world.tenant.origin },
    login: { method: "client-secret", clientId: AUDITOR.clientId, secret: new Secret(AUDITOR.secret) },
    plan: "enterprise",
    signal,
    clock: world.clock,
    fetch: fetcher,
    timeout: 500_000, // ten seconds of the machine: on a busy one a request must not be given up
    retryPolicy: QUICK_RETRIES,
  });
  return readInventory(api, wanted, signal);
}

const KEY_CLIENT = { name: "signer", client_id: "signer", credentials: [{ name: "key", pem }] };
const FIELDS_REFUSED = {
  errorCode: "insufficient_scope",
  statusCode: 403,
  error: "Forbidden",
  message: "Some fields cannot be read with the permissions granted by the bearer token scopes.",
};

describe("reading a tenant", () => {
  it("reads every section to its end", async () => {
    await using world = await auditedSandbox({ clients: [KEY_CLIENT], actions: [{ name: "enrich" }] });

    const inventory = await read(world);

    expect(Object.entries(inventory).map(([name, section]) => [name, section.status])).toEqual(
      SECTION_NAMES.map((name) => [name, "complete"]),
    );
    expect(inventory.clientCredentials).toMatchObject({ count: 1, data: [{ client_id: "signer" }] });
    expect(inventory.clients).toMatchObject({ count: 2 });
  });

  it("asks for keys only where an application refers to one", async () => {
    await using world = await auditedSandbox({ clients: [KEY_CLIENT, { name: "plain", client_id: "plain" }] });

    await read(world);

    const asked = world.tenant.requests.filter(({ path }) => path.endsWith("/credentials"));
    expect(asked.map(({ path }) => path)).toEqual(["/api/v2/clients/signer/credentials"]);
  });

  it("knows applications, but not how they authenticate, without read:client_credentials", async () => {
    const scopes = ALL_SCOPES.filter((scope) => scope !== "read:client_credentials");
    await using world = await auditedSandbox({ clients: [KEY_CLIENT] }, { scopes });

    const inventory = await read(world);

    const missing = { status: "unavailable", reason: "missing-scope", detail: "read:client_credentials" };
    expect(inventory.clients).toMatchObject({ status: "complete", count: 2 });
    expect(inventory.clientAuthentication).toEqual(missing);
    expect(inventory.clientCredentials).toEqual(missing);
    expect(world.tenant.requests.filter(({ path }) => path === "/api/v2/clients")).toHaveLength(1);
  });

  it("asks again without the optional fields when Auth0 refuses them all the same", async () => {
    await using world = await auditedSandbox({ clients: [KEY_CLIENT] });
    world.tenant.faults.add({
      match: { path: "/api/v2/clients" },
      times: 1,
      effect: { kind: "answer", status: 403, body: FIELDS_REFUSED },
    });

    const inventory = await read(world);

    expect(inventory.clients).toMatchObject({ status: "complete", count: 2 });
    expect(inventory.clientAuthentication).toMatchObject({ reason: "missing-scope" });
  });

  it("asks, and falls back, when Auth0 does not say which scopes the token has", async () => {
    const scopes = ALL_SCOPES.filter((scope) => scope !== "read:client_credentials");
    await using world = await auditedSandbox({ clients: [KEY_CLIENT] }, { scopes });
    const token = await fetch(`${world.tenant.origin}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: AUDITOR.clientId,
        client_secret: AUDITOR.secret,
        audience: `https://${world.target.domain}/api/v2/`,
      }),
    }).then((answer) => answer.json() as Promise<{ access_token: string }>);
    // Opaque: the same token behind another name, exchanged by the fetch below.
    const opaque: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      if (headers.has("authorization")) headers.set("authorization", `Bearer ${token.access_token}`);
      return fetch(input, { ...init, headers });
    };
    world.tenant.faults.add({
      match: { path: "/oauth/token" },
      effect: {
        kind: "answer",
        status: 200,
        body: { access_token: "opaque", expires_in: 3_600, token_type: "Bearer" },
      },
    });

    const inventory = await read(world, ALL, never, opaque);

    expect(inventory.clients).toMatchObject({ status: "complete", count: 2 });
    expect(inventory.clientAuthentication).toMatchObject({ reason: "missing-scope" });
  });

  it.each([
    {
      title: "an authentication method of an unknown form",
      fields: { client_authentication_methods: "private_key_jwt" },
    },
    {
      title: "keys for signed requests",
      fields: { signed_request_object: { required: true, credentials: [{ id: "cred_1" }] } },
    },
  ])("asks for the keys of an application with $title", async ({ fields }) => {
    await using world = await auditedSandbox({ clients: [{ name: "odd", client_id: "odd" }] });
    Object.assign(world.tenant.state.clients.get("odd") ?? {}, fields);

    await read(world);

    expect(world.tenant.requests.map(({ path }) => path)).toContain("/api/v2/clients/odd/credentials");
  });

  it("takes an application that is deleted meanwhile for one without keys", async () => {
    await using world = await auditedSandbox({ clients: [KEY_CLIENT] });
    world.tenant.faults.add({
      match: { path: "/api/v2/clients/signer/credentials" },
      effect: {
        kind: "answer",
        status: 404,
        body: {
          statusCode: 404,
          error: "Not Found",
          message: "The client does not exist",
          errorCode: "inexistent_client",
        },
      },
    });

    expect((await read(world)).clientCredentials).toEqual({ status: "complete", data: [], count: 0 });
  });

  const PAGED = ["clients", "resource_servers", "client_grants", "actions", "network_acls"];
  it.each(
    PAGED.flatMap((key) => [
      { key, form: "an object without a total", body: { [key]: [] }, at: "total" },
      { key, form: "an empty array", body: [], at: "the answer itself" },
    ]),
  )("takes $form for no list of $key", async ({ key, body, at }) => {
    const path = `/api/v2/${key === "actions" ? "actions/actions" : key.replace("_", "-")}`;
    await using world = await auditedSandbox();
    world.tenant.faults.add({ match: { path }, effect: { kind: "answer", status: 200, body } });

    const section = key.replace(/_(.)/, (_, letter: string) => letter.toUpperCase()) as keyof Inventory;
    expect((await read(world))[section]).toEqual({
      status: "unavailable",
      reason: "fetch-failed",
      detail: `unexpected form at ${at}`,
    });
  });

  it("requests and reports nothing that nobody needs", async () => {
    await using world = await auditedSandbox();

    const inventory = await read(world, new Set(["tenantSettings"]));

    expect(Object.keys(inventory)).toEqual(["tenantSettings"]);
    expect(world.tenant.requests.map(({ path }) => path)).toEqual(["/oauth/token", "/api/v2/tenants/settings"]);
  });

  it("never names a secret in fields=, and names fields wherever the endpoint lets it", async () => {
    await using world = await auditedSandbox();

    await read(world);

    const fields = world.tenant.requests.flatMap(({ query }) =>
      query.fields === undefined ? [] : [String(query.fields)],
    );
    expect(fields).toHaveLength(3); // clients, resource servers, tenant settings
    expect(fields.filter((list) => /secret|signing_keys|encryption_key/.test(list))).toEqual([]);
  });

  it("marks what it could not read before the deadline, and still answers", async () => {
    await using world = await auditedSandbox({}, { speed: 1 });
    world.tenant.faults.add({ match: { path: "/api/v2/actions/actions" }, effect: { kind: "hang" } });
    const deadline = new AbortController();
    const reading = read(world, ALL, deadline.signal);
    const answered = 11; // the token, six sections of one request and four templates
    while (world.tenant.requests.filter(({ status }) => status !== null).length < answered)
      await new Promise(setImmediate);
    deadline.abort(new CurfewError("timed-out", "The deadline is near.", { detail: "deadline" }));

    const inventory = await reading;

    expect(inventory.actions).toEqual({ status: "unavailable", reason: "time-out", detail: "deadline" });
    expect(inventory.tenantSettings).toMatchObject({ status: "complete" });
  });

  it("ends without an inventory when a person interrupts it", async () => {
    await using world = await auditedSandbox({}, { speed: 1 });
    world.tenant.faults.add({ match: { path: "/api/v2/actions/actions" }, effect: { kind: "hang" } });
    const interrupt = new AbortController();
    const reading = read(world, ALL, interrupt.signal);
    interrupt.abort(new CurfewError("interrupted", "Interrupted."));

    await expect(reading).rejects.toMatchObject({ code: "interrupted" });
  });
});
