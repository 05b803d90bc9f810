import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openSqliteTable } from "../../../lib/local/sqlite-table.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { askedKey } from "../../../lib/revocation/approvals/asked.ts";
import {
  INCIDENT_STEPS,
  type Incident,
  isContained,
  type StepResult,
} from "../../../lib/revocation/incident/incident.ts";
import { incidentId } from "../../../lib/revocation/incident/incident-id.ts";
import { changeIncident, listIncidents, readIncident, recordStep } from "../../../lib/revocation/incident/incidents.ts";
import { laterThatDecides } from "../../../lib/revocation/incident/later.ts";
import { allAbout } from "../../../lib/revocation/incident/open-about.ts";
import { type IncidentRequest, openIncident } from "../../../lib/revocation/incident/open-incident.ts";
import { preserve, readPreserved, readPreservedGrants } from "../../../lib/revocation/incident/preserve.ts";
import { addToTimeline, readTimeline, type TimelineEntry } from "../../../lib/revocation/incident/timeline.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";
import type { Table } from "../../../lib/store/table.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { all, close, DAY, OWN, opaque, request, THREE_AM } from "./requests.ts";

const idsOf = async (table: Table): Promise<string[]> => (await all(listIncidents(table))).map(({ id }) => id);

const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "it was not refused",
    (error: unknown) => (error instanceof CurfewError ? `${error.code}: ${error.message}` : error),
  );

describe("the id of an incident", () => {
  const idOf = (changes: Partial<IncidentRequest>) => incidentId(request(changes));

  test("is its name, and a drill's is another", () => {
    expect(idOf({ name: "repo-leak" })).toBe("repo-leak");
    expect(idOf({ name: "repo-leak", drill: true })).toBe("drill-repo-leak");
  });

  test("without a name is made of the day, the tenant and the application", () => {
    expect(idOf({})).toMatch(/^2026-11-23-acme-[0-9a-f]{10}$/);
    expect(idOf({})).toBe(idOf({ openedAt: THREE_AM + 3_600_000 }));
    const others = [{ clientId: "other" }, { tenant: "other" }, { openedAt: THREE_AM + DAY }, { drill: true }];
    expect(new Set([{}, ...others].map(idOf)).size).toBe(5);
  });

  test.each(["", "Leak", "a b", "-a", "a".repeat(61), "drill-a", "a#b"])("cannot be %j", (name) => {
    expect(() => idOf({ name })).toThrow("lower-case letters");
  });

  test("can always name an execution of a state machine", () => {
    const tenant = fc.stringMatching(/^[a-z0-9-]{1,40}$/);
    fc.assert(
      fc.property(tenant, fc.string({ minLength: 1 }), fc.boolean(), (name, clientId, drill) => {
        expect(idOf({ tenant: name, clientId, drill })).toMatch(/^[a-z0-9-]{1,77}$/);
      }),
    );
  });
});

