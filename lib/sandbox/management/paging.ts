import { jsonResponse, type SandboxResponse } from "../http/message.ts";
import { invalidQuery } from "./api-error.ts";

/** How an endpoint pages. */
export interface Paging<Item> {
  /** The property that holds the items, `clients` for instance. */
  property: string;
  /** Whether `from` and `take` are understood beside `page` and `per_page`. */
  checkpoint: boolean;
  /** Identifies an item; the cursor needs it. */
  idOf(item: Item): string;
  /** What is shown of an item. */
  show(item: Item): unknown;
}

/** Auth0 docs: the page size when none is asked for. */
const DEFAULT_PAGE_SIZE = 50;
/** Auth0 docs: the largest page. */
const LARGEST_PAGE = 100;

/** Answers a list request in the style that the query asks for; only the page's items are looked at. */
export function pageOf<Item>(items: readonly Item[], query: URLSearchParams, paging: Paging<Item>): SandboxResponse {
  const problem = checkPagingQuery(query);
  if (problem) return problem;
  if (paging.checkpoint && (query.has("take") || query.has("from"))) return checkpointPage(items, query, paging);
  return numberedPage(items, query, paging);
}

/** 400 for a page, size or flag that makes no sense; undefined when all is well. */
export function checkPagingQuery(query: URLSearchParams): SandboxResponse | undefined {
  for (const [name, smallest, largest] of [
    ["page", 0, Number.MAX_SAFE_INTEGER],
    ["per_page", 0, LARGEST_PAGE],
    ["take", 1, LARGEST_PAGE],
  ] as const) {
    const text = query.get(name);
    if (text === null) continue;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < smallest || value > largest) {
      return invalidQuery(`${name} must be a whole number from ${smallest} to ${largest}`);
    }
  }
  for (const name of ["include_totals", "include_fields", "is_global", "is_first_party"]) {
    const text = query.get(name);
    if (text !== null && text !== "true" && text !== "false") return invalidQuery(`${name} must be true or false`);
  }
  return undefined;
}

function numberedPage<Item>(items: readonly Item[], query: URLSearchParams, paging: Paging<Item>): SandboxResponse {
  const limit = Number(query.get("per_page") ?? DEFAULT_PAGE_SIZE);
  const start = Number(query.get("page") ?? 0) * limit;
  const shown = items.slice(start, start + limit).map(paging.show);
  if (query.get("include_totals") !== "true") return jsonResponse(200, shown);
  return jsonResponse(200, { total: items.length, start, limit, [paging.property]: shown });
}

function checkpointPage<Item>(items: readonly Item[], query: URLSearchParams, paging: Paging<Item>): SandboxResponse {
  const take = Number(query.get("take") ?? DEFAULT_PAGE_SIZE);
  const from = query.get("from");
  const start = from === null ? 0 : positionAfter(from, items, paging);
  if (start === undefined) return invalidQuery("from is not a checkpoint of this list");
  const shown = items.slice(start, start + take);
  const last = shown.at(-1);
  const more = last !== undefined && start + take < items.length;
  return jsonResponse(200, {
    [paging.property]: shown.map(paging.show),
    ...(more ? { next: checkpoint(start + take - 1, paging.idOf(last)) } : {}),
  });
}

/** A cursor: where an item stood and which one it was, opaque to the caller. */
function checkpoint(position: number, id: string): string {
  return Buffer.from(`${position}:${id}`).toString("base64url");
}

/** The position after the cursor's item; the item may have moved, or be gone. */
function positionAfter<Item>(cursor: string, items: readonly Item[], paging: Paging<Item>): number | undefined {
  const match = /^(\d+):(.+)$/s.exec(Buffer.from(cursor, "base64url").toString());
  if (!match) return undefined;
  const position = Number(match[1]);
  const id = match[2] ?? "";
  const there = items[position];
  if (there !== undefined && paging.idOf(there) === id) return position + 1;
  const moved = items.findIndex((item) => paging.idOf(item) === id);
  return moved === -1 ? position : moved + 1;
}
