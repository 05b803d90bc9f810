import { expect, it } from "vitest";
import { askedKey } from "../../../lib/revocation/approvals/asked.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { keepEnded, readEnded } from "../../../lib/revocation/key-revocation/ended-tokens.ts";
import type { KeyPlan } from "../../../lib/revocation/key-revocation/key-plan.ts";
import { revokeKey } from "../../../lib/revocation/key-revocation/revoke-key.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { respond } from "../world/curfew.ts";
import { createWorld } from "../world/world.ts";

/** Revokes by a plan that was approved; in the world `now` is the current key. */
async function revokedBy(plan: KeyPlan) {
  const world = await createWorld({ grants: [{ audience: "https://orders" }] });
  const { clock, table, opened, tenant } = world;
  await clock.run(respond(world));
  const decision = { by: "kim", at: clock.now(), decision: "approve" };
  await table.put(askedKey(opened.id, "key-revocation"), { plan, decision });
  await clock.run(world.run("revoke", async (parts) => revokeKey(await readIncident(parts.table, opened.id), parts)));
  return { result: world.incident().steps["key-revocation"], keys: tenant.signingKeys, guard: world.guard };
}

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
