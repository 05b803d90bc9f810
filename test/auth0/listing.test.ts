import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Page, readListing, TruncatedListing } from "../../lib/auth0/listing.ts";

const never = new AbortController().signal;

/** A list that answers like Auth0: pages of a list that may change between the requests. */
function served(items: () => number[], pageSize: number, page?: (index: number, honest: Page<number>) => Page<number>) {
  let requests = 0;
  return {
    get requests() {
      return requests;
    },
    read: () =>
      readListing<number>({
        pageSize,
        signal: never,
        idOf: String,
        readPage: async (index) => {
          requests += 1;
          const now = items();
          const honest = { items: now.slice(index * pageSize, (index + 1) * pageSize), total: now.length };
          return page ? page(index, honest) : honest;
        },
      }),
  };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("reading a listing", () => {
  it.each([
    { title: "an empty list", count: 0, requests: 1 },
    { title: "less than a page", count: 7, requests: 1 },
    { title: "exactly a page", count: 10, requests: 1 },
    { title: "one more than a page", count: 11, requests: 2 },
    { title: "many pages", count: 95, requests: 10 },
  ])("asks for $title with $requests request(s), not one more", async ({ count, requests }) => {
    const list = served(() => numbers(count), 10);

    expect(await list.read()).toEqual(numbers(count));
    expect(list.requests).toBe(requests);
  });

  it("reads once more when a page was short, and is complete when the second reading is", async () => {
    let reading = 0;
    const list = served(
      () => numbers(25),
      10,
      (index, honest) => {
        if (index === 1 && reading++ === 0) return { ...honest, items: honest.items.slice(1) };
        return honest;
      },
    );

    expect(await list.read()).toEqual(numbers(25));
    expect(list.requests).toBe(6);
  });

  it("says so when items are missing in both readings", async () => {
    const list = served(
      () => numbers(25),
      10,
      (_, honest) => ({ ...honest, total: 27 }),
    );

    await expect(list.read()).rejects.toThrow(TruncatedListing);
    await expect(list.read()).rejects.toMatchObject({ detail: "25 of 27 items" });
  });

  it("reads once more when something was deleted meanwhile, though the count then fits by chance", async () => {
    let requests = 0;
    const before = numbers(20);
    const after = numbers(20).filter((number) => number !== 3); // 10 moves to the first page, which was read already
    const list = served(() => (requests++ === 0 ? before : after), 10);

    expect(await list.read()).toEqual(after);
  });

  it("does not fill a hole with what was deleted meanwhile", async () => {
    let requests = 0;
    const list = served(
      () => (requests++ < 3 ? numbers(25) : numbers(19)),
      10,
      (_, honest) => ({ ...honest, total: honest.total + 1 }),
    );

    await expect(list.read()).rejects.toMatchObject({ detail: "19 of 20 items" });
  });

  it.each([
    { title: "zero, though there are items", total: () => 0, detail: "10 of 0 items" },
    { title: "one less than a page", total: () => 9, detail: "10 of 9 items" },
    { title: "too small for the last page", total: () => 21, detail: "25 of 21 items" },
    {
      title: "one that shrinks",
      total: (page: number) => (page === 0 ? 20 : 15),
      detail: "20 of between 15 and 20 items",
    },
    { title: "one that grows", total: (page: number) => 25 + page, detail: "25 of between 25 and 27 items" },
    {
      title: "smaller on a middle page only",
      total: (page: number) => (page === 1 ? 24 : 25),
      detail: "25 of between 24 and 25 items",
    },
  ])("does not believe a total that contradicts the items: $title", async ({ total, detail }) => {
    const list = served(
      () => numbers(25),
      10,
      (index, honest) => ({ ...honest, total: total(index) }),
    );

    await expect(list.read()).rejects.toMatchObject({ detail });
    await expect(list.read()).rejects.toThrow(TruncatedListing);
  });

  it("does not count a reading in which something was deleted, though it is the second one and the number fits", async () => {
    let requests = 0;
    // Each reading loses the first item between its first and its second page, and with it the one that moves up.
    const list = served(() => numbers(22).slice(Math.ceil(requests++ / 3)), 10);

    await expect(list.read()).rejects.toThrow(TruncatedListing);
  });

  it("follows the page size that the server allows", async () => {
    const all = numbers(23);
    const list = readListing<number>({
      pageSize: 10,
      signal: never,
      idOf: String,
      readPage: async (index) => ({ items: all.slice(index * 5, index * 5 + 5), total: 23, limit: 5 }),
    });

    expect(await list).toEqual(all);
  });

  it("follows a total that grows while the pages are read", async () => {
    let requests = 0;
    const list = served(() => numbers(requests++ === 0 ? 15 : 35), 10);

    expect(await list.read()).toEqual(numbers(35));
  });

  it("ends although the total grows with every page", async () => {
    let total = 10;
    const list = served(
      () => numbers(10),
      10,
      (_, honest) => {
        total += 10;
        return { ...honest, total };
      },
    );

    await expect(list.read()).rejects.toThrow(TruncatedListing);
    expect(list.requests).toBeLessThan(100);
  });

  // Two changes that undo each other's count between the same two requests cannot be seen by paging with totals.
  it("never loses an item that was there the whole time when the list changes once, unless it says so", async () => {
    let complete = 0;
    let truncated = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.array(fc.record({ at: fc.integer({ min: 0, max: 12 }), remove: fc.boolean(), item: fc.nat(59) }), {
          maxLength: 1,
        }),
        async (count, changes) => {
          const stable = new Set(numbers(count));
          let current = numbers(count);
          let requests = 0;
          const list = served(() => {
            for (const change of changes.filter(({ at }) => at === requests)) {
              if (change.remove) {
                stable.delete(change.item);
                current = current.filter((item) => item !== change.item);
              } else current = [1000 + requests, ...current];
            }
            requests += 1;
            return current;
          }, 10);
          try {
            const read = new Set(await list.read());
            complete += 1;
            expect([...stable].filter((item) => !read.has(item))).toEqual([]);
          } catch (error) {
            if (!(error instanceof TruncatedListing)) throw error;
            truncated += 1;
          }
        },
      ),
      { numRuns: 1_000 },
    );
    console.log(`listing: ${complete} complete and ${truncated} truncated readings of changing lists, 0 items lost`);
  });
});
