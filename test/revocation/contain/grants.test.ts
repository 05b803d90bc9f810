import { describe, expect, test } from "vitest";
import type { Asked } from "../../../lib/revocation/approvals/asked.ts";
import { contain } from "../../../lib/revocation/contain/contain.ts";
import type { GivenBack } from "../../../lib/revocation/contain/given-back.ts";
import { lock } from "../../../lib/revocation/contain/lock.ts";
import { putBack } from "../../../lib/revocation/contain/put-back.ts";
import { incidentPartition, isContained, stoppedAt } from "../../../lib/revocation/incident/incident.ts";
import { changeIncident, readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { readPreservedGrants, readPutBack } from "../../../lib/revocation/incident/preserve.ts";
import type { RevokedGrant } from "../../../lib/revocation/ports.ts";
import { type PlanningParts, planRestore } from "../../../lib/revocation/restore/plan-restore.ts";
import { respond } from "../world/curfew.ts";
import { createWorld, type World } from "../world/world.ts";
import { contained, MEMBERS, missingOf, ORDERS, stepsOf, toldOf, turns } from "./contained.ts";

const GRANT = {
  ...{ allowsAllScopes: undefined, subjectType: "client", organizationUsage: undefined, organizations: [] },
  ...{ allowsAnyOrganization: undefined, isSystem: false },
};
const SYSTEM = { audience: "https://acme.eu.auth0.com/me/", isSystem: true };

const NO_RULES = { checks: [], policy: new Map(), exceptions: [] };
const planning = ({ table, clock }: World): PlanningParts => ({
  ...{ table, clock, inventories: { before: async () => undefined } },
  settings: { tenant: "acme", domain: "acme.eu.auth0.com", owner: null, egress: null, own: new Map() },
});

/** A second person lets these be given back, and Curfew has done so. */
async function approve(world: World, plan: Omit<GivenBack, "networkAcl">): Promise<void> {
  const decision = { by: "arn:aws:sts::111122223333:assumed-role/security/kim", at: 0, decision: "approve" } as const;
  const row: Pick<Asked<GivenBack>, "plan" | "askedAt" | "decision"> = {
    ...{ plan: { ...plan, networkAcl: false }, askedAt: 0 },
    decision,
  };
  await world.table.put({ partition: incidentPartition(world.opened.id), sort: "ASKED#restore" }, row);
  const { id } = world.opened;
  await changeIncident(world.table, id, (known) => ({
    ...known,
    ...{ restoring: { at: 0 }, restored: { at: 0, stoppedAt: 0 } },
  }));
  world.approve(plan.grants.map(({ audience }) => audience));
}

describe("grants", () => {
  test("that are gone already, and those of Auth0 itself, hold nothing up", async () => {
    const world = await contained({ grants: [SYSTEM] });

    expect(stepsOf(world).contain).toMatchObject({ outcome: "done", message: expect.stringMatching(/left: cgr_1/) });
    expect(world.tenant.grants.size).toBe(1);
  });

  test("that somebody puts back are taken away again and told, and are not what is given back", async () => {
    const world = await contained({ grants: [ORDERS] });
    world.putBack((tenant) => {
      tenant.createGrant({ ...(world.before.grants[0] as RevokedGrant), scopes: ["delete:orders"] });
    });
    await turns(world, 1);

    expect(world.tenant.grants.size).toBe(0);
    expect(world.alerts.find(({ title }) => title.includes("put back"))?.items).toEqual(["cgr_2 (https[:]//orders)"]);
    expect(await readPreservedGrants(world.table, world.opened)).toMatchObject([{ id: "cgr_1" }]);
    expect(isContained(world.incident())).toBe(true);
  });

  test("that were put back are not done with while nobody can hear of it, now or later", async () => {
    const world = await contained({ grants: [], isMute: true });
    plant(world);
    world.wire.fail({ call: "table.put UNTOLD", fault: "fails before" });
    await turns(world, 1);
    expect(stepsOf(world).contain).toMatchObject({ outcome: "incomplete", putBack: { what: [expect.any(String)] } });

    world.calm();
    await turns(world, 2);
    expect(toldOf(world)).toContainEqual(expect.stringMatching(/put back/));
    expect(isContained(world.incident())).toBe(true);
  });

  const PLANTED = { audience: "https://acme.eu.auth0.com/api/v2/", scopes: ["update:clients"] };
  const plant = (world: World): void =>
    world.putBack((tenant) => {
      tenant.createGrant({ ...GRANT, ...PLANTED });
    });

  test("that are planted where there were none are not what is given back", async () => {
    const world = await contained({ grants: [] });
    plant(world);
    await turns(world, 1);

    expect(world.tenant.grants.size).toBe(0);
    expect(await readPreservedGrants(world.table, world.opened)).toEqual([]);
    expect(await readPutBack(world.table, world.opened)).toMatchObject([PLANTED]);
  });

  test("that a process took away which died are kept from beside the evidence, also where that was not read at first", async () => {
    const world = await createWorld({
      grants: [ORDERS, MEMBERS],
      outage: { call: "table.put*", fault: "fails before" },
    });
    await world.clock.run(world.run("lock", (parts) => lock(world.opened, parts)));
    await world.clock.run(world.run("contain", (parts) => contain(world.opened, parts)));
    expect([world.tenant.grants.size, world.tenant.gives("https://orders"), stepsOf(world)]).toEqual([0, false, {}]);
    world.calm();
    world.wire.fail({ call: "evidence.read", fault: "fails before" });
    await world.clock.run(respond(world));
    plant(world);
    await turns(world, 1);
    expect(stepsOf(world).contain?.outcome).toBe("done");
    expect((await planRestore(world.incident(), NO_RULES, planning(world))).lines.join()).toMatch(/say no/);
    world.calm();
    await turns(world, 1);

    const { plan } = await planRestore(world.incident(), NO_RULES, planning(world));
    expect(plan.grantTypes).toEqual(["client_credentials"]);
    expect(plan.grants.map(({ audience }) => audience)).toEqual([ORDERS.audience, MEMBERS.audience]);
    expect(stepsOf(world).look?.outcome).toBe("done");
    expect(isContained(world.incident())).toBe(true);
  });

  test("that are planted where the first ones could be told and not stored are not what is given back", async () => {
    const world = await createWorld({
      grants: [ORDERS],
      outage: { call: "table.put PRESERVED", fault: "fails before" },
    });
    await world.clock.run(respond(world));
    expect(stepsOf(world).contain?.outcome).toBe("paged");
    world.calm();
    plant(world);
    await turns(world, 1);

    expect(await readPreservedGrants(world.table, world.opened)).toMatchObject([ORDERS]);
  });

  test("keep what they say of authorization details, and people are told of them", async () => {
    const grants = [{ ...ORDERS, authorizationDetailsTypes: ["payment"] }];
    const world = await contained({ grants });
    expect(await readPreservedGrants(world.table, world.opened)).toMatchObject(grants);
    const dumb = await createWorld({ grants, outage: { call: "table.put PRESERVED", fault: "fails before" } });
    await dumb.clock.run(respond(dumb));

    expect(dumb.heard()).toContain("authorization details: payment");
  });

  test("that are there again while nothing can be taken away are not called contained", async () => {
    const world = await contained({ grants: [ORDERS] });
    world.putBack((tenant) => void tenant.createGrant(world.before.grants[0] as RevokedGrant));
    world.tenant.refusals.deleteGrant = "missing-scope";
    await turns(world, 2);

    expect(missingOf(world, "contain")).toEqual([
      "cgr_2 (https://orders): the responder (ghi) lacks scope of deleteGrant",
    ]);
    const told = () => world.alerts.filter(({ title }) => title.includes("put back"));
    expect(told().map(({ title }) => title)).toEqual([expect.stringMatching(/still there/)]);

    plant(world);
    await turns(world, 2);
    expect(told().map(({ items }) => items.length)).toEqual([1, 2]);
    delete world.tenant.refusals.deleteGrant;
    await turns(world, 2);
    expect(told().map(({ title }) => title)).toEqual([
      ...[expect.stringMatching(/still there/), expect.stringMatching(/still there/)],
      expect.stringMatching(/taken away again/),
    ]);
  });

  test("that were put back wait while that cannot be recorded: no trace would be left of them", async () => {
    const world = await contained({ grants: [ORDERS] });
    world.putBack((tenant) => void tenant.createGrant(world.before.grants[0] as RevokedGrant));
    world.wire.fail({ call: "table.put INCIDENT", fault: "fails before" });
    await turns(world, 1);
    expect(world.tenant.grants.size).toBe(1);
    world.calm();
    const before = stoppedAt(world.incident());
    await turns(world, 2);

    expect(world.tenant.grants.size).toBe(0);
    expect(stoppedAt(world.incident())).toBeGreaterThan(before ?? 0);
  });

  test("that a second person approved stay, and others do not", async () => {
    const world = await contained({ grants: [ORDERS] });
    await approve(world, { grantTypes: ["client_credentials"], grants: world.before.grants });
    world.putBack((tenant) => {
      tenant.setGrantTypes(["client_credentials"]);
      for (const audience of ["https://orders", "https://stock"]) {
        tenant.createGrant({ ...(world.before.grants[0] as RevokedGrant), audience });
      }
    });
    await world.clock.run(
      world.run("put-back", async (parts) => putBack(await readIncident(parts.table, world.opened.id), parts)),
    );

    expect([...world.tenant.grants.values()].map(({ audience }) => audience)).toEqual(["https://orders"]);
    expect(world.tenant.client?.grantTypes).toEqual(["client_credentials"]);
    expect(world.guard.violations).toEqual([]);
  });
});

describe("organizations of a grant that was given back", () => {
  const given = async () => {
    const world = await contained({ grants: [MEMBERS] });
    await approve(world, { grantTypes: ["client_credentials"], grants: world.before.grants });
    const giveBack = (organizations: string[]): void =>
      world.putBack((tenant) => {
        tenant.grants.clear();
        tenant.createGrant({ ...(world.before.grants[0] as RevokedGrant), organizations });
      });
    return { world, giveBack };
  };

  test("that somebody adds are more than was approved: it is taken away, and told", async () => {
    const { world, giveBack } = await given();
    giveBack(["org_1"]);
    await turns(world, 1);
    expect(world.tenant.grants.size).toBe(1);
    giveBack(["org_1", "org_thief"]);
    await turns(world, 1);

    expect(world.tenant.grants.size).toBe(0);
    expect(world.heard()).toContain("put back");
    expect(world.guard.violations).toEqual([]);
  });

  test("that nobody can read are named, and what else is there is taken away", async () => {
    const { world, giveBack } = await given();
    giveBack(["org_1"]);
    world.putBack((tenant) => void tenant.createGrant({ ...GRANT, ...ORDERS }));
    world.tenant.refusals.organizationsOf = "missing-scope";
    await turns(world, 2);

    expect([...world.tenant.grants.values()].map(({ audience }) => audience)).toEqual([MEMBERS.audience]);
    expect([...missingOf(world, "contain"), ...missingOf(world, "put-back")].join()).toContain(MEMBERS.audience);
  });
});
