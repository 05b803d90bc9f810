import { expect, it } from "vitest";
import type { ResourceServer } from "../../../lib/auth0/resources/resource-server.ts";
import { askedKey } from "../../../lib/revocation/approvals/asked.ts";
import { endIncident } from "../../../lib/revocation/incident/end-incident.ts";
import { changeIncident, readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { keepEnded, readEnded } from "../../../lib/revocation/key-revocation/ended-tokens.ts";
import type { KeyPlan } from "../../../lib/revocation/key-revocation/key-plan.ts";
import { planKeyRevocation } from "../../../lib/revocation/key-revocation/plan-key.ts";
import { classify, type LeakReport } from "../../../lib/revocation/leak/classify.ts";
import type { TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import { keyRevocationQuestion } from "../../../lib/revocation/respond/ask-key-revocation.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { CLIENT, incidentOf } from "../support.ts";
import { respond } from "../world/curfew.ts";
import { createWorld } from "../world/world.ts";

const MANAGEMENT = "https://acme.eu.auth0.com/api/v2/";

/** Revokes by a plan that was approved; in the world `now` is the current key. */
async function revokedBy(plan: KeyPlan) {
  const world = await createWorld({
    client: { grantTypes: ["client_credentials"] },
    grants: [{ audience: "https://orders" }, { audience: MANAGEMENT }],
  });
  const { clock, table, opened, tenant } = world;
  tenant.apis.push({ identifier: MANAGEMENT, token_lifetime: 86_400 } as ResourceServer);
  await clock.run(respond(world));
  const decision = { by: "kim", at: clock.now(), decision: "approve" };
  await table.put(askedKey(opened.id, "key-revocation"), { plan, decision });
  const inventories = { before: async () => undefined };
  const act = async () =>
    clock.run(
      world.run("revoke", async (parts) =>
        keyRevocationQuestion.act(await readIncident(parts.table, opened.id), { ...parts, inventories }),
      ),
    );
  await act();
  const ended = await readEnded(table, opened.id);
  const { steps, window } = world.incident();
  return { result: steps["key-revocation"], window, keys: tenant.signingKeys, guard: world.guard, ended, act, world };
}

it("logs in again before the key is revoked, and tries whether the login from before is refused", async () => {
  const { result, window, keys, ended, act, world } = await revokedBy({ kid: "now", rotatesFirst: true });

  expect(keys.map(({ state }) => state)).toEqual(["revoked", "current", "next"]);
  expect(result).toMatchObject({ outcome: "done", message: expect.stringMatching(/refuses a token that it signed/) });
  expect(ended).toMatchObject({ kid: "now" });
  // Nobody waits for the next turn of watching, which may be hours away.
  expect(window?.apis.find(({ audience }) => audience === MANAGEMENT)?.until).toBe(ended?.at);
  // Whoever died before that was recorded says the same.
  await changeIncident(world.table, world.opened.id, ({ steps: { "key-revocation": _, ...steps }, ...known }) => ({
    ...known,
    steps,
  }));
  await act();
  expect(world.incident().steps["key-revocation"]?.message).toBe(result?.message);
});

it("makes no other key the current one where nobody approved that", async () => {
  const { result, keys, guard } = await revokedBy({ kid: "now", rotatesFirst: false });

  expect(result).toMatchObject({ outcome: "incomplete", missing: [expect.stringMatching(/nobody approved/)] });
  expect(keys.map(({ state }) => state)).toEqual(["current", "next"]);
  expect(guard.violations).toEqual([]);
});

it("revokes no other key where the approved one is out of reach", async () => {
  const { result, keys } = await revokedBy({ kid: "long ago", rotatesFirst: false });

  expect(result?.outcome).toBe("not-applicable");
  expect(keys.map(({ state }) => state)).toEqual(["current", "next"]);
});

it("promises no watching where a person ends the incident meanwhile, and keeps the shorter window for the evidence", async () => {
  const audience = "https://acme.eu.auth0.com/api/v2/";
  const world = await createWorld({ client: { grantTypes: ["client_credentials"] }, grants: [{ audience }] });
  const { clock, table, opened, tenant } = world;
  tenant.apis.push({ identifier: audience, token_lifetime: 86_400 } as ResourceServer);
  await clock.run(respond(world));
  const before = world.incident().window;
  const decision = { by: "kim", at: clock.now(), decision: "approve" };
  await table.put(askedKey(opened.id, "key-revocation"), { plan: { kid: "now", rotatesFirst: true }, decision });
  const told = world.alerts.length;
  await clock.run(
    world.run("revoke", async (parts) => {
      const isFormerTokenAccepted = async () => {
        await endIncident(table, opened.id, { at: clock.now(), by: "sam", reason: "enough" });
        return parts.tenant.isFormerTokenAccepted();
      };
      const inventories = { before: async () => undefined };
      const striking = { ...parts, inventories, tenant: { ...parts.tenant, isFormerTokenAccepted } };
      return keyRevocationQuestion.act(await readIncident(parts.table, opened.id), striking);
    }),
  );

  expect(world.incident()).toMatchObject({ ended: { by: "sam" }, steps: { "key-revocation": { outcome: "done" } } });
  expect(world.incident().window).not.toEqual(before);
  expect(
    world.alerts
      .slice(told)
      .map(({ text }) => text)
      .join(),
  ).not.toContain("Curfew watches");
});

it.each([
  { others: "the next key alone", state: "next", is: true },
  { others: "a former key", state: "former", is: true },
  { others: "another current key", state: "current", is: false },
  { others: "the previous key, which signed tokens that still work", state: "previous", is: false },
] as const)("keeps whether all that is out was signed by what was revoked, beside $others", async ({ state, is }) => {
  const table = memoryTable();
  const keys = [{ kid: "now", state: "current" } as const, { kid: "other", state }];
  await keepEnded(table, "leak", { kid: "now", currentUntil: 1, at: 2, audiences: ["https://api"], keys });

  expect((await readEnded(table, "leak"))?.isOnlyKey).toBe(is);
});

const OPAQUE = { form: "opaque", kid: null } as TokenFacts;
const GLOBAL = { ...CLIENT, isGlobal: true };
const ALONE = { role: "responder", hasSpare: false } as const;
it.each<[string, Partial<LeakReport>, RegExp]>([
  ["of the responder without a spare", { own: ALONE }, /cannot act against its own responder/],
  ["of the application that stands for the tenant", { client: GLOBAL }, /Nothing stops what leaked/],
  ["in a token that nobody can read", { token: OPAQUE }, /Nobody knows what signed it/],
  [
    "in a token that an API's secret signs",
    { token: { ...OPAQUE, form: "jwt" } },
    /not signed with a key of the tenant/,
  ],
])("says why no key is revoked for what leaked %s", async (_, report, why) => {
  const leak = classify({ clientId: "job", token: null, client: CLIENT, own: null, ...report });
  const parts = { tenant: {} as never, table: memoryTable() };

  expect(await planKeyRevocation(incidentOf({ leak, token: report.token ?? null }), parts)).toEqual({
    none: expect.stringMatching(why),
  });
});
