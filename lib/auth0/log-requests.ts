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
 * The id of the newest event from before a moment behind which all events from since then come that the tenant's log
 * shows yet: it is minutes behind at times. Undefined where it shows no such event; where more came since then than a
 * search shows, the first of those.
 *
 * Events get their ids, in whose order the log is read on, when they come into it, up to seconds after they happened: the
 * newest one by its date may have come in after others from since then. Source: recorded logs.
 *
 * @param before milliseconds since the epoch
 */
export async function newestLogId(
  api: ManagementApi,
  before: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  let first: string | undefined;
  for (let page = 0; page < SEARCHED_PAGES; page += 1) {
    const query = { sort: "date:-1", page, per_page: PAGE_SIZE, fields: "log_id,date", include_fields: true };
    const events = await readLog(api, query, dated, signal);
    for (const { log_id: id, date } of events) {
      if (first !== undefined && id >= first) continue;
      if (typeof date === "string" && Date.parse(date) < before) return id;
      first = id;
    }
    if (events.length < PAGE_SIZE) return undefined;
  }
  return first;
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
