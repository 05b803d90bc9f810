import fc from "fast-check";
import { expect, test } from "vitest";
import type { ManagementApi } from "../../lib/auth0/management-api.ts";
import { readHistory } from "../../lib/history/read-history.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { systemClock } from "../../lib/model/clock.ts";
import type { Table } from "../../lib/store/table.ts";
import { aClient, aResourceServer } from "../support/inventory.ts";
import { mortalTable } from "../support/mortal-table.ts";
import { remembered } from "../support/remembered-tenant.ts";

const NOW = Date.UTC(2026, 10, 23, 6);
const HOUR = 3_600_000;
const never = new AbortController().signal;

interface Event {
  log_id: string;
  date: string;
  type: string;
  client_id: string;
  details: object;
}

/** Events as a tenant writes them: rotations, exchanges and others, an hour apart at the most. */
const someEvents = fc
  .array(
    fc.record({
      kind: fc.constantFrom("exchange", "rotate", "patch", "other"),
      client: fc.constantFrom("client-1", "client-2", "gone"),
      after: fc.integer({ min: 0, max: HOUR }),
    }),
    { maxLength: 320 },
  )
  .map((drawn) => {
    let at = NOW - 20 * 24 * HOUR;
    return drawn.map(({ kind, client, after }, index): Event => {
      at += after;
      const path = `/api/v2/clients/${client}${kind === "rotate" ? "/rotate-secret" : ""}`;
      const body = kind === "patch" ? { client_secret: "*****" } : {};
      return {
        log_id: `9002026${String(index).padStart(8, "0")}`,
        date: new Date(at).toISOString(),
        type: kind === "exchange" ? "seccft" : kind === "other" ? "fn" : "sapi",
        client_id: kind === "exchange" ? client : "somebody",
        details: { request: { method: kind === "rotate" ? "post" : "patch", path, body } },
      };
    });
  });

/** The log's two documented readings: the oldest event by search, and what is behind an event. */
const apiOver = (events: readonly Event[]): ManagementApi => ({
  traffic: { requests: 0, retries: 0, throttled: 0 },
  scopes: async () => undefined,
  renew: () => Promise.reject(new Error("an audit keeps its token")),
  send: async ({ query = {} }, shape) => {
    const { from, take } = query;
    const behind = from === undefined ? events : events.filter(({ log_id: id }) => id > String(from));
    return shape.parse(behind.slice(0, from === undefined ? 1 : Number(take)));
  },
});

const complete = <T>(data: readonly T[]) => ({ status: "complete", data, count: data.length }) as const;

interface Run {
  events: readonly Event[];
  clients: readonly string[];
  lifetime: number;
  /** Hours from now. */
  startedAfter?: number;
}

const run = (table: Table, one: Run): Promise<unknown> => runOver(apiOver(one.events), table, one);

function runOver(api: ManagementApi, table: Table, { clients, lifetime, startedAfter = 0 }: Run): Promise<unknown> {
  const startedAt = new Date(NOW + startedAfter * HOUR).toISOString();
  const read = readHistory({
    table,
    run: { id: `at-${startedAfter}`, startedAt },
    clock: { ...systemClock, now: () => NOW + 3 * HOUR },
    lookedAfter: () => ({ credentials: [{ clientId: "client-1", kind: "client-secret", secret: "shop" }], own: [] }),
    vault: { currentVersion: async () => ({ id: "v1", at: NOW - 9 * HOUR }) },
    interval: 86_400,
  });
  const inventory = {
    clients: complete(clients.map((id) => aClient({ client_id: id }))),
    resourceServers: complete([aResourceServer({ token_lifetime: lifetime })]),
  };
  return read({ name: "acme", plan: "enterprise" }, api, inventory, never, { logs: true });
}

const someRun = fc.record({
  events: someEvents,
  clients: fc.constantFrom(["client-1"], ["client-1", "client-2"], []),
  lifetime: fc.constantFrom(3_600, 86_400),
});

const afterwards = async (act: (table: Table) => Promise<unknown>): Promise<Record<string, unknown>> => {
  using table = openSqliteTable(":memory:");
  await act(table);
  return remembered(table);
};

