import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lock } from "../../lib/revocation/contain/lock.ts";
import { containRound } from "../../lib/revocation/contain/round.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { changeIncident, listIncidents, readIncident } from "../../lib/revocation/incident/incidents.ts";
import { laterOnes } from "../../lib/revocation/incident/later.ts";
import { openIncident } from "../../lib/revocation/incident/open-incident.ts";
import { preserve, readPreserved } from "../../lib/revocation/incident/preserve.ts";
import { guardsOf, sharersOf } from "../../lib/revocation/incident/sharers.ts";
import type { TokenFacts } from "../../lib/revocation/leak/leaked-token.ts";
import type { IncidentParts } from "../../lib/revocation/parts.ts";
import { planRestore } from "../../lib/revocation/restore/plan-restore.ts";
import type { Table } from "../../lib/store/table.ts";
import { interleaved, type Work } from "../support/interleaved.ts";
import { memoryTable } from "../support/memory-table.ts";
import { contained, MEMBERS, ORDERS } from "./contain/contained.ts";
import { respond } from "./world/curfew.ts";
import { report } from "./world/second-leak.ts";
import { createWorld, type World } from "./world/world.ts";

const TOKEN: TokenFacts = {
  ...{ form: "jwt", issuer: "https://acme.eu.auth0.com/", subject: "job@clients", clientId: "job", scopes: [] },
  ...{ audience: ["https://orders"], grantType: "client-credentials", issuedAt: 1, notBefore: null },
  ...{ expiresAt: Date.UTC(2100, 0), jti: "j2", kid: "now", sha256: "b".repeat(64) },
  signature: { status: "verified" },
};

/** How often two reports meet in a run; each of the 1,100 ways was tried once when this was written. */
const RUNS = 60;

const RULES = { checks: [], policy: new Map(), exceptions: [] };

const planOf = (incident: Incident, parts: IncidentParts) =>
  planRestore(incident, RULES, { ...parts, inventories: { before: async () => undefined } });

/** Contains a leak by another incident, and gives what that one and the first one offer to give back. */
async function offers(world: World, id: string) {
  let offered: Awaited<ReturnType<typeof planOf>>[] = [];
  await world.clock.run(
    (async () => {
      await world.run("lock", async (parts) => lock(await readIncident(parts.table, id), parts));
      await world.run("contain", async (parts) => containRound(await readIncident(parts.table, id), parts));
    })(),
  );
  await world.clock.run(
    world.run("plan", async (parts) => {
      const incidents = await Promise.all([id, world.opened.id].map((one) => readIncident(parts.table, one)));
      offered = await Promise.all(incidents.map((incident) => planOf(incident, parts)));
    }),
  );
  return offered;
}

const BOTH = { grants: [ORDERS, MEMBERS], client: { grantTypes: ["client_credentials"] } };
const WHOLE = { grantTypes: ["client_credentials"], grants: [ORDERS, MEMBERS] };

