import { CurfewError } from "../model/curfew-error.ts";
import { sideBySide } from "./side-by-side.ts";

/** One page of a listing. `total` is what Auth0 says there is in all. */
export interface Page<T> {
  items: readonly T[];
  total: number;
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
 * Reads a listing to its end and proves it: the unique items are as many as Auth0 says on every page.
 *
 * Once the first page has told the total, the others are read side by side. Things are created and deleted
 * meanwhile: where the total changed, or does not match the items, everything is read once more. Only a reading that
 * agrees with itself counts: a deletion moves items onto pages that were read already, so what is missing can be
 * missing although the number fits, and what the first reading has beside it may be deleted and would fill a hole.
 *
 * @returns the items, unique by id, in the order of the pages
 * @throws TruncatedListing when neither reading agrees with itself
 */
export async function readListing<T>(listing: Listing<T>): Promise<T[]> {
  let pass = await readPass(listing);
  if (!isProven(pass)) pass = await readPass(listing);
  if (!isProven(pass)) throw new TruncatedListing(pass.items.size, pass.totals);
  return [...pass.items.values()];
}

/** Twice the items were not as many as Auth0 says, or Auth0 did not say the same on every page. */
export class TruncatedListing extends CurfewError {
  /** @param totals what the pages of the last reading said; one at least */
  constructor(read: number, totals: readonly number[]) {
    const [least, most] = [Math.min(...totals), Math.max(...totals)];
    const count = least === most ? `${most}` : `between ${least} and ${most}`;
    super("unexpected-answer", `Auth0 returned ${read} items and counted ${count}.`, {
      detail: `${read} of ${count} items`,
    });
  }
}

/** How often one reading follows a total that grows; the second reading, or `truncated`, deals with the rest. */
const MAX_ROUNDS = 3;

/** One reading from the first page to the last. */
interface Pass<T> {
  items: Map<string, T>;
  /** What each page said, in the order of the answers. */
  totals: number[];
}

const isProven = ({ items, totals }: Pass<unknown>): boolean => totals.every((total) => total === items.size);

async function readPass<T>(listing: Listing<T>): Promise<Pass<T>> {
  const pages: Page<T>[] = [];
  const totals: number[] = [];
  const read = async (index: number, signal: AbortSignal): Promise<void> => {
    const page = await listing.readPage(index, signal);
    pages[index] = page;
    totals.push(page.total);
  };

  await read(0, listing.signal);
  const pageSize = Math.min(listing.pageSize, pages[0]?.limit ?? listing.pageSize);
  // A total that grew while the pages were read asks for further pages.
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const wanted = Math.ceil((totals.at(-1) ?? 0) / pageSize);
    if (wanted <= pages.length) break;
    await sideBySide(range(pages.length, wanted), listing.signal, read);
  }
  return { items: uniqueItems(pages, listing), totals };
}

function uniqueItems<T>(pages: readonly Page<T>[], listing: Listing<T>): Map<string, T> {
  return new Map(pages.flatMap((page) => page.items.map((item) => [listing.idOf(item), item] as const)));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
