import { logEventsAfter, oldestLogEvent } from "../auth0/log-requests.ts";
import type { ManagementApi } from "../auth0/management-api.ts";
import { type IncidentLogEvent, incidentLogEvent } from "../auth0/resources/incident-log-event.ts";
import { datesOf } from "../history/read-log.ts";
import type { Clock } from "../model/clock.ts";
import { type Reported, readable } from "../model/reported.ts";
import type { LogEvent } from "./ports.ts";

/** Events of the tenant's log, page by page, as what an incident knows of them. */
export async function* logEvents(
  api: ManagementApi,
  from: string | undefined,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<LogEvent[]> {
  let latest = clock.now();
  const understood = (events: readonly IncidentLogEvent[]): LogEvent[] => {
    const dateOf = datesOf(events, latest);
    return events.map((event) => {
      latest = dateOf(event);
      return logEvent(event, latest);
    });
  };
  let events: readonly IncidentLogEvent[];
  let after = from ?? "";
  const next = (): Promise<IncidentLogEvent[]> => logEventsAfter(api, after, incidentLogEvent, signal);
  events = from === undefined ? await oldestAlone(api, signal) : await next();
  for (;;) {
    const last = events.at(-1)?.log_id ?? "";
    // A server that gives the same events again has no newer ones.
    if (last <= after) return;
    yield understood(events);
    after = last;
    events = await next();
  }
}

const oldestAlone = async (api: ManagementApi, signal: AbortSignal): Promise<IncidentLogEvent[]> => {
  const oldest = await oldestLogEvent(api, incidentLogEvent, signal);
  return oldest ? [oldest] : [];
};

function logEvent(event: IncidentLogEvent, at: number): LogEvent {
  const details = readable(event.details);
  const request = readable(details?.request);
  const token = readable(readable(readable(request?.auth)?.credentials)?.jti) ?? readable(details?.access_token_jti);
  const requested = requestOf(text(request?.method), text(request?.path));
  const answer = readable(readable(details?.response)?.body);
  return {
    id: event.log_id,
    at,
    type: readable(event.type) ?? "",
    clientId: text(event.client_id),
    userId: text(event.user_id),
    ip: text(event.ip),
    // Auth0 often rewrites the outer one ("Other 0.0.0 / Other 0.0.0"); of a request it keeps what was sent (recordings).
    userAgent: text(request?.userAgent) ?? text(event.user_agent),
    description: text(event.description),
    audience: text(event.audience),
    scope: [readable(event.scope) ?? []].flat().join(" ") || undefined,
    request: requested,
    tokenId: token,
    accessedSecrets: readable(details?.accessedSecrets) ?? [],
    ...namedIn(requested, text(answer?.client_id), text(answer?.id)),
  };
}

/** Whose application or grant a request added or changed, as far as its answer says so. */
function namedIn(
  request: LogEvent["request"],
  clientId: string | undefined,
  id: string | undefined,
): Pick<LogEvent, "createdClient" | "grant"> {
  if (request === undefined || clientId === undefined) return {};
  if (request.method.toUpperCase() === "POST" && request.path === "/api/v2/clients") return { createdClient: clientId };
  const isGrant = /^\/api\/v2\/client-grants(\/[^/]+)?$/.test(request.path);
  return isGrant && id !== undefined ? { grant: { id, clientId } } : {};
}

/** Where there was no user, or no audience, the text is empty (schema of tenant logs). */
const text = (value: Reported<string>): string | undefined => readable(value) || undefined;

const requestOf = (method: string | undefined, path: string | undefined): LogEvent["request"] =>
  method === undefined || path === undefined ? undefined : { method, path: path.replace(/[?#].*$/s, "") };
