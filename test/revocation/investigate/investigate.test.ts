import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Inventory } from "../../../lib/inventory/inventory.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { compareInventories } from "../../../lib/revocation/investigate/compare.ts";
import { investigate } from "../../../lib/revocation/investigate/investigate.ts";
import { readInvestigation } from "../../../lib/revocation/investigate/investigation-record.ts";
import { lastInventory } from "../../../lib/revocation/investigate/last-inventory.ts";
import { lookBack } from "../../../lib/revocation/investigate/look-back.ts";
import type { IncidentParts } from "../../../lib/revocation/parts.ts";
import { investigateSteps } from "../../../lib/revocation/respond/investigate-steps.ts";
import { NO_QUESTIONS } from "../../../lib/revocation/respond/questions.ts";
import { respondSteps } from "../../../lib/revocation/respond/respond.ts";
import { gzipJson } from "../../../lib/runs/gzip-json.ts";
import { memoryEvidence } from "../../support/memory-evidence.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { DAY, HOUR, incidentOf, logEvent, MINUTE, putIncident, THREE_AM, testParts, testTenant } from "../support.ts";

const complete = <T>(data: readonly T[]) => ({ status: "complete", data, count: data.length }) as const;
const inventory = (sections: Record<string, unknown>): Inventory => sections as Inventory;

const BEFORE = inventory({
  clients: complete([
    { client_id: "job", name: "Nightly job" },
    { client_id: "web", name: "Web" },
  ]),
  clientGrants: complete([{ id: "cgr_1", client_id: "web", scope: ["a", "b"] }]),
  clientCredentials: complete([]),
  actions: complete([]),
});
const AFTER = inventory({
  clients: complete([
    { client_id: "job", name: "Nightly job" },
    { client_id: "web", name: "Web" },
    { client_id: "evil", name: "Backup" },
  ]),
  clientGrants: complete([{ id: "cgr_1", client_id: "web", scope: ["b", "a", "delete:users"] }]),
  clientCredentials: complete([{ id: "cred_1", client_id: "web", kid: "k" }]),
  actions: { status: "unavailable", reason: "missing-scope", detail: "read:actions" },
});

describe("comparing two inventories", () => {
  it("finds what is new and changed, and says what it cannot compare", () => {
    const { changes, notCompared } = compareInventories(BEFORE, AFTER);

    expect(changes.map(({ section, what, id, fields }) => [section, what, id, ...fields])).toEqual([
      ["clients", "new", "evil"],
      ["clientCredentials", "new", "cred_1"],
      ["clientGrants", "changed", "cgr_1", "scope"],
    ]);
    expect(notCompared).toContainEqual({ section: "actions", why: "now, it could not be read (missing-scope)" });
    expect(notCompared).toContainEqual({ section: "signingKeys", why: "before, nobody asked for it" });
  });

  it("keeps as many changes as a row has room for, and counts the others", () => {
    const many = complete(Array.from({ length: 300 }, (_, index) => ({ id: `new-${index}`, client_id: `c-${index}` })));
    const sections = ["clients", "clientGrants", "clientCredentials", "actions", "resourceServers", "signingKeys"];
    const [before, after] = [complete([]), many].map((read) =>
      inventory(Object.fromEntries(sections.map((section) => [section, read]))),
    );
    const { changes, others } = compareInventories(before ?? BEFORE, after ?? AFTER);

    expect([changes.length, changes.length + others]).toEqual([800, 300 * sections.length]);
  });

  it("finds nothing where nothing changed, in whatever order it comes and although evidence was JSON", () => {
    const item = fc.record({
      id: fc.string({ minLength: 1 }),
      scope: fc.option(fc.array(fc.string()), { nil: undefined }),
      name: fc.string(),
    });
    fc.assert(
      fc.property(fc.uniqueArray(item, { selector: ({ id }) => id }), (items) => {
        const stored = JSON.parse(JSON.stringify({ clientGrants: complete(items) })) as Inventory;
        const now = inventory({
          clientGrants: complete(items.toReversed().map((one) => ({ ...one, scope: one.scope?.toReversed() }))),
        });

        expect(compareInventories(stored, now).changes).toEqual([]);
      }),
    );
  });
});

