import { describe, expect, it } from "vitest";
import { PLANS } from "../../lib/auth0/rate-limits.ts";
import { auditedSandbox, numbers } from "../support/audited-sandbox.ts";
import { keyPair } from "../support/keys.ts";

const { pem } = keyPair();

/** How many requests one audit may make: the formula of docs/performance.md. */
const formula = (size: {
  clients: number;
  grants: number;
  apis: number;
  actions: number;
  acls: number;
  keyClients: number;
}) =>
  1 +
  pages(size.clients) +
  pages(size.grants) +
  pages(size.apis) +
  pages(size.actions) +
  1 +
  1 +
  pages(size.acls) +
  4 +
  size.keyClients;

/** An empty list costs one request too. */
const pages = (count: number): number => Math.max(1, Math.ceil(count / 100));

const SIZES = [
  { title: "an empty tenant", clients: 1, grants: 1, apis: 1, actions: 0, acls: 0, keyClients: 0 },
  { title: "full pages", clients: 200, grants: 100, apis: 100, actions: 100, acls: 0, keyClients: 0 },
  { title: "a grown tenant", clients: 351, grants: 230, apis: 130, actions: 110, acls: 3, keyClients: 7 },
];

describe("an audit within the limits of its plan", () => {
  const results: string[] = [];

  it.each(PLANS.flatMap((plan) => SIZES.map((size) => ({ plan, ...size }))))(
    "asks $plan for $title without one request too many or too early",
    async ({ plan, title, ...size }) => {
      const isEnterprise = plan.startsWith("enterprise");
      const has = { ...size, acls: isEnterprise ? size.acls : 0, keyClients: isEnterprise ? size.keyClients : 0 };
      await using world = await auditedSandbox(
        {
          plan,
          clients: numbers(has.clients - 1).map((index) => ({
            name: `client ${index}`,
            client_id: `client-${index}`,
            ...(index < has.keyClients ? { credentials: [{ name: "key", pem }] } : {}),
          })),
          clientGrants: numbers(has.grants - 1).map((index) => ({
            client_id: `client-${index % has.clients}`,
            audience: "https://api.example/",
            scope: [],
          })),
          resourceServers: numbers(has.apis - 1).map((index) => ({ identifier: `https://api-${index}.example/` })),
          actions: numbers(has.actions).map((index) => ({ name: `action ${index}` })),
          networkAcls: numbers(has.acls).map((index) => ({
            description: `acl ${index}`,
            active: false,
            priority: index + 1,
            rule: { scope: "management", action: { log: true }, match: { asns: [1] } },
          })),
        },
        { speed: 40 },
      );

      const { traffic, inventory, status } = await world.audit();

      results.push(`${plan}, ${title}: ${traffic.requests}`);
      expect(status).toBe("complete");
      expect(traffic).toEqual({ requests: formula(has), retries: 0, throttled: 0 });
      expect(world.tenant.requests).toHaveLength(formula(has));
      expect(inventory.clients).toEqual({ status: "complete", count: has.clients });
      expect(inventory.clientGrants).toEqual({ status: "complete", count: has.grants });
      expect(world.tenant.logs.filter((event) => event.type === "mgmt_api_read")).toEqual([]);
    },
  );

  it("asked as often as the formula says", () => {
    console.log(`requests per audit, no 429: ${results.join("; ")}`);
    expect(results).toHaveLength(PLANS.length * SIZES.length);
  });
});
