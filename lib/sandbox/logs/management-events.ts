import type { SandboxRequest, SandboxResponse } from "../http/message.ts";
import type { RateDecision } from "../limits/rate-limiter.ts";
import type { Bearer } from "../management/authorize.ts";
import type { JsonObject } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import type { LogEntry } from "./log-event.ts";
import { redact } from "./redact.ts";

/** A call of the Management API as the log sees it. */
export interface ManagementEvent {
  request: SandboxRequest;
  bearer: Bearer;
  body: JsonObject;
  response: SandboxResponse;
  secrets: string[];
}

/** Writes `sapi`: somebody changed something. The event's `client_id` is the actor. */
export function logWrite(context: TenantContext, description: string, event: ManagementEvent): void {
  const accessedSecrets = event.secrets.length > 0 ? { accessedSecrets: event.secrets } : {};
  context.log({
    type: "sapi",
    description,
    ...actor(context, event),
    details: { ...details(event), ...accessedSecrets },
  });
}

/** Writes `mgmt_api_read`: an answer contained secrets. */
export function logSecretRead(context: TenantContext, event: ManagementEvent): void {
  context.log({
    type: "mgmt_api_read",
    description: "Secrets were read through the Management API",
    ...actor(context, event),
    details: { ...details(event, ""), accessedSecrets: event.secrets },
  });
}

/** Writes `api_limit`: a request was refused with status 429. */
export function logRateLimit(context: TenantContext, request: SandboxRequest, { bucket }: RateDecision): void {
  context.log({
    type: "api_limit",
    description: `The rate limit ${bucket.name} was exceeded`,
    details: {
      limit: { bucket: bucket.name, size: bucket.size, global: bucket.general },
      request: { method: request.method.toLowerCase(), path: request.path },
    },
  });
}

function actor(context: TenantContext, { bearer, request }: ManagementEvent): Omit<LogEntry, "type" | "description"> {
  return {
    client_id: bearer.clientId,
    client_name: context.state.clients.get(bearer.clientId)?.name ?? "",
    ip: request.sourceAddress,
    user_agent: request.headers.get("user-agent") ?? "unknown",
    ...(bearer.userId === null ? {} : { user_id: bearer.userId }),
  };
}

/** @param user how the event says that no user was involved: the kinds of events differ in that */
function details({ request, bearer, body, response }: ManagementEvent, user: unknown = {}): Record<string, unknown> {
  return {
    request: {
      method: request.method.toLowerCase(),
      path: request.path,
      query: Object.fromEntries(request.query),
      body: redact(body),
      channel: "api",
      ip: request.sourceAddress,
      userAgent: request.headers.get("user-agent") ?? "unknown",
      auth: {
        strategy: "jwt",
        user,
        credentials: { scopes: [...bearer.scopes], ...(bearer.tokenId === null ? {} : { jti: bearer.tokenId }) },
      },
    },
    response: { statusCode: response.status, body: request.method === "GET" ? {} : responseBody(response) },
  };
}

/** What a write answered. What was read is not repeated in the log. */
function responseBody(response: SandboxResponse): unknown {
  if (typeof response.body !== "string" || response.body === "") return {};
  return redact(JSON.parse(response.body));
}
