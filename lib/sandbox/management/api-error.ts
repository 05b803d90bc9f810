import { jsonResponse, type SandboxResponse } from "../http/message.ts";
import type { FeatureRefusal } from "../plan.ts";

const REASON_PHRASES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Payload Too Large",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/**
 * The Management API's error envelope: `{statusCode, error, message, errorCode?}`.
 * Real answers sometimes lack the `errorCode`.
 */
export function apiError(status: number, message: string, errorCode?: string): SandboxResponse {
  const error = REASON_PHRASES[status] ?? "Error";
  return jsonResponse(status, { statusCode: status, error, message, ...(errorCode ? { errorCode } : {}) });
}

/** 403 for a token that lacks every scope that would do. */
export function insufficientScope(scopes: readonly string[]): SandboxResponse {
  return apiError(403, `Insufficient scope, expected any of: ${scopes.join(",")}`, "insufficient_scope");
}

/** The ways in which real tenants said that a feature is not theirs. */
export function featureMissing(refusal: FeatureRefusal): SandboxResponse {
  switch (refusal) {
    case "feature_not_enabled":
      return apiError(403, "This feature is not enabled for this tenant.", "feature_not_enabled");
    case "feature_not_enabled_400":
      return apiError(400, "Feature not enabled for this tenant.", "feature_not_enabled");
    case "insufficient_scope":
      return apiError(403, "The feature is not enabled for this tenant.", "insufficient_scope");
    case "insufficient_entitlement":
      return apiError(403, "Please upgrade your subscription to use this feature", "insufficient_entitlement");
  }
}

/** 400 for a body that breaks the endpoint's rules. */
export function invalidBody(message: string): SandboxResponse {
  return apiError(400, `Payload validation error: ${message}`, "invalid_body");
}

/** 400 for a query parameter that breaks the endpoint's rules. */
export function invalidQuery(message: string): SandboxResponse {
  return apiError(400, `Query validation error: ${message}`, "invalid_query_string");
}

/** 404 of the resource kinds that Auth0 names in `inexistent_…`. */
export function inexistent(kind: string, message: string): SandboxResponse {
  return apiError(404, message, `inexistent_${kind}`);
}
