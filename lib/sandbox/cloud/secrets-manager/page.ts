import { ServiceError } from "./service-error.ts";

/** One page of a listing. */
interface Page<Item> {
  items: Item[];
  /** Opaque; undefined on the last page. */
  NextToken: string | undefined;
}

/**
 * Cuts a page out of a listing. A token is good for the listing that gave it and no other.
 *
 * @param listing what is listed and how; a token of another one is refused
 * @throws ServiceError `InvalidNextTokenException`
 */
export function pageOf<Item>(
  all: readonly Item[],
  listing: string,
  { MaxResults, NextToken }: { MaxResults: number; NextToken?: string | undefined },
): Page<Item> {
  const start = NextToken === undefined ? 0 : readToken(NextToken, listing);
  const end = start + MaxResults;
  const next = end < all.length ? Buffer.from(JSON.stringify({ listing, end })).toString("base64url") : undefined;
  return { items: all.slice(start, end), NextToken: next };
}

function readToken(token: string, listing: string): number {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (isPlace(read) && read.listing === listing) return read.end;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ServiceError("InvalidNextTokenException", "The NextToken value is invalid.");
}

function isPlace(value: unknown): value is { listing: string; end: number } {
  return typeof value === "object" && value !== null && "end" in value && typeof value.end === "number";
}
