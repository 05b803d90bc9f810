import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { ask } from "../../lib/revocation/approvals/ask.ts";
import { approvedPlan, askedKey, readAsked } from "../../lib/revocation/approvals/asked.ts";
import { decide } from "../../lib/revocation/approvals/decide.ts";
import { keepProposal, readProposal } from "../../lib/revocation/approvals/kept-proposal.ts";
import { planHash as hashOf } from "../../lib/revocation/approvals/plan-hash.ts";
import { contain } from "../../lib/revocation/contain/contain.ts";
import { incidentPartition } from "../../lib/revocation/incident/incident.ts";
import { preserve } from "../../lib/revocation/incident/preserve.ts";
import type { RevokedGrant } from "../../lib/revocation/ports.ts";
import { planRestore } from "../../lib/revocation/restore/plan-restore.ts";
import { CLIENT, incidentOf, MINUTE, putIncident, testParts, testTenant } from "./support.ts";

const KIM = "arn:aws:sts::111122223333:assumed-role/security/kim";
const INCIDENTS = { requesters: [], approvers: ["arn:aws:iam::111122223333:role/security"] };
const RULES = { checks: [], policy: new Map(), exceptions: [] };

/** Five thousand grants with forty scopes each: 5 MB, where one row of the table holds 400 KB. */
const GRANTS: RevokedGrant[] = Array.from({ length: 5_000 }, (_, index) => ({
  id: `cgr_${String(index).padStart(20, "0")}`,
  audience: `https://api-${index}.acme.example/v1`,
  scopes: Array.from({ length: 40 }, (_, scope) => `read:thing-${index % 97}-${scope}`),
  ...{ allowsAllScopes: undefined, subjectType: "client", organizationUsage: undefined, organizations: [] },
  ...{ allowsAnyOrganization: undefined, isSystem: false },
}));

describe("an application with thousands of grants", () => {
  test("is asked about, approved and read back whole, in rows that the table takes", async () => {
    const { table, clock, parts } = testParts(testTenant());
    const incident = incidentOf();
    await putIncident(table, incident);
    await preserve(table, incident, "client", CLIENT);
    await preserve(table, incident, "grant-types", CLIENT.grantTypes);
    await preserve(
      table,
      incident,
      "grant-ids",
      GRANTS.map(({ id }) => id),
    );
    for (const grant of GRANTS) await preserve(table, incident, `grant/${grant.id}`, grant);
    const proposal = await planRestore(incident, RULES, { ...parts, inventories: { before: async () => undefined } });
    const waiting = { taskToken: "task", until: clock.now() + MINUTE };
    const { planHash } = await clock.run(ask(incident, "restore", proposal, waiting, parts));
    const order = { incident: incident.id, step: "restore", planHash, decision: "approve", caller: KIM } as const;
    await decide(order, { table, clock, incidents: INCIDENTS });

    const plan = approvedPlan(await readAsked<typeof proposal.plan>(table, incident.id, "restore"));
    expect(plan?.grants).toHaveLength(5_000);
    expect(hashOf(plan)).toBe(planHash);
    expect(JSON.stringify(table.peek(askedKey(incident.id, "restore"))).length).toBeLessThan(1_000);
  });

  test("is put together in its order, however many rows a plan fills", async () => {
    const { table } = testParts(testTenant());
    const proposal = { plan: randomBytes(2_400_000).toString("base64"), lines: [] };
    const stored = await keepProposal(table, "leak", "restore", proposal);

    expect("kept" in stored && stored.kept.rows).toBeGreaterThan(10);
    expect((await readProposal(table, "leak", "restore", stored)).plan === proposal.plan).toBe(true);
  });

  test("is never given back by a plan of which a piece was changed", async () => {
    const { table, parts, clock } = testParts(testTenant());
    const incident = incidentOf();
    const plan = { grants: GRANTS.slice(0, 300) };
    const waiting = { taskToken: "task", until: clock.now() + MINUTE };
    await clock.run(ask(incident, "restore", { plan, lines: [] }, waiting, parts));
    const partition = incidentPartition(incident.id);
    const [sort = "", text = ""] = table.rows(partition).find(([name]) => name.startsWith("PROPOSAL#")) ?? [];
    await table.put({ partition, sort }, (JSON.parse(text) as string).replace(/A/, "B"));

    await expect(readAsked(table, incident.id, "restore")).rejects.toMatchObject({ code: "store-failed" });
  });

  test("of which none can be deleted is recorded as incomplete, with as many of them as there is room for", async () => {
    const refused = new CurfewError("missing-scope", "The responder may not.", { detail: "delete:client_grants" });
    const grants = async () => GRANTS.slice(0, 800);
    const { table, clock, parts } = testParts(testTenant({ grants, deleteGrant: () => Promise.reject(refused) }));
    const { leak } = incidentOf();
    const incident = incidentOf({ steps: {}, leak });
    await putIncident(table, incident);
    const { steps } = await clock.run(contain(incident, parts));

    const missing = steps.contain?.outcome === "incomplete" ? steps.contain.missing : [];
    expect(missing.at(-1)).toMatch(/^and more than there is room for here: \d{3} others$/);
    expect(missing[0]).toMatch(/missing-scope, delete:client_grants$/);
  });
});
