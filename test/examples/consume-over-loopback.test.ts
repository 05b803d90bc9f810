import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describe, expect, it } from "vitest";
import { consumeSecret, secretsManager, tokenFor, tokens } from "../../examples/consume-secret.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { startSecretsManager } from "../../lib/sandbox/cloud/secrets-manager/start-secrets-manager.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { adminApi, aSandbox, DOMAIN, MANAGEMENT_API, machine } from "../sandbox/support/a-sandbox.ts";
import { keyPair } from "../support/keys.ts";

const NAME = "apps/shop/auth0";
const OLD_KEY = keyPair("old-key");
const NEW_KEY = keyPair("new-key");

/** A tenant, a Secrets Manager that holds `stored` for its client *shop*, and a consumer of that. */
async function aWorld(stored: string, seed: Partial<TenantSeed>) {
  await using stack = new AsyncDisposableStack();
  const clientGrants = [{ client_id: "shop", audience: MANAGEMENT_API, scope: ["read:clients"] }];
  const { tenant, sandbox } = stack.use(await aSandbox({ clientGrants, ...seed }, systemClock));
  const vault = stack.use(await startSecretsManager());
  const first = vault.call("CreateSecret", { Name: NAME, SecretString: stored }).VersionId;
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const client = new SecretsManagerClient({ endpoint: vault.origin, region: "us-east-1", credentials });
  stack.defer(() => client.destroy());
  // Pauses move the tenant's clock instead of taking time.
  const clock = { now: () => sandbox.clock.now(), sleep: async (pause: number) => sandbox.clock.advance(pause) };
  const withSecret = consumeSecret({ read: secretsManager(client, NAME), clock });
  const { origin } = tenant;
  const request = { domain: DOMAIN, clientId: "shop", audience: MANAGEMENT_API, origin, now: clock.now };
  const token = tokenFor(request);
  const running = stack.move();
  return {
    api: await adminApi(tenant),
    use: () => withSecret(token),
    token: tokens(withSecret, request),
    advance: (milliseconds: number) => void sandbox.clock.advance(milliseconds),
    async useOften(times: number) {
      for (let time = 0; time < times; time++) expect((await withSecret(token)).accessToken).toMatch(/^ey/);
    },
    /** What a rotation does in Secrets Manager before anything else; gives what it does in the end. */
    storePending(value: string) {
      const next = randomUUID();
      const version = { ClientRequestToken: next, SecretString: value, VersionStages: ["AWSPENDING"] };
      vault.call("PutSecretValue", { SecretId: NAME, ...version });
      const move = { VersionStage: "AWSCURRENT", MoveToVersionId: next, RemoveFromVersionId: first };
      return () => vault.call("UpdateSecretVersionStage", { SecretId: NAME, ...move });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

describe("the example, with a real Secrets Manager client and over HTTP,", () => {
  it.each([
    { title: "plain text", form: (secret: string) => secret },
    { title: "JSON", form: (clientSecret: string) => JSON.stringify({ clientSecret, clientId: "shop" }) },
  ])("obtains tokens all through the rotation of a client secret that is stored as $title", async ({ form }) => {
    const clients = [machine("shop", { client_secret: "old" })];
    await using world = await aWorld(form("old"), { clients, propagation: { mode: "flapping", seconds: 30 } });
    await world.useOften(2);
    const promote = world.storePending(form("new"));
    await world.useOften(2);

    await world.api("PATCH /clients/shop", { client_secret: "new" });
    await world.useOften(20);
    promote();
    await world.useOften(20);

    console.info("example over loopback: 44 tokens through a flapping rotation");
  });

  it.each([
    { title: "text", form: (jwk: string) => JSON.stringify({ privateKeyJwk: jwk }) },
    { title: "an object", form: (jwk: string) => JSON.stringify({ privateKeyJwk: JSON.parse(jwk) }) },
    { title: "a bare JSON Web Key", form: (jwk: string) => jwk },
  ])("obtains tokens all through the rotation of a private key that is stored as $title", async ({ form }) => {
    const credentials = [
      { id: "old", kid: "old-key", pem: OLD_KEY.pem },
      { id: "new", kid: "new-key", pem: NEW_KEY.pem, attached: false },
    ];
    const clients = [machine("shop", { credentials, omit: ["token_endpoint_auth_method"] })];
    await using world = await aWorld(form(OLD_KEY.jwk), { clients });
    const attach = async (...ids: string[]) => {
      const private_key_jwt = { credentials: ids.map((id) => ({ id })) };
      const { status } = await world.api("PATCH /clients/shop", {
        client_authentication_methods: { private_key_jwt },
      });
      expect(status).toBe(200);
    };
    await world.useOften(2);
    const promote = world.storePending(form(NEW_KEY.jwk));

    await attach("old", "new");
    await world.useOften(2);
    promote();
    await world.useOften(2);
    await attach("new");

    await world.useOften(2);
  });

  it("says what is wrong when the grant is missing, and does not take it for a refusal", async () => {
    const clients = [machine("shop", { client_secret: "old" })];
    await using world = await aWorld("old", { clients, clientGrants: [] });

    await expect(world.use()).rejects.toThrow("Auth0 gave no token: status 403.");
  });

  it("quotes nothing of a value that is broken", async () => {
    await using world = await aWorld('{"clientSecret": "never-show-this', {});

    await expect(world.use()).rejects.toThrow(/^The stored value is not valid JSON\.$/);
  });

  it("sends the secret nowhere else when it is redirected", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    await using stack = new AsyncDisposableStack();
    await once(server.listen(0, "127.0.0.1"), "listening");
    stack.defer(async () => void (await once(server.close(), "close")));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const asking = tokenFor({ domain: DOMAIN, clientId: "shop", audience: MANAGEMENT_API, origin })("secret");

    await expect(asking).rejects.toThrow("fetch failed");
    expect(asked).toEqual(["/oauth/token"]);
  });

  it("keeps a token until shortly before it expires, and asks once for callers that come together", async () => {
    const clients = [machine("shop", { client_secret: "old" })];
    await using world = await aWorld("old", { clients });

    const together = await Promise.all([world.token(), world.token(), world.token()]);
    const later = await world.token();
    world.advance(86_400_000 - 59_000);
    const replaced = await world.token();

    expect(new Set([...together, later]).size).toBe(1);
    expect(replaced).toMatch(/^ey/);
    expect(replaced).not.toBe(later);
  });
});
