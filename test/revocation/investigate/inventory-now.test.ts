import { expect, test } from "vitest";
import type { TenantConfig } from "../../../lib/config/schema.ts";
import type { SectionName } from "../../../lib/inventory/inventory.ts";
import { recordStep } from "../../../lib/revocation/incident/incidents.ts";
import { openIncident } from "../../../lib/revocation/incident/open-incident.ts";
import { inventoryNow } from "../../../lib/revocation/investigate/inventory-now.ts";
import { readOwnActs } from "../../../lib/revocation/watch/own-acts.ts";
import { changed, configOf } from "../../config/example.ts";
import { DOMAIN, MANAGEMENT_API, machine } from "../../sandbox/support/a-sandbox.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { respondedSandbox } from "../../support/responded-sandbox.ts";
import { done, THREE_AM } from "../support.ts";

const SEED = {
  clients: [machine("abc", { client_secret: "auditor-secret" }), machine("planted")],
  clientGrants: [{ client_id: "abc", audience: MANAGEMENT_API, scope: ["read:clients"] }],
};
const WANTED = new Set<SectionName>(["clients", "actions"]);

/** The sandbox's tenant, read with an auditor that may see its applications only. */
async function read({ clientId = "job", secret = "auditor-secret", time = 600_000, table = memoryTable() } = {}) {
  await using world = await respondedSandbox(SEED);
  const [tenant] = configOf(changed("http://127.0.0.1:4401", world.tenant.origin)).tenants;
  const { clock, random, fetch, retryPolicy, timeout, signal } = world.access;
  const auditor = { clientId: "abc", secret: "env:AUDITOR" };
  const sources = { env: { AUDITOR: secret }, secretsManager: () => Promise.reject(new Error("nothing is stored")) };
  const parts = { clock, random, fetch, retryPolicy, timeout, signal, deadline: clock.now() + time, table };
  return await inventoryNow(
    { ...tenant, domain: DOMAIN, auditor } as TenantConfig,
    clientId,
    WANTED,
    sources,
    parts as never,
  );
}

test("a tenant is read with the auditor's login, as far as that may see, and as far as is asked for", async () => {
  const { inventory, source } = await read();

  expect(source).toBe("this incident");
  expect(Object.keys(inventory).toSorted()).toEqual(["actions", "clients"]);
  expect(JSON.stringify(inventory.clients)).toContain("planted");
  expect(inventory.actions).toMatchObject({ status: "unavailable", reason: "missing-scope" });
});

test("what leaked from the auditor itself is not used, and no refusal is taken for an empty tenant", async () => {
  await expect(read({ clientId: "abc" })).rejects.toMatchObject({ code: "configuration-invalid" });
  await expect(read({ secret: "another" })).rejects.toMatchObject({ code: "credentials-refused" });
  await expect(read({ secret: "" })).rejects.toMatchObject({ code: "reference-unresolved" });
});

test("what could not be read in time is nothing that is compared", async () => {
  await expect(read({ time: 0 })).rejects.toMatchObject({ code: "timed-out" });
});

test("an auditor that another incident has locked is not tried; what one refuses that is about to is Curfew's own", async () => {
  const table = memoryTable();
  const [tenant] = configOf(changed("http://127.0.0.1:4401", "http://127.0.0.1:4402")).tenants;
  const about = { tenant: tenant?.name ?? "", clientId: "abc" };
  const rest = { reason: "r", openedAt: THREE_AM, openedBy: "dana", leakedSince: null, drill: false, token: null };
  const incident = await openIncident(table, { ...about, ...rest });
  const owns = () => readOwnActs(table, incident, 0);

  await expect(read({ secret: "another", table })).rejects.toMatchObject({ code: "credentials-refused" });
  expect(await owns()).toMatchObject([{ most: 2, leaves: ["token-refused"] }]);
  await recordStep(table, incident.id, "lock", done(THREE_AM));
  await expect(read({ table })).rejects.toThrow(`is locked by the incident ${incident.id}`);
  expect(await owns()).toHaveLength(1);
});
