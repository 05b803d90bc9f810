import { CurfewError } from "../model/curfew-error.ts";
import { sideBySide } from "./side-by-side.ts";

/** One page of a listing. `total` is what Auth0 says there is in all; undefined when it does not say. */
export interface Page<T> {
  items: readonly T[];
  total: number | undefined;
  /** Items on a full page, where Auth0 says it; a server may allow fewer than were asked for. */
  limit?: number | undefined;
}

/** A listing to be read to its end. */
export interface Listing<T> {
  /** Reads the page with this index, the first being 0. */
  readPage(index: number, signal: AbortSignal): Promise<Page<T>>;
  idOf(item: T): string;
  /** Items on a full page. */
  pageSize: number;
  signal: AbortSignal;
}

/** Auth0's largest page everywhere. */
export const PAGE_SIZE = 100;

/**
 * Reads a listing to its end and proves it: the unique items are as many as Auth0 says there are.
 *
 * Once the first page has told the total, the others are read side by side. Things are created and deleted
 * meanwhile: where the total changed, or items are missing, everything is read once more. What is missing after
 * that is missing in Auth0's answers.
 *
 * @returns the items, unique by id, in the order of the pages
 * @throws TruncatedListing when fewer items came than the last total says
 */
export async function readListing<T>(listing: Listing<T>): Promise<T[]> {
  const first = await readPass(listing);
  if (first.consistent) return [...first.items.values()];
  const second = await readPass(listing);
  if (second.consistent) return [...second.items.values()];
  // Only the second reading counts: what the first one has beside it may be deleted, and would fill a hole.
  if (second.items.size < second.lastTotal) throw new TruncatedListing(second.items.size, second.lastTotal);
  return [...second.items.values()];
}

/** Fewer items than Auth0 says there are, in two readings. */
export class TruncatedListing extends CurfewError {
  constructor(read: number, total: number) {
    super("unexpected-answer", `Auth0 returned ${read} of ${total} items.`, { detail: `${read} of ${total} items` });
  }
}

/** How often one reading follows a total that grows; the second reading, or `truncated`, deals with the rest. */
const MAX_ROUNDS = 3;

interface Pass<T> {
  items: Map<string, T>;
  lastTotal: number;
  /** All pages told the same total, and that many unique items came. */
  consistent: boolean;
}

async function readPass<T>(listing: Listing<T>): Promise<Pass<T>> {
  const pages: Page<T>[] = [];
  const totals: number[] = [];
  const read = async (index: number, signal: AbortSignal): Promise<void> => {
    const page = await listing.readPage(index, signal);
    pages[index] = page;
    if (page.total !== undefined) totals.push(page.total);
  };

  await read(0, listing.signal);
  if (totals.length === 0) return readWithoutTotal(listing, pages, read);
  const pageSize = Math.min(listing.pageSize, pages[0]?.limit ?? listing.pageSize);
  // A total that grew while the pages were read asks for further pages.
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const wanted = Math.ceil((totals.at(-1) ?? 0) / pageSize);
    if (wanted <= pages.length) break;
    await sideBySide(range(pages.length, wanted), listing.signal, read);
  }
  const items = uniqueItems(pages, listing);
  const lastTotal = totals.at(-1) ?? 0;
  return { items, lastTotal, consistent: new Set(totals).size === 1 && items.size === lastTotal };
}

/** Without a total the pages are read one after the other until one brings nothing new: a short page proves nothing. */
async function readWithoutTotal<T>(
  listing: Listing<T>,
  pages: Page<T>[],
  read: (index: number, signal: AbortSignal) => Promise<void>,
): Promise<Pass<T>> {
  let known = uniqueItems(pages, listing);
  while ((pages.at(-1)?.items.length ?? 0) > 0) {
    await read(pages.length, listing.signal);
    const next = uniqueItems(pages, listing);
    if (next.size === known.size) break;
    known = next;
  }
  return { items: known, lastTotal: known.size, consistent: true };
}

function uniqueItems<T>(pages: readonly Page<T>[], listing: Listing<T>): Map<string, T> {
  return new Map(pages.flatMap((page) => page.items.map((item) => [listing.idOf(item), item] as const)));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
