import { describe, expect, it } from "vitest";
import { adminApi, aSandbox, MANAGEMENT_API, machine } from "./support/a-sandbox.ts";

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `app ${index}`, client_id: `app-${index}` }));

describe("numbered pages", () => {
  it("come plain, or with totals when asked", async () => {
    await using world = await aSandbox({ clients: many(7) });
    const api = await adminApi(world.tenant);
    const plain = await api("GET /clients?per_page=3&page=1&fields=client_id&is_global=false");
    expect(plain.body.map((client: { client_id: string }) => client.client_id)).toEqual(["app-2", "app-3", "app-4"]);
    const { body } = await api("GET /clients?per_page=3&page=2&include_totals=true&is_global=false");
    expect([body.total, body.start, body.limit, body.clients.length]).toEqual([8, 6, 3, 2]);
    expect((await api("GET /clients?per_page=3&page=9&include_totals=true")).body.clients).toEqual([]);
  });

  it("hold 50 items when no size is asked for, and never more than 100", async () => {
    await using world = await aSandbox({ clients: many(120) });
    const api = await adminApi(world.tenant);
    expect((await api("GET /clients")).body).toHaveLength(50);
    expect((await api("GET /clients?per_page=100")).body).toHaveLength(100);
    for (const query of ["per_page=101", "per_page=-1", "page=x", "take=0", "take=101&from=x", "include_totals=yes"]) {
      expect((await api(`GET /clients?${query}`)).body.errorCode, query).toBe("invalid_query_string");
    }
  });

  it("tell the global client from the others", async () => {
    await using world = await aSandbox();
    const api = await adminApi(world.tenant);
    const global = (await api("GET /clients?is_global=true")).body;
    expect(global.map((client: { name: string }) => client.name)).toEqual(["All Applications"]);
    expect(global[0]).not.toHaveProperty("grant_types");
    expect((await api("GET /clients?is_global=false&include_totals=true")).body.total).toBe(1);
  });

  it("follow a tenant that changes between them", async () => {
    await using world = await aSandbox({ clients: many(4) });
    const api = await adminApi(world.tenant);
    expect((await api("GET /clients?is_global=false&include_totals=true&per_page=2")).body.total).toBe(5);
    world.tenant.state.clients.delete("app-0");
    await api("POST /clients", { name: "newest" });
    const { body } = await api("GET /clients?is_global=false&include_totals=true&per_page=2&page=2");
    expect([body.total, body.clients[0].name]).toEqual([5, "newest"]);
  });

  it("of actions always have a total", async () => {
    await using world = await aSandbox({ actions: many(5) });
    const { body } = await (await adminApi(world.tenant))("GET /actions/actions?page=1&per_page=2");
    expect([body.total, body.actions.length]).toEqual([5, 2]);
  });

  it("are ignored by registered keys, which come whole as a plain array", async () => {
    await using world = await aSandbox({ clients: [machine("shop")] });
    const { body } = await (await adminApi(world.tenant))(
      "GET /clients/shop/credentials?include_totals=true&per_page=1",
    );
    expect(body).toEqual([]);
  });
});

describe("checkpoints", () => {
  const grants = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `cgr_${index}`,
      client_id: `app-${index}`,
      audience: MANAGEMENT_API,
      scope: [],
    }));

  it("lead through everything once, and end without a next", async () => {
    await using world = await aSandbox({ clientGrants: grants(10) });
    const api = await adminApi(world.tenant);
    const ids: string[] = [];
    let from = "";
    for (let page = 0; page < 10; page++) {
      const { body } = await api(`GET /client-grants?take=4&include_totals=true${from}`);
      expect(Object.keys(body)).not.toContain("total");
      ids.push(...body.client_grants.map((grant: { id: string }) => grant.id));
      if (body.next === undefined) break;
      from = `&from=${body.next}`;
    }
    expect(ids).toEqual([...world.tenant.state.clientGrants.keys()]);
  });

  it("survive that items before and at the checkpoint are deleted", async () => {
    await using world = await aSandbox({ clientGrants: grants(6) });
    const api = await adminApi(world.tenant);
    const { body: first } = await api("GET /client-grants?take=3");
    world.tenant.state.clientGrants.delete("cgr_0");
    const { body: second } = await api(`GET /client-grants?take=3&from=${first.next}`);
    expect(second.client_grants[0].id).toBe("cgr_2");
    expect((await api("GET /client-grants?take=3&from=garbage")).status).toBe(400);
  });

  it.each([
    { filter: "client_id=app-1", found: ["cgr_1"] },
    { filter: "audience=https://other/", found: ["cgr_other"] },
    { filter: "subject_type=user", found: ["cgr_other"] },
    { filter: "default_for=third_party_clients", found: ["cgr_default"] },
    { filter: "allow_any_organization=true", found: ["cgr_default"] },
  ])("pass the filter $filter", async ({ filter, found }) => {
    const other = { id: "cgr_other", client_id: "app-1x", audience: "https://other/", subject_type: "user" };
    const byDefault = {
      id: "cgr_default",
      audience: MANAGEMENT_API,
      default_for: "third_party_clients",
      allow_any_organization: true,
    };
    await using world = await aSandbox({ clientGrants: [...grants(3), other, byDefault] });
    const { body } = await (await adminApi(world.tenant))(`GET /client-grants?take=10&${filter}`);
    expect(body.client_grants.map((grant: { id: string }) => grant.id)).toEqual(found);
  });
});

describe("a tenant of 100,000 applications", () => {
  it("gives its last page like its first", async () => {
    await using world = await aSandbox({ clients: many(100_000) });
    const api = await adminApi(world.tenant);
    const { body } = await api(
      "GET /clients?is_global=false&include_totals=true&per_page=100&page=1000&fields=client_id",
    );
    expect([body.total, body.clients.length]).toEqual([100_001, 1]);
    expect(body.clients[0].client_id).toBe("app-99999");
  });
});
