import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { aSandbox, askToken, DOMAIN, MANAGEMENT_API, machine, START } from "./support/a-sandbox.ts";

const first = generateKeyPairSync("rsa", { modulusLength: 2048 });
const second = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (key: KeyObject) => key.export({ format: "pem", type: "spki" }).toString();

const NOW = START / 1000;

interface AssertionParts {
  alg?: string;
  key?: KeyObject;
  kid?: string;
  claims?: Record<string, unknown>;
}

async function assertion({ alg = "RS256", key = first.privateKey, kid, claims = {} }: AssertionParts = {}) {
  const standard = { iss: "robot", sub: "robot", aud: `https://${DOMAIN}/`, iat: NOW, exp: NOW + 60, jti: "one" };
  const header = { alg, ...(kid === undefined ? {} : { kid }) };
  return new SignJWT({ ...standard, ...claims }).setProtectedHeader(header).sign(key);
}

const robots = () => ({
  clients: [
    machine("robot", {
      client_secret: "robot-secret",
      credentials: [
        { id: "cred_first", kid: "first-key-id", pem: pem(first.publicKey) },
        { id: "cred_second", kid: "second-key-id", pem: pem(second.publicKey), attached: false },
      ],
    }),
  ],
  clientGrants: [{ client_id: "robot", audience: MANAGEMENT_API, scope: ["read:clients"] }],
});

const exchange = (tenant: Parameters<typeof askToken>[0], client_assertion: string) =>
  askToken(tenant, {
    grant_type: "client_credentials",
    client_id: "robot",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion,
    audience: MANAGEMENT_API,
  });

describe("a client assertion", () => {
  it("gets a token once, and never again with the same jti", async () => {
    await using world = await aSandbox(robots());
    expect((await exchange(world.tenant, await assertion())).status).toBe(200);
    const again = await exchange(world.tenant, await assertion({ claims: { iat: NOW + 1 } }));
    expect([again.status, again.body.error]).toEqual([401, "invalid_client"]);
    expect((await exchange(world.tenant, await assertion({ claims: { jti: "two" } }))).status).toBe(200);
  });

  it("leaves its jti unused when it was refused for another reason", async () => {
    await using world = await aSandbox(robots());
    expect((await exchange(world.tenant, await assertion({ claims: { aud: "elsewhere" } }))).status).toBe(401);
    expect((await exchange(world.tenant, await assertion())).status).toBe(200);
  });

  it.each([
    { title: "another issuer", parts: { claims: { iss: "other" } } },
    { title: "another subject", parts: { claims: { sub: "other" } } },
    { title: "an audience without the trailing slash", parts: { claims: { aud: `https://${DOMAIN}` } } },
    { title: "an end in the past", parts: { claims: { exp: NOW - 1 } } },
    { title: "an end more than five minutes ahead", parts: { claims: { exp: NOW + 301 } } },
    { title: "no end", parts: { claims: { exp: undefined } } },
    { title: "no jti", parts: { claims: { jti: undefined } } },
    { title: "more than 2,048 bytes", parts: { claims: { padding: "x".repeat(2_048) } } },
    { title: "a key that is registered but not attached", parts: { key: second.privateKey, kid: "second-key-id" } },
    { title: "the right key under another kid", parts: { kid: "second-key-id" } },
    { title: "an algorithm that the key is not registered for", parts: { alg: "PS256" } },
  ])("is refused with $title", async ({ parts }) => {
    await using world = await aSandbox(robots());
    expect((await exchange(world.tenant, await assertion(parts))).status).toBe(401);
  });

  it.each(["RS384", "PS256"])("may be signed with %s when the key is registered for it", async (alg) => {
    await using world = await aSandbox(robots());
    Object.assign(world.tenant.state.credentials.get("robot")?.[0] ?? {}, { alg });
    expect((await exchange(world.tenant, await assertion({ alg }))).status).toBe(200);
  });

  it("is refused once its key has expired", async () => {
    await using world = await aSandbox(robots());
    const credential = world.tenant.state.credentials.get("robot")?.[0];
    Object.assign(credential ?? {}, { expires_at: new Date(START + 1_000).toISOString() });
    expect((await exchange(world.tenant, await assertion())).status).toBe(200);
    world.sandbox.clock.advance(1_000);
    expect((await exchange(world.tenant, await assertion({ claims: { jti: "two" } }))).status).toBe(401);
  });

  it("works with either of two attached keys", async () => {
    await using world = await aSandbox(robots());
    const both = { private_key_jwt: { credentials: [{ id: "cred_first" }, { id: "cred_second" }] } };
    Object.assign(world.tenant.state.clients.get("robot") ?? {}, { client_authentication_methods: both });
    expect((await exchange(world.tenant, await assertion())).status).toBe(200);
    const other = await assertion({ key: second.privateKey, claims: { jti: "two" } });
    expect((await exchange(world.tenant, other)).status).toBe(200);
  });

  it("is the only way in: the secret is not, until the client is switched back", async () => {
    await using world = await aSandbox(robots());
    const bySecret = () =>
      askToken(world.tenant, {
        grant_type: "client_credentials",
        client_id: "robot",
        client_secret: "robot-secret",
        audience: MANAGEMENT_API,
      });
    expect((await bySecret()).status).toBe(401);
    delete world.tenant.state.clients.get("robot")?.client_authentication_methods;
    expect((await bySecret()).status).toBe(200);
  });

  it("is refused where the plan lacks the feature", async () => {
    await using world = await aSandbox({ ...robots(), plan: "professional" });
    expect((await exchange(world.tenant, await assertion())).status).toBe(401);
  });
});
