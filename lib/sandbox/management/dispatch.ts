import type { SandboxRequest, SandboxResponse } from "../http/message.ts";
import { createRouter } from "../http/route.ts";
import { createTokenVerifier } from "../keys/verify-token.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import { logRateLimit, logSecretRead, logWrite } from "../logs/management-events.ts";
import type { JsonObject } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import { apiError, featureMissing, insufficientScope, invalidBody } from "./api-error.ts";
import { type Bearer, createAuthorizer } from "./authorize.ts";
import type { ApiAnswer, Endpoint } from "./endpoint.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { blockedByNetworkAcl } from "./network-acl-rules.ts";
import { isObject } from "./projection.ts";

/** Where the Management API begins. */
export const MANAGEMENT_PREFIX = "/api/v2";

/** Handles one request to the Management API. */
export type ManagementApi = (request: SandboxRequest, limiter: RateLimiter | null) => Promise<SandboxResponse>;

const route = createRouter(ENDPOINTS);

/**
 * The Management API of one tenant. A request passes, in this order: network ACLs, rate limit, bearer token,
 * scope, feature, body; then the endpoint answers and the tenant's log is written.
 */
export function createManagementApi(context: TenantContext): ManagementApi {
  const authorize = createAuthorizer(createTokenVerifier(context));
  return async (request, limiter) => {
    if (blockedByNetworkAcl(context, request, "management")) {
      return apiError(403, "The request was blocked by a network access control list.");
    }
    const decision = limiter?.(request.method, request.path, context.clock.now());
    const headers = decision?.headers ?? {};
    if (decision && !decision.allowed) {
      logRateLimit(context, request, decision);
      const scope = decision.bucket.general ? "Global" : "Endpoint";
      return withHeaders(apiError(429, `${scope} limit has been reached`, "too_many_requests"), headers);
    }
    return withHeaders(await answer(context, request, await authorize(request)), headers);
  };
}

async function answer(
  context: TenantContext,
  request: SandboxRequest,
  bearer: Bearer | SandboxResponse,
): Promise<SandboxResponse> {
  if ("status" in bearer) return bearer;
  const routing = route(request.method, request.path.slice(MANAGEMENT_PREFIX.length));
  if (routing.kind === "wrong-method") return apiError(405, "This method is not known here.");
  if (routing.kind === "not-found") return apiError(404, "Not Found");
  const { route: endpoint, parameters } = routing.match;
  if (!endpoint.scopes.some((scope) => bearer.scopes.has(scope))) return insufficientScope(endpoint.scopes);
  const feature = endpoint.feature === undefined ? true : context.state.features[endpoint.feature];
  if (feature !== true) return featureMissing(feature === false ? "feature_not_enabled" : feature);
  const body = parseBody(request.body);
  if (!body) return invalidBody("the body must be a JSON object");
  const { scopes } = bearer;
  const answered = await endpoint.handle({ context, parameters, query: request.query, body, scopes });
  const { response, secrets = [] }: ApiAnswer = "response" in answered ? answered : { response: answered };
  writeLog(context, request, { endpoint, bearer, body, response, secrets });
  return response;
}

/** What the log wants to know about a request that was answered. */
interface Handled {
  endpoint: Endpoint;
  bearer: Bearer;
  body: JsonObject;
  response: SandboxResponse;
  secrets: string[];
}

function writeLog(context: TenantContext, request: SandboxRequest, handled: Handled): void {
  const { endpoint, response, secrets } = handled;
  if (response.status >= 300) return;
  const event = { request, ...handled };
  if (endpoint.logged !== undefined) logWrite(context, endpoint.logged, event);
  if (secrets.length > 0) logSecretRead(context, event);
}

function parseBody(text: string): JsonObject | undefined {
  if (text === "") return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function withHeaders(response: SandboxResponse, headers: Record<string, string>): SandboxResponse {
  return { ...response, headers: { ...response.headers, ...headers } };
}
