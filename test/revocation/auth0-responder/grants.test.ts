import { describe, expect, test } from "vitest";
import { MANAGEMENT_API, machine } from "../../sandbox/support/a-sandbox.ts";
import { respondedSandbox } from "../../support/responded-sandbox.ts";
import { secretLogin } from "../../support/wired-sandbox.ts";
import { errorOf, ORDERS, world } from "./world.ts";

describe("grants", () => {
  test("are those of the application alone, whatever the answer holds", async () => {
    await using tenant = await world();
    const responder = tenant.responder("job");
    const own = [
      {
        id: "cgr_orders",
        audience: ORDERS,
        scopes: ["read:orders"],
        allowsAllScopes: undefined,
        subjectType: "client",
        organizationUsage: "allow",
        allowsAnyOrganization: undefined,
        isSystem: false,
      },
      expect.objectContaining({ id: "cgr_api", audience: MANAGEMENT_API, scopes: ["read:clients", "update:clients"] }),
    ];
    expect(await responder.grants()).toEqual(own);
    const everybodys = tenant.tenant.state.clientGrants.all();
    const body = { client_grants: everybodys, total: everybodys.length, start: 0, limit: 100 };
    tenant.tenant.faults.add({
      match: { path: "/api/v2/client-grants" },
      effect: { kind: "answer", status: 200, body },
    });
    expect(await responder.grants()).toEqual(own);
  });

  test("are many, and all of them are read", async () => {
    const many = Array.from({ length: 230 }, (_, index) => `https://api-${index}/`);
    await using tenant = await respondedSandbox({
      clients: [machine("job")],
      resourceServers: many.map((identifier) => ({ identifier })),
      clientGrants: many.map((audience) => ({ client_id: "job", audience, scope: ["a"] })),
    });
    expect((await tenant.responder("job").grants()).map(({ audience }) => audience)).toEqual(many);
    expect(tenant.managed()).toHaveLength(3);
  });

  test("go once and for all, and no token is given out for them", async () => {
    await using tenant = await world();
    const responder = tenant.responder("job");
    expect(await responder.tokenFor(secretLogin("job"), ORDERS)).toEqual({ answer: "issued", scopes: ["read:orders"] });
    for (let again = 0; again < 2; again += 1) await responder.deleteGrant("cgr_orders");
    expect(await responder.tokenFor(secretLogin("job"), ORDERS)).toEqual({ answer: "denied" });
    expect(await responder.tokenFor(secretLogin("job"), MANAGEMENT_API)).toMatchObject({ answer: "issued" });
    expect(tenant.tenant.state.clientGrants.has("cgr_other")).toBe(true);
  });

  test("of Auth0's own stay", async () => {
    await using tenant = await world();
    Object.assign(tenant.tenant.state.clientGrants.get("cgr_api") ?? {}, { is_system: true });
    const responder = tenant.responder("job");
    expect((await responder.grants()).map(({ isSystem }) => isSystem)).toEqual([false, true]);
    expect(await errorOf(responder.deleteGrant("cgr_api"))).toMatchObject({ code: "request-refused" });
  });

  test("come back as they were, with their organizations, and not twice", async () => {
    await using tenant = await world();
    const responder = tenant.responder("job");
    const [orders] = await responder.grants();
    const organizations = await responder.organizationsOf("cgr_orders");
    expect(organizations).toEqual(["org_1", "org_2"]);
    if (!orders) throw new Error("there is a grant");
    await responder.deleteGrant(orders.id);
    const id = await responder.createGrant({ ...orders, organizations, authorizationDetailsTypes: ["payment"] });
    for (const organization of [...organizations, "org_1"]) await responder.addOrganization(id, organization);
    const { isSystem: _, id: __, ...fields } = orders;
    const back = (await responder.grants()).find((grant) => grant.id === id);
    expect(back).toMatchObject({ ...fields, authorizationDetailsTypes: ["payment"] });
    expect(await responder.organizationsOf(id)).toEqual(organizations);
    const again = responder.createGrant({ ...orders, organizations });
    expect(await errorOf(again)).toMatchObject({ code: "request-refused" });
  });

  test("for all scopes come back for all scopes", async () => {
    await using tenant = await world();
    const responder = tenant.responder("basic");
    const [all] = await responder.grants();
    if (!all) throw new Error("there is a grant");
    await responder.deleteGrant(all.id);
    await responder.createGrant({ ...all, organizations: [] });
    expect((await responder.grants())[0]).toMatchObject({ allowsAllScopes: true });
    expect(await responder.tokenFor(secretLogin("basic"), ORDERS)).toMatchObject({ scopes: ["read:orders", "pay"] });
  });
});
