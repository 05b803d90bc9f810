import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { compareKeys, endOfPrefix } from "../../lib/store/sort-order.ts";
import type { Range, Row, Table } from "../../lib/store/table.ts";
import { type Dynalite, startDynalite } from "../support/dynalite.ts";
import { memoryTable } from "../support/memory-table.ts";

let dynalite: Dynalite;
const stores: Record<string, () => Table> = {
  sqlite: () => openSqliteTable(":memory:"),
  memory: memoryTable,
  dynamodb: () => dynamodbTable("conformance", { attempts: 3 }),
};

beforeAll(async () => {
  dynalite = await startDynalite();
  await dynalite.createTable("conformance");
});
afterAll(() => dynalite[Symbol.asyncDispose]());

/** What a table is, in the simplest words: the rows of one partition. */
type Model = Map<string, { value: unknown; version: number }>;

const allows = (model: Model, sort: string, ifVersion: number | undefined): boolean =>
  ifVersion === undefined || (model.get(sort)?.version ?? 0) === ifVersion;

function rowsOf(model: Model, { prefix, after, descending }: Range): [string, unknown, number][] {
  const rows = [...model]
    .filter(([sort]) => sort.startsWith(prefix) && (after === undefined || compareKeys(sort, after) > 0))
    .sort(([a], [b]) => compareKeys(a, b))
    .map(([sort, { value, version }]): [string, unknown, number] => [sort, value, version]);
  return descending ? rows.reverse() : rows;
}

async function collect(rows: AsyncIterable<Row<unknown>>): Promise<[string, unknown, number][]> {
  const collected: [string, unknown, number][] = [];
  for await (const { key, value, version } of rows) collected.push([key.sort, value, version]);
  return collected;
}

/** Few keys, so that they meet; some that JavaScript's own order puts elsewhere than UTF-8 does. */
const sort = fc.oneof(
  fc.constantFrom("FINDING#a", "FINDING#b", "FINDING#", "FINDING$", "RUN#1", "RUN#1#", "\u{ffff}", "\u{10000}x", "~"),
  fc.string({ minLength: 1, maxLength: 3, unit: "binary" }),
);
const value = fc
  .oneof(
    fc.dictionary(
      fc.string({ minLength: 1, maxLength: 3, unit: "grapheme-ascii" }),
      fc.oneof(fc.string(), fc.integer(), fc.boolean()),
    ),
    fc.constantFrom<object>(
      {},
      { nested: { list: [1, [], {}, null, "", 0.1], none: null } },
      { text: "ü\u{1f600}\u0000" },
    ),
  )
  .filter((candidate) => !Object.hasOwn(candidate, "__proto__"));
const ifVersion = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("put" as const),
      sort,
      value,
      ifVersion,
      expires: fc.option(fc.constant(4_000_000_000), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), sort, ifVersion }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("get" as const), sort }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("list" as const),
      prefix: fc.oneof(fc.constant(""), sort, fc.constantFrom("FINDING#", "RUN#")),
      after: fc.option(sort, { nil: undefined }),
      descending: fc.boolean(),
      expected: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    }),
  },
);

const defined = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, given]) => given !== undefined)) as T;

describe.each(Object.keys(stores))("a table in %s", (name) => {
  const open = (): Table => (stores[name] as () => Table)();

  it("does what the simplest model of it does", async () => {
    const table = open();
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30, size: "max" }), async (sequence) => {
        const partition = randomUUID();
        const model: Model = new Map();
        for (const next of sequence) {
          steps += 1;
          if (next.do === "put") {
            const expected = allows(model, next.sort, next.ifVersion);
            const options = defined({ ifVersion: next.ifVersion, expires: next.expires });
            expect(await table.put({ partition, sort: next.sort }, next.value, options as object)).toBe(expected);
            const version = (model.get(next.sort)?.version ?? 0) + 1;
            if (expected) model.set(next.sort, { value: next.value, version });
          } else if (next.do === "remove") {
            const expected = allows(model, next.sort, next.ifVersion);
            const options = defined({ ifVersion: next.ifVersion });
            expect(await table.remove({ partition, sort: next.sort }, options as object)).toBe(expected);
            if (expected) model.delete(next.sort);
          } else if (next.do === "get") {
            const row = await table.get({ partition, sort: next.sort });
            expect(row && { value: row.value, version: row.version }).toEqual(model.get(next.sort));
          } else {
            const range = defined({
              prefix: next.prefix,
              after: next.after,
              descending: next.descending,
              expected: next.expected,
            }) as Range;
            expect(await collect(table.list(partition, range))).toEqual(rowsOf(model, range));
          }
        }
      }),
      { numRuns: 150 },
    );
    console.info(`table in ${name}: ${steps} steps agree with the model`);
  });

  it("pages through a large partition, forwards and backwards, while rows are written", async () => {
    const table = open();
    const partition = randomUUID();
    const sorts = Array.from({ length: 3_000 }, (_, index) => `ROW#${String(index).padStart(5, "0")}`);
    const filling = "x".repeat(700); // two pages of DynamoDB, six of SQLite
    for (let from = 0; from < sorts.length; from += 100) {
      await Promise.all(sorts.slice(from, from + 100).map((key) => table.put({ partition, sort: key }, { filling })));
    }
    await table.put({ partition: `${partition}2`, sort: "ROW#00000" }, {});

    const seen: string[] = [];
    for await (const row of table.list<{ filling: string }>(partition, { prefix: "ROW#" })) {
      seen.push(row.key.sort);
      if (seen.length % 500 === 0) await table.put(row.key, { filling, touched: true }, { ifVersion: row.version });
    }
    const back = await collect(table.list(partition, { prefix: "ROW#", after: "ROW#00999", descending: true }));

    expect(seen).toEqual(sorts);
    expect(back.map(([key]) => key)).toEqual(sorts.slice(1_000).reverse());
  });

  it("lets one of many writers win that saw the same version", async () => {
    const table = open();
    const key = { partition: randomUUID(), sort: "ONE" };
    const writers = Array.from({ length: 10 }, (_, writer) => writer);

    const first = await Promise.all(writers.map((writer) => table.put(key, { writer }, { ifVersion: 0 })));
    const second = await Promise.all(writers.map((writer) => table.put(key, { writer }, { ifVersion: 1 })));

    expect([first, second].map((won) => won.filter(Boolean).length)).toEqual([1, 1]);
    expect((await table.get(key))?.version).toBe(2);
  });
});

describe("the order of sort keys", () => {
  it("is that of UTF-8, and a prefix ends where the first key without it begins", () => {
    const text = fc.string({ unit: "binary", maxLength: 4 });
    fc.assert(
      fc.property(text, text, (prefix, key) => {
        const end = endOfPrefix(prefix);
        const isWithin = compareKeys(key, prefix) >= 0 && (end === undefined || compareKeys(key, end) < 0);
        expect(isWithin).toBe(key.startsWith(prefix));
      }),
      {
        examples: [
          ["a\u{10ffff}", "b"],
          ["\ud7ff", "\ue000"],
          ["\u{10ffff}", "\u{10ffff}a"],
        ],
      },
    );
    expect(["\u{10000}", "\u{ffff}", "b", "a"].sort(compareKeys)).toEqual(["a", "b", "\u{ffff}", "\u{10000}"]);
  });
});