describe("an incident", () => {
  test("is opened once, whoever starts it again, and keeps what the first one said", async () => {
    using table = openSqliteTable(":memory:");
    const first = await openIncident(table, request());
    const again = request({
      reason: "I do not know whether it worked.",
      openedBy: "dana",
      openedAt: THREE_AM + 60_000,
    });

    expect(await openIncident(table, again)).toEqual(first);
    expect(await all(listIncidents(table))).toEqual([first]);
    expect(await readIncident(table, first.id)).toEqual(first);
    expect(await all(readTimeline(table, first.id))).toMatchObject([
      { who: first.openedBy, what: `Opened the incident: ${first.reason}` },
      { who: "dana", what: "Reported it again: I do not know whether it worked." },
    ]);
  });

  test("is the same after midnight while it is open, and another one once it is closed, also on one day", async () => {
    const table = memoryTable();
    const first = await openIncident(table, request());

    expect((await openIncident(table, request({ openedAt: THREE_AM + DAY }))).id).toBe(first.id);
    await close(table, first.id);
    const second = await openIncident(table, request({ openedAt: THREE_AM + 60_000 }));
    expect(second.id).toBe(`${first.id}-2`);
    expect(await idsOf(table)).toEqual([second.id, first.id]);
  });

  test("is another one once giving access back is approved: that was agreed before what is reported now", async () => {
    const table = memoryTable();
    const { id } = await openIncident(table, request());
    await table.put(askedKey(id, "restore"), { plan: {}, decision: { decision: "approve", by: "kim", at: THREE_AM } });

    expect(await openIncident(table, request())).toMatchObject({ id: `${id}-2`, follows: [id] });
  });

  test("is followed by none that leads to it, whatever the line says", async () => {
    const table = memoryTable();
    const open = (name: string, at: number) => openIncident(table, request({ name, openedAt: THREE_AM + at }));
    for (const [at, name] of ["a", "b", "c"].entries()) await open(name, at);
    await table.put({ partition: "INCIDENT#LINE#acme#job", sort: "LINE" }, ["c", "b", "a"]);
    await open("d", 3);

    const links = (await all(listIncidents(table))).map(({ followedBy }) => followedBy);
    expect(links.reverse()).toEqual(["b", "c", "d", undefined]);
  });

  test("learns later which key leaked, and is then classified again", async () => {
    const table = memoryTable();
    const { id } = await openIncident(table, request());
    const leak = classify({ clientId: "job", token: null, client: undefined, own: null });
    await changeIncident(table, id, (incident) => ({ ...incident, leak }));

    expect(await openIncident(table, request())).toMatchObject({ id, leak });
    expect(await openIncident(table, request({ leakedKey: "kid" }))).toMatchObject({
      id,
      leak: null,
      leakedKey: "kid",
    });
  });

  test("about a token of one of Curfew's own logins goes on deciding when a key is named", async () => {
    const table = memoryTable();
    const first = await openIncident(table, request());
    const { id } = await openIncident(table, request({ token: opaque(1) }));
    const leak = classify({ ...{ clientId: "job", token: opaque(1), client: undefined }, own: OWN });
    await changeIncident(table, id, (incident) => ({ ...incident, leak }));

    expect(await openIncident(table, request({ leakedKey: "kid" }))).toMatchObject({ id, leak, leakedKey: "kid" });
    expect((await laterThatDecides(table, await readIncident(table, first.id)))?.id).toBe(id);
  });

  test("has a name that no other application's incident may take, and no closed one gives back", async () => {
    const table = memoryTable();
    await openIncident(table, request({ name: "leak" }));

    expect((await openIncident(table, request({ name: "leak" }))).id).toBe("leak");
    expect(await refusal(openIncident(table, request({ name: "leak", clientId: "other" })))).toMatch(
      /about the application job/,
    );
    expect((await openIncident(table, request({ name: "leak", drill: true }))).id).toBe("drill-leak");
    await close(table, "leak");
    expect(await refusal(openIncident(table, request({ name: "leak" })))).toMatch(/^arguments-invalid.*is closed/);
  });

  test("of another application or a drill is another one", async () => {
    const table = memoryTable();
    for (const changes of [{}, { clientId: "other" }, { tenant: "other" }, { drill: true }]) {
      await openIncident(table, request(changes));
    }

    expect(new Set(await idsOf(table)).size).toBe(4);
  });

  test("is opened without reading those of other applications, however many there were", async () => {
    const table = memoryTable();
    for (let count = 0; count < 20; count += 1) await openIncident(table, request({ clientId: `job-${count}` }));
    const read = new Set<string>();
    const get: Table["get"] = (key) => {
      read.add(key.partition);
      return table.get(key);
    };
    const watched = { ...table, get };
    const { id } = await openIncident(watched, request());

    const all = [...read];
    expect(all).toEqual([`INCIDENT#${id}`, "INCIDENT#LINE#acme#job"]);
    expect((await allAbout(watched, request())).map((incident) => incident.id)).toEqual([id]);
    expect([...read]).toEqual(all);
  });

  test("that is not there is not made by accident", async () => {
    const table = memoryTable();

    expect(await refusal(readIncident(table, "none"))).toMatch(/^arguments-invalid: There is no incident none/);
    expect(await refusal(close(table, "none"))).toMatch(/^arguments-invalid/);
  });

  test("keeps the later result of each step, in whatever order they are written", async () => {
    const table = memoryTable();
    const { id } = await openIncident(table, request());
    const done = (at: number): StepResult => ({ at, outcome: "done", message: `Done at ${at}.` });

    await recordStep(table, id, "lock", done(1));
    await Promise.all([recordStep(table, id, "contain", done(5)), recordStep(table, id, "prove", done(6))]);
    await recordStep(table, id, "contain", done(4));

    expect((await readIncident(table, id)).steps).toEqual({ lock: done(1), contain: done(5), prove: done(6) });
  });
});