describe("what an application had is offered whole by the incident that decides", () => {
  test.each(["tenant.client", "tenant.setGrantTypes", "tenant.grants", "tenant.organizationsOf", "tenant.deleteGrant"])(
    "where another token is reported right after %s of the first one",
    async (call) => {
      let second: Promise<Incident> | undefined;
      const beside = { call, change: () => (second = report(world, TOKEN)) };
      const world: World = await createWorld({ ...BOTH, beside });
      await world.clock.run(respond(world));
      const later = await second;
      const offered = await offers(world, later?.id ?? "");

      expect(world.incident().followedBy).toBe(later?.id);
      expect(offered.map(({ plan }) => plan)).toMatchObject([WHOLE, WHOLE]);
      expect(world.tenant.grants.size).toBe(0);
    },
  );

  test.each(["the first", "the second"])(
    "where both are reported before anybody looks, and %s contains",
    async (who) => {
      const world = await createWorld(BOTH);
      const later = await report(world, TOKEN);
      if (who === "the first") await world.clock.run(respond(world));
      else await offers(world, later.id);
      await world.clock.run(respond(world));
      const offered = await offers(world, later.id);

      expect(offered.map(({ plan }) => plan)).toMatchObject([WHOLE, WHOLE]);
      expect(offered.flatMap(({ lines }) => lines).filter((line) => /by hand/.test(line))).toEqual([]);
    },
  );

  test("or it says that people were told, where the earlier one could store nothing", async () => {
    const world = await contained({ ...BOTH, outage: { call: "table.put PRESERVED", fault: "fails before" } });
    world.calm();
    const later = await report(world, TOKEN);
    const [offered] = await offers(world, later.id);

    expect(world.incident().steps.contain?.outcome).toBe("paged");
    expect(offered?.lines.filter((line) => /by hand/.test(line))).toHaveLength(2);
    expect(offered?.plan).toMatchObject(WHOLE); // from what was kept beside the evidence
  });

  test("also what is planted between the two is not, and a network ACL of the earlier one is taken away", async () => {
    const world = await contained({ ...BOTH, egress: ["203.0.113.0/24"] });
    world.putBack((tenant) =>
      tenant.createGrant({
        ...{ audience: "https://stock", scopes: ["planted"], subjectType: "client", organizations: [] },
        ...{
          isSystem: false,
          allowsAllScopes: undefined,
          organizationUsage: undefined,
          allowsAnyOrganization: undefined,
        },
      }),
    );
    const later = await report(world, TOKEN);
    await changeIncident(world.table, later.id, ({ steps, ...known }) => ({
      ...known,
      steps: { ...steps, "network-acl": { at: 1, outcome: "not-applicable", message: "None." } },
    }));
    const [offered] = await offers(world, later.id);

    expect(offered?.plan).toMatchObject({ ...WHOLE, networkAcl: true });
  });
});

const facts = (name: string, token: TokenFacts | null) => ({
  ...{ tenant: "acme", clientId: "job", drill: false, reason: "r", openedBy: "sam", leakedSince: null },
  ...{ openedAt: name === "b" ? 2 : 1, token, name },
});

test("what an application had is kept together also with one that was closed before the last was opened", async () => {
  const table = memoryTable();
  const closed = await reportAll(table, ["a", "b"]);
  await changeIncident(table, closed.id, (known) => ({ ...known, closedAt: 3 }));
  await reportAll(table, ["c"]);
  const of = async (about: (all: Table, incident: Incident) => Promise<readonly (Incident | string)[]>) => {
    const all = await Promise.all(["a", "b", "c"].map(async (id) => about(table, await readIncident(table, id))));
    return all.map((some) => some.map((one) => (typeof one === "string" ? one : one.id)).sort());
  };

  expect(await of(sharersOf)).toEqual(Array(3).fill(["a", "b", "c"]));
  expect(await of(guardsOf)).toEqual(Array(3).fill(["a", "c"]));
});

/** Reports leaks, each of what replaced the one before it; gives the last incident. */
async function reportAll(table: Table, names: readonly string[]): Promise<Incident> {
  let last: Incident | undefined;
  for (const name of names) {
    last = await openIncident(table, facts(name, null));
    await changeIncident(table, name, (known) => ({ ...known, replacedAt: 0 }));
  }
  return last as Incident;
}

