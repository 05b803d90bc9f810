import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { AUDITOR, auditedSandbox, numbers } from "../support/audited-sandbox.ts";

/** What Auth0 does not document, in some places: of several such things a check names one. */
const oddly = (index: number, odd: Readonly<Record<number, unknown>>, field: string): object =>
  index in odd ? { [field]: odd[index] } : {};

/** Applications and APIs of all kinds, each with an id of its own; 130 make two pages. */
const CLIENTS = numbers(129).map((index) => ({
  name: `client ${index % 7}`,
  client_id: `client-${index}`,
  app_type: ["spa", "native", "regular_web", "non_interactive"][index % 4] ?? "spa",
  grant_types: index % 3 === 0 ? ["authorization_code", "refresh_token", "implicit"] : ["client_credentials"],
  ...oddly(index, { 8: 7, 40: "odd", 90: "odd", 110: [] }, "jwt_configuration"),
  ...oddly(index, { 9: {}, 100: 7 }, "grant_types"),
}));
const APIS = numbers(9).map((index) => ({
  id: `api-${index}`,
  identifier: `https://api-${index}.example/`,
  token_lifetime: 43_200 * (index + 1),
  allow_offline_access: index === 4,
  ...oddly(index, { 2: "86400", 3: [], 6: "86400" }, "token_lifetime"),
}));
const GRANTS = numbers(20).map((index) => ({
  id: `cgr_${index}`,
  client_id: `client-${index}`,
  audience: index % 2 === 0 ? "https://acme.eu.auth0.com/api/v2/" : "https://api-1.example/",
  scope: ["read:users", "update:users"].slice(0, 1 + (index % 2)),
  ...oddly(index, { 2: 7, 4: "read:users", 8: 7 }, "scope"),
}));

async function auditOf(seed: Partial<TenantSeed>) {
  await using world = await auditedSandbox({
    rateLimits: false,
    managementApi: { id: "management-api" },
    signingKeys: [
      { kid: "old", previous: true, current_until: "2026-01-01T00:00:00.000Z" },
      { kid: "current", current: true },
    ],
    ...seed,
    clientGrants: [...(seed.clientGrants ?? [])],
  });
  for (const grant of world.tenant.state.clientGrants.values())
    if (grant.client_id === AUDITOR.clientId) grant.id = "cgr_auditor";
  const { startedAt, finishedAt, traffic, ...result } = await world.audit();
  return { ...result, requests: traffic.requests };
}

const shuffled = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });

describe("an audit", () => {
  it("does not depend on the order of items, nor on which page they come", async () => {
    const reference = await auditOf({ clients: CLIENTS, resourceServers: APIS, clientGrants: GRANTS });
    const unclear = reference.checks.filter(({ status }) => status === "not-evaluated");
    let runs = 0;

    expect(unclear.length).toBeGreaterThan(10);
    await fc.assert(
      fc.asyncProperty(
        shuffled(CLIENTS),
        shuffled(APIS),
        shuffled(GRANTS),
        async (clients, resourceServers, clientGrants) => {
          runs += 1;
          expect(await auditOf({ clients, resourceServers, clientGrants })).toEqual(reference);
        },
      ),
      { numRuns: 15 },
    );

    console.log(
      `order: ${runs} shuffled tenants, ${reference.findings.length} findings and ${unclear.length} unclear checks each, 0 differences`,
    );
  });
});