describe("what was there before", () => {
  test("is kept once: a second look never takes its place", async () => {
    const table = memoryTable();

    expect(await preserve(table, { id: "leak" }, "grant-types", ["client_credentials"])).toEqual([
      "client_credentials",
    ]);
    expect(await preserve(table, { id: "leak" }, "grant-types", [])).toEqual(["client_credentials"]);
    expect(await readPreserved(table, { id: "leak" }, "grant-types")).toEqual(["client_credentials"]);
    expect(await readPreserved(table, { id: "leak" }, "client")).toBeUndefined();
  });

  test("of two who look at once one is kept, and both go on with it", async () => {
    const table = memoryTable();

    const kept = await Promise.all([1, 2].map((look) => preserve(table, { id: "leak" }, "log-position", { look })));

    expect(kept[0]).toEqual(kept[1]);
  });

  test("of grants is a row each", async () => {
    const table = memoryTable();
    const grants = ["b", "a"].map((id) => ({ id, scope: ["read:users"], organizations: ["org_1"] }));
    for (const grant of grants) await preserve(table, { id: "leak" }, `grant/${grant.id}`, grant);
    await preserve(table, { id: "other" }, "grant/c", { id: "c" });

    expect(await readPreservedGrants(table, { id: "leak" })).toEqual(grants.reverse());
  });
});

describe("the timeline", () => {
  const entry = (at: number, what: string): TimelineEntry => ({ at, who: "curfew", what, answer: null });

  test("is read in the order of time, and goes on behind a position", async () => {
    const table = memoryTable();
    for (const at of [3, 1, 2]) await addToTimeline(table, "leak", entry(THREE_AM + at, `${at}`));
    const [first] = await all(readTimeline(table, "leak"));
    const later = await all(readTimeline(table, "leak", first?.position));

    expect(first).toMatchObject(entry(THREE_AM + 1, "1"));
    expect(later.map(({ what }) => what)).toEqual(["2", "3"]);
  });

  test("holds everything that happened in one millisecond, and nothing twice", async () => {
    const table = memoryTable();
    const entries = Array.from({ length: 12 }, (_, index) => entry(THREE_AM + 0.25, `${index}`));
    await Promise.all([...entries, ...entries].map((one) => addToTimeline(table, "leak", one)));

    expect((await all(readTimeline(table, "leak"))).map(({ what }) => Number(what)).sort((a, b) => a - b)).toEqual([
      ...entries.keys(),
    ]);
  });
});

describe("contained", () => {
  const JOB = {
    name: "Job",
    appType: "non_interactive",
    tokenEndpointAuthMethod: "client_secret_post",
    grantTypes: ["client_credentials"],
    attachedKeys: ["a", "b"],
  };
  const leak = classify({ clientId: "job", token: null, leakedKey: "a", client: JOB, own: null });
  const step = (at: number, outcome: "done" | "paged" | "not-applicable" = "done"): StepResult =>
    outcome === "paged" ? { at, outcome, message: "", told: ["cgr_1"] } : { at, outcome, message: "" };
  const COMPLETE: Incident["steps"] = {
    lock: step(1),
    "detach-key": step(2),
    contain: step(3),
    prove: step(4),
  };
  const contained = (steps: Incident["steps"], changes: Partial<Incident> = {}) =>
    isContained({ leak, steps, drill: false, ...changes });

  test("is a leak whose every lever was pulled and then proven, whether or not it could be stored", () => {
    expect(contained(COMPLETE)).toBe(true);
    expect(contained({ ...COMPLETE, contain: step(3, "paged") })).toBe(true);
  });

  test.each(["lock", "detach-key", "contain", "prove"] as const)("is not one without %s", (missing) => {
    const { [missing]: _, ...others } = COMPLETE;
    const results: StepResult[] = [
      step(5, "not-applicable"),
      { at: 5, outcome: "incomplete", message: "", missing: ["cgr_1"], code: "throttled" },
    ];

    expect(contained(others)).toBe(false);
    for (const result of results) expect(contained({ ...COMPLETE, [missing]: result })).toBe(false);
  });

  test("is none any more when something was put back and taken away again, until that is proven", () => {
    expect(contained({ ...COMPLETE, contain: step(9) })).toBe(false);
    expect(contained({ ...COMPLETE, contain: step(9), prove: step(10) })).toBe(true);
  });

  test("is no drill, nothing that was not looked at, and no kind that has no lever", () => {
    const everything = Object.fromEntries(INCIDENT_STEPS.map((name) => [name, step(1)]));
    const userToken = { ...leak, levers: [], isContainable: false };

    expect(contained(COMPLETE, { drill: true })).toBe(false);
    expect(contained(COMPLETE, { leak: null })).toBe(false);
    expect(contained(everything, { leak: userToken })).toBe(false);
  });
});
