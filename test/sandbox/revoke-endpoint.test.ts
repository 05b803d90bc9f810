import { describe, expect, it } from "vitest";
import { aSandbox, machine, send } from "./support/a-sandbox.ts";

const clients = [
  machine("job"),
  machine("site", { app_type: "regular_web" }),
  machine("basic", { token_endpoint_auth_method: "client_secret_basic" }),
  { name: "window", client_id: "window", app_type: "spa" },
];

async function revokeAs(
  world: Awaited<ReturnType<typeof aSandbox>>,
  client_id: string,
  secret?: string,
  token = "random",
) {
  const body = new URLSearchParams({ client_id, token, ...(secret === undefined ? {} : { client_secret: secret }) });
  const { status, body: text } = await send(world.tenant, "/oauth/revoke", { method: "POST", body });
  return status === 200 ? [status, text] : [status];
}

describe("POST /oauth/revoke", () => {
  it.each([
    { client: "job", secret: "job-secret", answer: [200, ""] },
    { client: "job", secret: "wrong", answer: [401] },
    { client: "job", secret: undefined, answer: [401] },
    { client: "site", secret: "wrong", answer: [401] },
    { client: "window", secret: undefined, answer: [200, ""] },
    { client: "basic", secret: "basic-secret", answer: [401] },
    { client: "nobody", secret: "x", answer: [401] },
  ])("as $client with $secret and an unknown token: $answer", async ({ client, secret, answer }) => {
    await using world = await aSandbox({ clients });
    expect(await revokeAs(world, client, secret)).toEqual(answer);
  });

  it("takes HTTP Basic from clients that are set to it", async () => {
    await using world = await aSandbox({ clients });
    const status = async (secret: string) => {
      const headers = { authorization: `Basic ${Buffer.from(`basic:${secret}`).toString("base64")}` };
      const init = { method: "POST", headers, body: new URLSearchParams({ token: "random" }) };
      return (await send(world.tenant, "/oauth/revoke", init)).status;
    };
    expect([await status("basic-secret"), await status("wrong")]).toEqual([200, 401]);
  });

  it("checks secrets of regular web applications only, in a tenant that is so", async () => {
    await using world = await aSandbox({ clients, revokeAuthentication: "regular-web-only" });
    expect(await revokeAs(world, "job", "wrong")).toEqual([200, ""]);
    expect(await revokeAs(world, "site", "wrong")).toEqual([401]);
    expect(await revokeAs(world, "nobody", "wrong")).toEqual([401]);
  });

  it("wants a token, and does not touch those of other clients", async () => {
    await using world = await aSandbox({ clients, resourceServers: [{ identifier: "https://orders/" }] });
    expect(
      (
        await send(world.tenant, "/oauth/revoke", {
          method: "POST",
          body: new URLSearchParams({ client_id: "window" }),
        })
      ).status,
    ).toBe(400);
    const { refreshToken } = await world.tenant.issueUserTokens({
      clientId: "window",
      userId: "u",
      audience: "https://orders/",
    });
    await revokeAs(world, "job", "job-secret", refreshToken);
    expect([...world.tenant.state.refreshTokens.values()][0]?.revoked).toBe(false);
    await revokeAs(world, "window", undefined, refreshToken);
    expect([...world.tenant.state.refreshTokens.values()][0]?.revoked).toBe(true);
  });
});
