import * as z from "zod";
import { reported } from "../model/reported.ts";
import { PAGE_SIZE } from "./listing.ts";
import type { ManagementApi } from "./management-api.ts";
import { get } from "./read-requests.ts";
import type { Query } from "./tenant-address.ts";

/** Source: the OpenAPI document. */
export const LOG_SCOPE = "read:logs";

/**
 * The oldest event that the tenant's log still holds; undefined when it holds none. Checkpoint paging must begin at
 * an event, so the first one is found by a search. Source: Auth0 documentation, "Retrieve Log Events".
 */
export async function oldestLogEvent<Shape extends z.ZodType>(
  api: ManagementApi,
  shape: Shape,
  signal: AbortSignal,
): Promise<z.infer<Shape> | undefined> {
  const [oldest] = await readLog(api, { sort: "date:1", page: 0, per_page: 1 }, shape, signal);
  return oldest;
}

const dated = z.object({ log_id: z.string().min(1), date: reported(z.string()) });

/** A search shows 1,000 events at most. Source: Auth0 documentation, "Retrieve Log Events". */
const SEARCHED_PAGES = 10;

/**
 * The id of the newest event from before a moment that the tenant's log shows yet: it is minutes behind at times.
 * Undefined where it shows none from before; where more came since then than a search shows, the oldest of those.
 *
 * @param before milliseconds since the epoch
 */
export async function newestLogId(
  api: ManagementApi,
  before: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  let oldest: string | undefined;
  for (let page = 0; page < SEARCHED_PAGES; page += 1) {
    const query = { sort: "date:-1", page, per_page: PAGE_SIZE, fields: "log_id,date", include_fields: true };
    const events = await readLog(api, query, dated, signal);
    const found = events.find(({ date }) => typeof date === "string" && Date.parse(date) < before);
    if (found) return found.log_id;
    if (events.length < PAGE_SIZE) return undefined;
    oldest = events.at(-1)?.log_id;
  }
  return oldest;
}

/**
 * The next events of the tenant's log behind the event `from`, in the order of their ids and without an upper bound;
 * none when the end is reached.
 */
export const logEventsAfter = <Shape extends z.ZodType>(
  api: ManagementApi,
  from: string,
  shape: Shape,
  signal: AbortSignal,
): Promise<z.infer<Shape>[]> => readLog(api, { from, take: PAGE_SIZE }, shape, signal);

const readLog = <Shape extends z.ZodType>(
  api: ManagementApi,
  query: Query,
  shape: Shape,
  signal: AbortSignal,
): Promise<z.infer<Shape>[]> =>
  api.send(get({ path: "/logs", scope: LOG_SCOPE, group: "logs", query }), z.array(shape), signal);