async function investigated(changes: Partial<Incident> = {}, now: Inventory | CurfewError | null = AFTER) {
  const tenant = testTenant();
  tenant.pageSize = 2;
  const all = testParts(tenant);
  const incident = incidentOf(changes);
  await putIncident(all.table, incident);
  const seen = (sections: Inventory | null) =>
    sections === null ? undefined : { at: THREE_AM, finishedAt: THREE_AM, source: "test", inventory: sections };
  const nowRead = now instanceof CurfewError ? async () => Promise.reject(now) : async () => seen(now);
  const inventories = { before: async () => seen(BEFORE), now: nowRead };
  const run = async (deadline = Number.POSITIVE_INFINITY): Promise<Incident> =>
    all.clock.run(oneRun({ ...all.parts, deadline }));
  const oneRun = async (parts: IncidentParts): Promise<Incident> => {
    const known = () => readIncident(all.table, incident.id);
    const { isRead } = await lookBack(await known(), parts);
    return isRead ? investigate(await known(), parts, inventories) : known();
  };
  const judge = async (): Promise<Incident> =>
    all.clock.run(investigate(await readIncident(all.table, incident.id), all.parts, inventories));
  return { ...all, tenant, incident, inventories, run, judge };
}

describe("looking back", () => {
  const since = THREE_AM - 2 * HOUR;

  it("finds every write and every secret that was read since the leak, page by page, however often it is stopped", async () => {
    const { tenant, run, table, incident, heard } = await investigated();
    const early = logEvent(since - HOUR);
    const writes = Array.from({ length: 7 }, (_, index) =>
      logEvent(since + index * MINUTE, { request: { method: "post", path: `/api/v2/clients/web/credentials` } }),
    );
    const read = logEvent(since + HOUR, {
      type: "mgmt_api_read",
      request: { method: "get", path: "/api/v2/clients/db" },
      accessedSecrets: ["client_secret"],
    });
    const last = logEvent(THREE_AM, { clientId: "other" });
    tenant.log = [early, ...writes, read, last, logEvent(THREE_AM + HOUR)];
    await preserve(table, incident, "log-position", { event: last.id });

    let calls = 0;
    while ((await run(0)).steps.investigate?.outcome !== "done") calls += 1;

    expect(calls).toBeGreaterThan(3);
    const record = (await readInvestigation(table, incident.id))?.value;
    expect(record?.uses.map(({ what, count }) => [what, count])).toEqual([
      ["POST /api/v2/clients/web/credentials", 7],
      ["GET /api/v2/clients/db, which shows secrets: client_secret", 1],
    ]);
    expect(record).toMatchObject({ earlier: 1, isRead: true });
    expect(record?.exposures.map(({ clientId }) => clientId)).toEqual(["web", "db", "evil", "web", "web"]);
    expect(heard).toMatchObject([
      { severity: "critical", title: "acme: what was done with job: 5 other things may be exposed or planted" },
    ]);
  });

  it("goes on where Auth0 has forgotten the event that it stopped at, again and again, and says what nobody read", async () => {
    const { tenant, run, table, incident, heard, clock } = await investigated();
    const at = (hours: number) =>
      logEvent(THREE_AM - hours * HOUR, { request: { method: "post", path: "/api/v2/users" } });
    const [first, second, third, fourth] = [at(5), at(4), at(3), at(2)];
    tenant.knowsDropped = false;
    tenant.log = [first, second, third, fourth];
    await preserve(table, incident, "log-position", { event: fourth.id });

    await run(0);
    await clock.run(clock.sleep(2 * DAY));
    tenant.log = [third, fourth];
    await run(0);
    await clock.run(clock.sleep(2 * DAY));
    tenant.log = [fourth];
    const { steps } = await run();

    expect(steps.investigate?.outcome).toBe("done");
    expect((await readInvestigation(table, incident.id))?.value).toMatchObject({
      isRead: true,
      gaps: [
        { from: second.at, to: third.at },
        { from: third.at, to: fourth.at },
      ],
    });
    const blind = heard.filter(({ title }) => title.includes("nobody can see what was done with job"));
    expect(blind).toHaveLength(2);
  });

  it("never takes silence for nothing", async () => {
    const { run, heard } = await investigated({}, BEFORE);
    await run();

    expect(heard[0]?.text).toContain("that does not mean that nothing was done");
  });

  it("keeps no incident from its end where nobody can read the log: it compares all the same, and says so", async () => {
    const { tenant, table, parts, inventories, clock, incident, heard, judge } = await investigated();
    tenant.failure = new CurfewError("missing-scope", "The responder lacks read:logs.", { detail: "read:logs" });
    const takeStep = async () => {
      const known = await readIncident(table, incident.id);
      return clock.run(respondSteps(NO_QUESTIONS)["look-back"](known, { ...parts, inventories }));
    };

    expect(await takeStep()).toMatchObject({ next: "again" });
    await clock.run(clock.sleep(DAY));
    expect(await takeStep()).toEqual({ next: "on", wait: 0 });
    expect((await judge()).steps.investigate).toMatchObject({
      outcome: "incomplete",
      code: "missing-scope",
      missing: [expect.stringContaining("read:logs")],
    });
    expect(heard[0]?.text).toMatch(/^Nobody could read the log/);
    expect(heard[0]?.text).not.toContain("shows nothing");
    expect(heard[0]?.items).toContainEqual(expect.stringContaining("evil"));
    expect(heard[0]?.items).toContain("NOT COMPARED What was done before: nobody could read Auth0's log.");
  });

  it("says so where nothing could be compared", async () => {
    const { run } = await investigated({}, null);

    expect((await run()).steps.investigate).toMatchObject({
      outcome: "done",
      message: expect.stringContaining("The tenant as it is now could not be read."),
    });
  });

  it("says how far back nobody can see, and that an audit from after the leak may count as clean", async () => {
    const whole = await investigated();
    whole.tenant.log = [logEvent(since - HOUR, { clientId: "other" }), logEvent(since + HOUR)];
    const short = await investigated();
    short.tenant.log = [logEvent(since + HOUR)];
    const unknown = await investigated({ leakedSince: null });
    for (const { run } of [whole, short, unknown]) await run();
    const lines = [whole, short, unknown].map(({ heard }) => heard[0]?.items.join("\n"));

    expect(lines[0]).not.toMatch(/What was done before|What was different by/);
    expect(lines[1]).toMatch(/NOT COMPARED What was done before 2026-11-23 02:00 UTC: Auth0's log does not reach back/);
    expect(lines[2]).toMatch(/NOT COMPARED What was done before: Auth0's log has no events/);
    expect(lines[2]).toMatch(/NOT COMPARED What was different by 2026-11-23 03:00 UTC already: nobody said since when/);
  });

  it("tells people what could not be compared, and why", async () => {
    const refused = await investigated({}, new CurfewError("configuration-invalid", "It is about the auditor."));
    const lacking = await investigated();
    await refused.run();
    await lacking.run();

    expect((await refused.run()).steps.investigate?.outcome).toBe("done");
    expect(refused.heard[0]?.items).toContain(
      "NOT COMPARED What is different in the tenant: The tenant as it is now could not be read: It is about the auditor.",
    );
    for (const { heard } of [refused, lacking])
      expect(heard[0]?.items.join("\n")).toMatch(/NOT COMPARED .*log streams/);
    expect(lacking.heard[0]?.items).toContain(
      "NOT COMPARED What is different in actions: now, it could not be read (missing-scope).",
    );
  });
});

describe("comparing what could not be read at first", () => {
  const FAILED = new CurfewError("credentials-refused", "Auth0 refuses the auditor.");

  async function failing(changes: Partial<Incident> = {}) {
    const world = await investigated({ window: null, ...changes }, FAILED);
    await world.clock.run(lookBack(world.incident, world.parts));
    const step = async (now?: Inventory) => {
      const inventories = now
        ? { ...world.inventories, now: async () => ({ ...SEEN, inventory: now }) }
        : world.inventories;
      const known = await readIncident(world.table, world.incident.id);
      return world.clock.run(
        investigateSteps.investigate(known, {
          ...world.parts,
          inventories,
          present: () => Promise.reject(new Error()),
        }),
      );
    };
    return { ...world, step };
  }
  const SEEN = { at: THREE_AM, source: "test" };

  it("is tried again, ever more seldom, and told once it is done", async () => {
    const { step, clock, heard, table, incident } = await failing();
    const first = await step();
    await clock.run(clock.sleep(DAY));
    const second = await step();
    expect(heard).toHaveLength(1);
    const third = await step(AFTER);

    expect([first.next, second.next, third.next]).toEqual(["again", "again", "on"]);
    expect(second.wait).toBeGreaterThan(first.wait);
    expect(heard[0]?.items.join()).toMatch(/could not be read: Auth0 refuses the auditor. That is tried again until/);
    expect(heard[1]?.items.join()).toMatch(/EXPOSED evil: .*Different clients: new: Backup/);
    const record = (await readInvestigation(table, incident.id))?.value;
    expect(record).toMatchObject({ notCompared: null, compared: { changes: expect.any(Array) } });
    expect(record).not.toHaveProperty("triedAgain");
  });

  it("is told also where nothing is different", async () => {
    const { step, heard } = await failing();
    await step();
    await step(BEFORE);

    expect(heard).toHaveLength(2);
    expect(heard[1]?.items.join()).not.toContain("could not be read: ");
  });

  it("ends with the window, when a person ends it, and in a drill", async () => {
    const at = THREE_AM + HOUR;
    const closing = await failing({ window: { state: "closes", at, apis: [], others: 0, tokenUntil: null } });
    const drill = await failing({ drill: true });
    const ended = await failing({ ended: { at: THREE_AM, by: "dana", reason: "enough" } });

    const { next, wait } = await closing.step();
    expect(next).toBe("again");
    expect(closing.clock.now() + wait * 1_000).toBeLessThanOrEqual(at);
    await closing.clock.run(closing.clock.sleep(at - closing.clock.now()));
    for (const { step } of [closing, drill, ended]) expect(await step()).toEqual({ next: "on", wait: 0 });
    expect(drill.heard[0]?.items.join()).not.toContain("tried again");
    expect(closing.heard.map(({ items }) => items.join().includes("tried again"))).toEqual([true, false]);
    expect((await readInvestigation(closing.table, closing.incident.id))?.value.notCompared).toMatch(/auditor\.$/);
  });
});

describe("the last inventory", () => {
  it("is the newest complete one that ended before the leak, in the version that was judged", async () => {
    const [table, evidence] = [memoryTable(), memoryEvidence()];
    const runs = [
      { day: 20, status: "complete" },
      { day: 21, status: "incomplete" },
      { day: 22, status: "complete" },
    ] as const;
    for (const { day, status } of runs) {
      const startedAt = `2026-11-${day}T06:00:00.000Z`;
      const folder = `runs/${startedAt}/run/acme/`;
      const sections = { clients: complete([{ client_id: `c${day}` }]) };
      const stored = await evidence.write(
        `${folder}inventory.json.gz`,
        await gzipJson({ readAt: startedAt, inventory: sections }),
        "",
      );
      await evidence.write(`${folder}results.json.gz`, await gzipJson({ inventory: stored }), "");
      await evidence.write(`${folder}inventory.json.gz`, await gzipJson({ readAt: startedAt, inventory: {} }), "");
      const record = {
        run: { id: "run", startedAt },
        state: "recorded",
        status,
        evidence: folder,
        finishedAt: `2026-11-${day}T06:20:00.000Z`,
      };
      await table.put({ partition: "TENANT#acme", sort: `RUN#${startedAt}#run` }, record);
    }

    const seen = await lastInventory(table, evidence, "acme", Date.UTC(2026, 10, 22));

    const at = Date.UTC(2026, 10, 20, 6);
    expect(seen).toMatchObject({
      at,
      finishedAt: at + 20 * MINUTE,
      inventory: { clients: { data: [{ client_id: "c20" }] } },
    });
    expect(await lastInventory(table, evidence, "acme", Date.UTC(2026, 10, 20) - DAY)).toBeUndefined();
  });
});
