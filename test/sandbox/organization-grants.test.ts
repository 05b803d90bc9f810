import { describe, expect, it } from "vitest";
import { adminApi, aSandbox, MANAGEMENT_API } from "./support/a-sandbox.ts";

const seed = (organization_usage: string) => ({
  organizations: [{ id: "org_1", name: "first" }],
  clientGrants: [
    { id: "cgr_shop", client_id: "shop", audience: MANAGEMENT_API, scope: ["read:logs"], organization_usage },
  ],
});

describe("a client grant and an organization", () => {
  it("are associated once, seen from both sides, and parted without complaint", async () => {
    await using world = await aSandbox(seed("allow"));
    const api = await adminApi(world.tenant);
    const grants = "/organizations/org_1/client-grants";
    const created = await api(`POST ${grants}`, { grant_id: "cgr_shop" });
    expect([created.status, created.body.id]).toEqual([201, "cgr_shop"]);
    expect((await api(`POST ${grants}`, { grant_id: "cgr_shop" })).status).toBe(409);
    expect((await api(`GET ${grants}`)).body.map(({ id }: { id: string }) => id)).toEqual(["cgr_shop"]);
    expect((await api("GET /client-grants/cgr_shop/organizations")).body).toEqual([{ id: "org_1", name: "first" }]);
    for (let again = 0; again < 2; again++) expect((await api(`DELETE ${grants}/cgr_shop`)).status).toBe(204);
    expect((await api(`GET ${grants}`)).body).toEqual([]);
  });

  it("are parted when the grant is deleted", async () => {
    await using world = await aSandbox(seed("require"));
    const api = await adminApi(world.tenant);
    await api("POST /organizations/org_1/client-grants", { grant_id: "cgr_shop" });
    await api("DELETE /client-grants/cgr_shop");
    expect(world.tenant.state.grantOrganizations.size).toBe(0);
  });

  it("cannot be associated where the grant denies it, or one of them does not exist", async () => {
    await using world = await aSandbox(seed("deny"));
    const api = await adminApi(world.tenant);
    expect((await api("POST /organizations/org_1/client-grants", { grant_id: "cgr_shop" })).status).toBe(400);
    expect((await api("POST /organizations/org_1/client-grants", { grant_id: "cgr_gone" })).status).toBe(404);
    expect((await api("POST /organizations/org_9/client-grants", { grant_id: "cgr_shop" })).status).toBe(404);
    expect(world.tenant.state.grantOrganizations.size).toBe(0);
  });
});
