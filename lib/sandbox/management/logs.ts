import { jsonResponse } from "../http/message.ts";
import type { LogEvent } from "../logs/log-event.ts";
import { parseLogQuery } from "../logs/search-logs.ts";
import { LOG_RETENTION_DAYS } from "../plan.ts";
import type { JsonObject } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import { apiError, invalidQuery } from "./api-error.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { checkPagingQuery } from "./paging.ts";
import { project, projectionOf } from "./projection.ts";

/** Auth0 docs: a search never gives more than this many events. */
const MOST_FOUND = 1_000;
const DAY = 86_400_000;

const SCOPES = ["read:logs", "read:logs_users"];

/** The tenant log, by search (`q`, pages) or by checkpoint (`from`, `take`). */
export const LOG_ENDPOINTS: Endpoint[] = [
  { method: "GET", path: "/logs", scopes: SCOPES, handle: list },
  { method: "GET", path: "/logs/{id}", scopes: SCOPES, handle: get },
];

/** Events that can be read now: written long enough ago and not yet forgotten, oldest first. */
function readable({ state, clock }: TenantContext): LogEvent[] {
  const now = clock.now();
  const newest = now - state.logDelay * 1000;
  const oldest = now - LOG_RETENTION_DAYS[state.plan] * DAY;
  return state.logs.filter(({ date }) => Date.parse(date) <= newest && Date.parse(date) >= oldest);
}

/**
 * An event as the API shows it: the id comes twice, `is_mobile` is `isMobile`, and what log streams add about the
 * tenant is missing, as in recorded answers and the reference.
 */
function show({ is_mobile: isMobile, tenant_name: _, environment_name: __, ...event }: LogEvent): JsonObject {
  return { _id: event.log_id, ...event, isMobile };
}

function list(call: ApiCall) {
  const problem = checkPagingQuery(call.query);
  if (problem) return problem;
  return call.query.has("from") || call.query.has("take") ? checkpoint(call) : search(call);
}

/** Oldest first, without an upper bound; `q` and sorting are ignored. The next checkpoint is in `Link`. */
function checkpoint({ context, query }: ApiCall) {
  const from = query.get("from");
  const take = Number(query.get("take") ?? 50);
  const events = readable(context).filter(({ log_id }) => from === null || log_id > from);
  const page = events.slice(0, take);
  const last = page.at(-1)?.log_id ?? from;
  const url = `${context.managementAudience}logs?from=${last}&take=${take}`;
  return jsonResponse(200, page.map(show), last === null ? {} : { link: `<${url}>; rel="next"` });
}

function search({ context, query }: ApiCall) {
  const fits = parseLogQuery(query.get("q") ?? query.get("search") ?? "");
  if (!fits) return invalidQuery("q is not a query that the sandbox understands");
  const perPage = Number(query.get("per_page") ?? 50);
  const start = Number(query.get("page") ?? 0) * perPage;
  if (start + perPage > MOST_FOUND) return invalidQuery(`a search gives at most ${MOST_FOUND} events`);
  const found = sorted(readable(context).filter(fits), query.get("sort")).slice(0, MOST_FOUND);
  const projection = projectionOf(query);
  const logs = found.slice(start, start + perPage).map((event) => project(show(event), projection, ["_id", "log_id"]));
  if (query.get("include_totals") !== "true") return jsonResponse(200, logs);
  return jsonResponse(200, { start, limit: perPage, length: logs.length, total: found.length, logs });
}

/** `date:1` is oldest first; newest first is what is meant when nothing is said. */
function sorted(events: LogEvent[], sort: string | null): LogEvent[] {
  return sort === "date:1" ? events : events.reverse();
}

function get({ context, parameters }: ApiCall) {
  const event = readable(context).find(({ log_id }) => log_id === parameters.id);
  return event ? jsonResponse(200, show(event)) : apiError(404, "The log event does not exist.", "inexistent_log");
}
