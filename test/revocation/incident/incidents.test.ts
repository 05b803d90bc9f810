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
import { laterOnes, laterThatDecides } from "../../../lib/revocation/incident/later.ts";
import { allAbout } from "../../../lib/revocation/incident/open-about.ts";
import { type IncidentRequest, openIncident } from "../../../lib/revocation/incident/open-incident.ts";
import { preserve, readPreserved, readPreservedGrants } from "../../../lib/revocation/incident/preserve.ts";
import { closesApplication } from "../../../lib/revocation/incident/same-leak.ts";
import { addToTimeline, readTimeline, type TimelineEntry } from "../../../lib/revocation/incident/timeline.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";
import type { TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import type { Row, Table } from "../../../lib/store/table.ts";
import { memoryTable } from "../../support/memory-table.ts";

const THREE_AM = Date.UTC(2026, 10, 23, 3);
const DAY = 86_400_000;

const request = (changes: Partial<IncidentRequest> = {}): IncidentRequest => ({
  tenant: "acme",
  clientId: "job",
  drill: false,
  reason: "The secret was in a public repository.",
  openedBy: "arn:aws:iam::111122223333:role/oncall",
  leakedSince: null,
  token: null,
  openedAt: THREE_AM,
  ...changes,
});

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

const idsOf = async (table: Table): Promise<string[]> => (await all(listIncidents(table))).map(({ id }) => id);

const close = (table: Table, id: string) =>
  changeIncident(table, id, (incident) => ({ ...incident, closedAt: THREE_AM + 1 }));

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

/** An access to the table at which something happens, before it did anything or after: it fails, if nothing else is said. */
type Failure = { access: number; when: "before" | "after" };

const fails = async (): Promise<void> => {
  throw new CurfewError("store-failed", "The table does not answer.");
};

function failingAt(
  table: Table,
  { access, when }: Failure,
  happens: () => Promise<void> = fails,
): { table: Table; failed: () => boolean } {
  let count = 0;
  const strike = async <T>(call: () => Promise<T>): Promise<T> => {
    count += 1;
    if (count !== access) return call();
    if (when === "before") await happens();
    const came = await call();
    if (when === "after") await happens();
    return came;
  };
  return {
    failed: () => count >= access,
    table: {
      get: (key) => strike(() => table.get(key)),
      put: (key, value, options) => strike(() => table.put(key, value, options)),
      remove: (key, options) => strike(() => table.remove(key, options)),
      async *list<T>(partition: string, range: Parameters<Table["list"]>[1]): AsyncGenerator<Row<T>> {
        await strike(async () => undefined);
        yield* table.list<T>(partition, range);
      },
    },
  };
}

test("who dies at any access to the table and begins again leaves what an undisturbed one leaves", async () => {
  const entry: TimelineEntry = { at: THREE_AM, who: "curfew", what: "PATCH /clients/job", answer: "200" };
  const work = async (table: Table, look: string): Promise<void> => {
    const { id } = await openIncident(table, request({ openedAt: look === "first" ? THREE_AM : THREE_AM + 5_000 }));
    await addToTimeline(table, id, entry);
    await preserve(table, { id }, "grant-types", ["client_credentials"]);
    await preserve(table, { id }, "grant/cgr_1", { scope: ["read:users"] });
    await recordStep(table, id, "lock", { at: THREE_AM, outcome: "done", message: "Locked." });
  };
  /** Without what may differ: when it was opened, and so where that stands in the timeline. */
  const left = async (table: Table) => {
    const incidents = await all(listIncidents(table));
    const [id = ""] = incidents.map((incident) => incident.id);
    const kept = [await readPreserved(table, { id }, "grant-types"), await readPreservedGrants(table, { id })];
    return {
      incidents: incidents.map(({ openedAt: _, ...rest }) => rest),
      kept,
      timeline: (await all(readTimeline(table, id))).map(({ who, what, answer }) => `${who}: ${what} ${answer}`).sort(),
    };
  };
  const undisturbed = memoryTable();
  await work(undisturbed, "first");
  const expected = await left(undisturbed);
  let deaths = 0;
  for (const when of ["before", "after"] as const) {
    for (let access = 1; ; access += 1) {
      const table = memoryTable();
      const failing = failingAt(table, { access, when });
      await work(failing.table, "first").catch((error: unknown) => {
        if (!failing.failed()) throw error;
      });
      if (!failing.failed()) break;
      deaths += 1;
      await work(table, "second");

      expect(await left(table)).toEqual(expected);
    }
  }
  console.info(`died and begun again: ${deaths} times, 0 differences`);
  expect(deaths).toBeGreaterThan(10);
});

const opaque = (day: number): TokenFacts => ({
  ...{ form: "opaque", issuer: null, subject: null, clientId: null, audience: [], scopes: [], grantType: null },
  ...{ issuedAt: null, notBefore: null, expiresAt: null, jti: null, kid: null, sha256: `${day}`.padStart(64, "0") },
  signature: { status: "unverifiable", why: "It is opaque." },
});
const OWN = { role: "rotator", hasSpare: true } as const;

/** Whether somebody who goes from one incident to the next comes to no end. */
function hasCircle(incidents: readonly Incident[]): boolean {
  const next = new Map(incidents.map(({ id, followedBy }) => [id, followedBy]));
  return incidents.some(({ id }) => {
    let last: string | undefined = id;
    for (let steps = 0; steps <= incidents.length; steps += 1) last = last && next.get(last);
    return last !== undefined;
  });
}

test("of the incidents about an application at most one decides: the newest that is open, whatever is reported, looked at, ended and closed, and whoever dies, and none that went on is forgotten", async () => {
  type Step =
    // At which access to the table the first of them dies, or others report, close what was open first, and report.
    | { does: "report"; what: "secret" | "opaque"; atOnce: number; access: number | null; by: "death" | "others" }
    | { does: "end" | "close" | "look"; which: number } // 0: the newest
    | { does: "lose the line" }; // as where it was reported by a version that had none
  const reported = (what: "secret" | "opaque", access: number | null = null): Step => ({
    ...{ does: "report", what, atOnce: 1, access, by: "others" },
  });
  const [REPORT, TOKEN] = [reported("secret"), reported("opaque")];
  const report = fc.record({
    ...{ does: fc.constant("report" as const), what: fc.constantFrom("secret", "secret", "opaque") },
    ...{ atOnce: fc.constantFrom(1, 1, 2, 3), access: fc.option(fc.nat(40)) },
    by: fc.constantFrom("death" as const, "others" as const),
  });
  const other = fc.record({ does: fc.constantFrom("end", "end", "close", "look"), which: fc.nat(3) });
  const lost = fc.record({ does: fc.constant("lose the line" as const) });
  const step = fc.oneof({ weight: 4, arbitrary: report }, { weight: 4, arbitrary: other }, lost);
  const steps = fc.array(step as fc.Arbitrary<Step>, { minLength: 5, maxLength: 9 });
  const on = (does: "end" | "close" | "look", which: number): Step => ({ does, which });
  const EXAMPLES: Step[][] = [
    [REPORT, REPORT, REPORT, on("end", 1), REPORT, on("end", 0)],
    [TOKEN, REPORT, on("close", 0), REPORT], // the one that takes nothing away is led to the last, through the closed one
    [REPORT, REPORT, on("end", 0), { does: "lose the line" }, REPORT],
    [REPORT, TOKEN, on("look", 0)], // one of Curfew's own logins: what closes nothing begins to
    [REPORT, TOKEN, REPORT, on("look", 1), on("end", 0)],
    // Between reading the line and writing it: who is found open and unlinked there is closed and left out by then.
    ...[8, 9, 10, 11, 12, 13].map((access) => [REPORT, reported("secret", access)]),
  ];
  let most = 0;
  const holds = async (history: readonly Step[]): Promise<void> => {
    const table = memoryTable();
    const behind = new Map<string, readonly string[]>();
    const openOnes = async () =>
      (await all(listIncidents(table))).filter(({ closedAt, ended }) => closedAt === null && !ended);
    const replaceAll = async (at: number) => {
      for (const { id } of await openOnes()) await changeIncident(table, id, (known) => ({ ...known, replacedAt: at }));
    };
    for (const [day, step] of history.entries()) {
      const at = THREE_AM + day * DAY;
      const before = await openOnes();
      if ("which" in step) {
        const chosen = before[step.which];
        const leak = chosen && classify({ ...chosen, client: undefined, own: OWN });
        const said = {
          ...{ look: { leak: leak ?? null }, close: { closedAt: at } },
          end: { ended: { at, by: "sam", reason: "all is well" }, ...(day % 2 === 0 && { closedAt: at }) },
        }[step.does];
        if (chosen) await changeIncident(table, chosen.id, (known) => ({ ...known, ...said }));
      } else if (step.does === "lose the line") {
        await table.remove({ partition: "INCIDENT#LINE#acme#job", sort: "LINE" });
      } else {
        await replaceAll(at);
        const others = async (): Promise<void> => {
          await openIncident(table, request({ openedAt: at, openedBy: `${day}/others` }));
          const first = (await all(listIncidents(table))).findLast(({ closedAt }) => closedAt === null);
          if (first) await close(table, first.id);
          await replaceAll(at);
          await openIncident(table, request({ openedAt: at, openedBy: `${day}/others` }));
        };
        const { table: failing } = failingAt(
          table,
          { access: step.access ?? Number.POSITIVE_INFINITY, when: "before" },
          step.by === "death" ? fails : others,
        );
        const tokens = step.what === "secret" ? [null, null, opaque(day)] : [opaque(day), null];
        const people = tokens
          .slice(0, step.atOnce)
          .map((token, index) => request({ token, openedAt: at, openedBy: `${day}/${index}` }));
        await Promise.allSettled(people.map((person) => openIncident(failing, person)));
        expect(hasCircle(await all(listIncidents(table)))).toBe(false); // no walk along it would end
        for (const person of people) await openIncident(table, { ...person, openedAt: at + 1 }); // whoever died begins again
      }
      for (const incident of await all(listIncidents(table))) {
        const ids = (await laterOnes(table, incident)).map(({ id }) => id);
        expect(ids).toEqual(expect.arrayContaining([...(behind.get(incident.id) ?? [])]));
        behind.set(incident.id, ids);
      }
      const open = await openOnes();
      const later = await Promise.all(open.map((incident) => laterThatDecides(table, incident)));
      const deciding = open.filter((one, index) => closesApplication(one) && later[index] === undefined);
      most = Math.max(most, open.length);
      // One that came to its end by itself has decided for those before it.
      const isOver = !("what" in step && step.what === "secret") && history.some(({ does }) => does === "close");
      const newest = isOver && deciding.length === 0 ? [] : open.filter(closesApplication).slice(0, 1);
      expect(deciding).toEqual(newest);
      // Every other one that was reported before leads to it, whatever leaked.
      const behindIt = newest.flatMap((one) => later.slice(open.indexOf(one) + 1));
      expect(behindIt.map((one) => one?.id)).toEqual(behindIt.map(() => newest[0]?.id));
    }
  };
  await fc.assert(fc.asyncProperty(steps, holds), { numRuns: 31, examples: EXAMPLES.map((one): [Step[]] => [one]) });
  console.info(`who decides: 31 histories, up to ${most} incidents open at once`);
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