describe("of two reports at one moment", () => {
  test("the later one follows the earlier one, though neither has seen the other", async () => {
    const table = memoryTable();
    await Promise.all([openIncident(table, facts("a", null)), openIncident(table, facts("b", TOKEN))]);
    const [a, b] = await Promise.all(["a", "b"].map((id) => readIncident(table, id)));

    expect([a?.followedBy, a?.follows, a?.keptBy]).toEqual(["b", undefined, undefined]);
    expect([b?.followedBy, b?.follows, b?.keptBy]).toEqual([undefined, ["a"], "a"]);
  });

  /** What is wrong with how incidents about one application stand; empty where each leads to the one that decides. */
  async function wrong(table: Table): Promise<string[]> {
    const all: Incident[] = [];
    for await (const incident of listIncidents(table)) all.push(incident);
    const [first, ...others] = all.filter(({ keptBy }) => keptBy === undefined);
    const line = first ? [first, ...(await laterOnes(table, first))] : [];
    const ids = line.map(({ id }) => id);
    return [
      ...others.map(({ id }) => `${id} keeps for itself what the application had`),
      ...all.flatMap(({ id }) => (ids.includes(id) ? [] : [`nothing leads to ${id}`])),
      ...line.flatMap(({ id, keptBy, follows = [] }, index) => [
        ...(index === 0 || keptBy === first?.id ? [] : [`${id} keeps by ${keptBy}`]),
        ...(follows.toSorted().join() === ids.slice(0, index).sort().join() ? [] : [`${id} follows ${follows}`]),
      ]),
    ];
  }

  test("one decides and the other leads to it, at whichever accesses to the table they meet", async () => {
    const { name: _, ...unnamed } = facts("a", null);
    const reports = fc.constantFrom(
      [facts("b", null), facts("a", TOKEN)] as const,
      [
        { ...unnamed, token: TOKEN },
        { ...unnamed, openedAt: 2 },
      ] as const, // the same id, and only one can have it
    );
    let most = 0;
    const meet = fc.asyncProperty(reports, fc.boolean(), fc.nat(24), fc.nat(24), async (both, isOpen, ...accesses) => {
      const table = memoryTable();
      if (isOpen) await openIncident(table, { ...facts("before", null), openedAt: 0 });
      if (isOpen) await changeIncident(table, "before", (known) => ({ ...known, replacedAt: 0 }));
      const [one, other] = both.map((report) => (own: Table) => openIncident(own, report)) as [Work, Work];
      most = Math.max(most, await interleaved(table, [one, other], accesses));
      expect(await wrong(table)).toEqual([]);
    });
    await fc.assert(meet, { numRuns: RUNS });
    console.info(`two reports: met ${RUNS} times within up to ${most} accesses, each time one decided`);
  });
});

describe("a later incident", () => {
  test("has its own view of the tenant, and of its credential what the earlier one saw", async () => {
    const world = await contained(BOTH);
    await preserve(world.table, world.opened, "stored-version", "leaked");
    const later = await report(world, TOKEN);
    const kept = (part: Parameters<typeof readPreserved>[2]) => readPreserved(world.table, later, part);

    expect(await kept("log-position")).toBeUndefined();
    expect(await kept("api-lifetimes")).toBeUndefined();
    expect(await kept("stored-version")).toBe("leaked");
    expect(await kept("grant-types")).toEqual(["client_credentials"]);
  });

  test("looks at the credential for itself where the earlier one has replaced it: the new one leaked", async () => {
    const world = await contained(BOTH);
    for (const part of ["keys", "stored-version"] as const) await preserve(world.table, world.opened, part, "leaked");
    await changeIncident(world.table, world.opened.id, (known) => ({ ...known, replacedAt: 1 }));
    const later = await report(world, TOKEN);
    const kept = (["keys", "stored-version"] as const).map((part) => readPreserved(world.table, later, part));

    expect(await Promise.all(kept)).toEqual([undefined, undefined]);
  });

  test("about a user's token takes nothing over, but that the application had what the earlier one found", async () => {
    const world = await contained(BOTH);
    const user = await report(world, { ...TOKEN, subject: "auth0|1", grantType: null, sha256: "c".repeat(64) });

    expect([user.follows, user.keptBy]).toEqual([[world.opened.id], world.opened.id]);
    expect((await sharersOf(world.table, world.incident())).map(({ id }) => id)).toEqual([world.opened.id]);
  });

  test("is the one that is reported to: the earlier one is not joined any more, not even by its name", async () => {
    const world = await contained(BOTH);
    await report(world, null, "first");
    await report(world, TOKEN);

    await expect(report(world, null, "first")).rejects.toThrow("another one goes on from it");
  });
});
