import fc from "fast-check";
import { expect, test } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { changeIncident, listIncidents, recordStep } from "../../../lib/revocation/incident/incidents.ts";
import { laterOnes, laterThatDecides } from "../../../lib/revocation/incident/later.ts";
import { openIncident } from "../../../lib/revocation/incident/open-incident.ts";
import { preserve, readPreserved, readPreservedGrants } from "../../../lib/revocation/incident/preserve.ts";
import { closesApplication } from "../../../lib/revocation/incident/same-leak.ts";
import { addToTimeline, readTimeline, type TimelineEntry } from "../../../lib/revocation/incident/timeline.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";
import type { Row, Table } from "../../../lib/store/table.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { all, close, DAY, OWN, opaque, request, THREE_AM } from "./requests.ts";

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
