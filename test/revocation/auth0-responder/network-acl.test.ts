import { describe, expect, test } from "vitest";
import { DOMAIN, MANAGEMENT_API } from "../../sandbox/support/a-sandbox.ts";
import { respondedSandbox } from "../../support/responded-sandbox.ts";
import { errorOf, SEED, type World, world } from "./world.ts";

describe("a network ACL", () => {
  const EGRESS = ["127.0.0.1/32", "2001:db8::/64"];
  const thief = async ({ tenant }: World) => {
    const token = await tenant.fetch(`https://${DOMAIN}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "job",
        client_secret: "job-secret",
        audience: MANAGEMENT_API,
      }),
    });
    const { access_token } = (await token.json()) as { access_token: string };
    return async () => {
      const headers = { authorization: `Bearer ${access_token}` };
      return (await tenant.fetchFrom("198.51.100.1")(`https://${DOMAIN}/api/v2/clients`, { headers })).status;
    };
  };

  test("keeps everybody else from the Management API, as the first that is free, until it goes", async () => {
    await using tenant = await world();
    const responder = tenant.responder("job");
    const steal = await thief(tenant);
    expect(await steal()).toBe(200);
    for (const priority of [1, 2]) {
      const rule = { scope: "tenant", action: { log: true }, match: { asns: [64_496] } };
      tenant.tenant.state.networkAcls.set(`acl_${priority}`, { id: `acl_${priority}`, active: true, priority, rule });
    }
    await responder.createNetworkAcl("curfew: an incident", EGRESS);
    expect(await steal()).toBe(403);
    const acls = await responder.networkAcls();
    expect(acls.map(({ description, isActive }) => ({ description, isActive }))).toEqual([
      { description: "", isActive: true },
      { description: "", isActive: true },
      { description: "curfew: an incident", isActive: true },
    ]);
    expect(tenant.managed().find(({ method }) => method === "POST")?.body).toEqual({
      description: "curfew: an incident",
      active: true,
      priority: 3,
      rule: {
        scope: "management",
        action: { block: true },
        not_match: { ipv4_cidrs: ["127.0.0.1/32"], ipv6_cidrs: ["2001:db8::/64"] },
      },
    });
    for (let again = 0; again < 2; again += 1) await responder.deleteNetworkAcl(acls.at(-1)?.id ?? "");
    expect(await steal()).toBe(200);
    // Ranges that Curfew itself is not in: made, and then it is refused as a stranger is.
    await responder.createNetworkAcl("curfew: an incident", ["203.0.113.7/32"]);
    expect(await errorOf(responder.networkAcls())).toMatchObject({ code: "request-refused", detail: "status 403" });
  });

  test("without a range is not made: it would keep out Curfew itself", async () => {
    await using tenant = await world();
    expect(await errorOf(tenant.responder("job").createNetworkAcl("x", []))).toMatchObject({
      code: "configuration-invalid",
    });
    expect(tenant.tenant.state.networkAcls.size).toBe(0);
  });

  test("that the plan does not have is told", async () => {
    await using tenant = await respondedSandbox({ ...SEED, features: { networkAcls: "insufficient_entitlement" } });
    const told = await errorOf(tenant.responder("job").createNetworkAcl("x", EGRESS));
    expect(told).toMatchObject({ code: "feature-unavailable" });
  });
});
