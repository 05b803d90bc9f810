import * as z from "zod";
import { PAGE_SIZE, type Page, readListing } from "./listing.ts";
import type { ManagementApi, ManagementRequest } from "./management-api.ts";
import type { LimitGroup } from "./rate-limits.ts";
import type { Query } from "./tenant-address.ts";

/** Asks for the fields of a slice, and for no others. */
export const only = ({ shape }: z.ZodObject): Query => ({ fields: Object.keys(shape).join(","), include_fields: true });

/** A request that reads. */
export interface GetRequest {
  path: string;
  pattern?: string;
  scope: string;
  group?: LimitGroup;
  query?: Query;
}

/** A request that reads, ready to be sent. */
export const get = ({ path, pattern, scope, group, query }: GetRequest): ManagementRequest => ({
  method: "GET",
  path,
  pattern: pattern ?? path,
  scope,
  group: group ?? "other",
  ...(query === undefined ? {} : { query }),
  repeatable: true,
});

/** A list that is read by page and total. */
interface ListRequest<Shape extends z.ZodType> extends GetRequest {
  /** Where the items are in the answer. */
  key: string;
  shape: Shape;
  idOf(item: z.infer<Shape>): string;
  signal: AbortSignal;
}

/** Reads a list to its end, and proves that nothing is missing: see {@link readListing}. */
export function list<Shape extends z.ZodType>(
  api: ManagementApi,
  request: ListRequest<Shape>,
): Promise<z.infer<Shape>[]> {
  const shape = pageShape(request.key, request.shape);
  const paged = get(request);
  return readListing({
    pageSize: PAGE_SIZE,
    signal: request.signal,
    idOf: request.idOf,
    readPage: (page, signal) =>
      api.send({ ...paged, query: { ...paged.query, page, per_page: PAGE_SIZE, include_totals: true } }, shape, signal),
  });
}

/** The largest total that is believed; a larger one is not an answer of Auth0 and must not fill the memory. */
const MAX_TOTAL = 10_000_000;

/**
 * A page is `{ total, <key>: [...] }`. Every list that is asked for documents its total, and every recording has it:
 * an object without one is not an answer of Auth0, and neither is a plain array, which would prove nothing.
 * Source: the OpenAPI document; the array there is the answer to a request without `include_totals`.
 */
function pageShape<Shape extends z.ZodType>(key: string, item: Shape) {
  return z
    .object({
      total: z.number().int().nonnegative().max(MAX_TOTAL),
      limit: z.number().int().min(1).max(PAGE_SIZE).optional().catch(undefined),
      [key]: z.array(item),
    })
    .transform((body): Page<z.infer<Shape>> => {
      const { total, limit } = body as { total: number; limit?: number };
      return { items: body[key] as z.infer<Shape>[], total, limit };
    });
}
