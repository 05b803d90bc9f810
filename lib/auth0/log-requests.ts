import * as z from "zod";
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

const identity = z.object({ log_id: z.string().min(1) });

/** The id of the newest event that the tenant's log shows yet: it is minutes behind at times. */
export async function newestLogId(api: ManagementApi, signal: AbortSignal): Promise<string | undefined> {
  const query = { sort: "date:-1", page: 0, per_page: 1, fields: "log_id", include_fields: true };
  const [newest] = await readLog(api, query, identity, signal);
  return newest?.log_id;
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
