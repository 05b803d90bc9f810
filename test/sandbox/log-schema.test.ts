import { describe, expect, it } from "vitest";
import { hasReference } from "../support/reference.ts";
import { ADMIN, adminApi, aSandbox, askManagementToken, askToken } from "./support/a-sandbox.ts";
import { logSchemas } from "./support/reference-schemas.ts";
import { takeTour } from "./support/tour.ts";

describe.skipIf(!hasReference)("tenant log events, held against Auth0's schema", () => {
  it("are valid, whatever was done", async () => {
    const { world } = await takeTour();
    await using _ = world.sandbox;
    const { tenant } = world;
    await askManagementToken(tenant, ADMIN.id, "wrong");
    await askManagementToken(tenant, "nobody", "wrong");
    const userTokens = await tenant.issueUserTokens({
      clientId: "window",
      userId: "auth0|bob",
      audience: "https://spare/",
    });
    const refresh = { grant_type: "refresh_token", client_id: "window" };
    await askToken(tenant, { ...refresh, refresh_token: userTokens.refreshToken });
    await askToken(tenant, { ...refresh, refresh_token: "unknown" });
    const events = [...tenant.logs, ...(await throttledEvents())];
    const types = [...new Set(events.map(({ type }) => type))].sort();
    expect(types).toEqual(["api_limit", "feccft", "fertft", "mgmt_api_read", "sapi", "seccft", "sertft"]);
    const schemaOf = logSchemas();
    const validators = new Map(types.map((type) => [type, schemaOf(type)]));
    const invalid = events.filter((event) => !validators.get(event.type)?.(event));
    expect(invalid.map(({ type }) => ({ type, errors: validators.get(type)?.errors }))).toEqual([]);
    console.log(`log schema: ${events.length} events of ${types.length} types`);
  });
});

/** What a tenant logs that was asked too fast. */
async function throttledEvents() {
  await using world = await aSandbox({ rateLimits: true, plan: "free" });
  const api = await adminApi(world.tenant);
  for (let request = 0; request < 4; request++) await api("GET /tenants/settings");
  return world.tenant.logs;
}