test("a run that is repeated leaves what it left at first", async () => {
  await fc.assert(
    fc.asyncProperty(someRun, async (one) => {
      const once = await afterwards((table) => run(table, one));
      const twice = await afterwards(async (table) => {
        await run(table, one);
        await run(table, one);
      });

      expect(twice).toEqual(once);
    }),
    { numRuns: 60 },
  );
});

test("a run that is killed at any of its accesses to the memory and tried again leaves what an undisturbed one leaves", async () => {
  let kills = 0;
  await fc.assert(
    fc.asyncProperty(someRun, async (one) => {
      const undisturbed = await afterwards((table) => run(table, one));
      for (let survived = 0; ; survived += 1) {
        let killed = false;
        const killedOnce = await afterwards(async (table) => {
          await run(killedAfter(table, survived), one).catch((error: unknown) => {
            if (error !== KILL) throw error;
            killed = true;
          });
          await run(table, one);
        });
        expect(killedOnce).toEqual(undisturbed);
        if (!killed) break;
        kills += 1;
      }
    }),
    { numRuns: 15 },
  );
  console.info(`killed and repeated: ${kills} kills, 0 differences`);
  expect(kills).toBeGreaterThan(50);
});

const KILL = new Error("killed");

/** A table that fails for good after so many accesses. */
function killedAfter(table: Table, survived: number): Table {
  let count = 0;
  const alive = (): void => {
    if (count >= survived) throw KILL;
    count += 1;
  };
  return mortalTable(table, alive);
}

test("two runs at once leave what they leave one after the other, however their accesses interleave", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      someRun,
      fc.constantFrom(0, 1),
      fc.nat({ max: 320 }),
      async (scheduler, one, startedAfter, seen) => {
        // The first run finds the beginning of what the second finds.
        const first = { ...one, events: one.events.slice(0, Math.max(1, seen)) };
        const second = { ...one, startedAfter };
        const inOrder = await afterwards(async (table) => {
          await run(table, first);
          await run(table, second);
        });
        const atOnce = await afterwards(async (table) => {
          const shared = interleaved(table, scheduler);
          const both = Promise.all([run(shared, first), run(shared, second)]);
          await scheduler.waitFor(both);
        });

        expect(comparable(atOnce)).toEqual(comparable(inOrder));
      },
    ),
    { numRuns: 100 },
  );
});

function interleaved(table: Table, scheduler: fc.Scheduler): Table {
  return {
    get: scheduler.scheduleFunction(async (key) => table.get(key)) as Table["get"],
    list: (partition, range) => table.list(partition, range),
    put: scheduler.scheduleFunction(async (key, value, options) => table.put(key, value, options)) as Table["put"],
    remove: (key, options) => table.remove(key, options),
  };
}

/**
 * Of two runs at once neither is before the other: whether a client that both see for the first time was created after
 * one of them, only runs one after the other can tell. Everything else must agree.
 */
function comparable(rows: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rows).map(([sort, value]) => {
      const { seen, ...rest } = value as { seen?: { first: number } };
      return [sort, seen === undefined ? rest : { ...rest, first: seen.first }];
    }),
  );
}

test("runs that come in another order leave the same first sight, exchanges, rotations and position", async () => {
  await fc.assert(
    fc.asyncProperty(someRun, fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), async (one, order) => {
      const runsIn = (hours: readonly number[]) =>
        afterwards(async (table) => {
          for (const startedAfter of hours) await run(table, { ...one, startedAfter });
        });

      expect(comparable(await runsIn(order))).toEqual(comparable(await runsIn([0, 1, 2])));
    }),
    { numRuns: 60 },
  );
});

test("events that come twice, and pages in which they come out of order, change nothing", async () => {
  await fc.assert(
    fc.asyncProperty(someRun, fc.infiniteStream(fc.nat()), async (one, chance) => {
      const api = apiOver(one.events);
      const send: ManagementApi["send"] = async (request, shape, signal) => {
        const page = (await api.send(request, shape, signal)) as Event[];
        const doubled = page.flatMap((event) => ((chance.next().value ?? 0) % 3 === 0 ? [event, event] : [event]));
        const mixed = doubled.toSorted(() => ((chance.next().value ?? 0) % 2 === 0 ? -1 : 1));
        return mixed as never;
      };
      const plain = await afterwards((table) => run(table, one));
      const odd = await afterwards((table) => runOver({ ...api, send }, table, one));

      expect(odd).toEqual(plain);
    }),
    { numRuns: 60 },
  );
});
