import { jsonResponse, type SandboxRequest, type SandboxResponse } from "../http/message.ts";
import { createRouter } from "../http/route.ts";
import { publicKeySet } from "../keys/signing-keys.ts";
import { blockedByNetworkAcl } from "../management/network-acl-rules.ts";
import type { TenantContext } from "../tenant-context.ts";
import { oauthError } from "./oauth-error.ts";
import { revokeEndpoint } from "./revoke.ts";
import { tokenEndpoint } from "./token.ts";

type Handler = (context: TenantContext, request: SandboxRequest) => Promise<SandboxResponse>;

/** Every endpoint of the Authentication API that the sandbox has. A new one is added here. */
const route = createRouter<{ method: string; path: string; handler: Handler }>([
  { method: "POST", path: "/oauth/token", handler: tokenEndpoint },
  { method: "POST", path: "/oauth/revoke", handler: revokeEndpoint },
  { method: "GET", path: "/.well-known/jwks.json", handler: keySet },
  { method: "GET", path: "/.well-known/openid-configuration", handler: discovery },
]);

/** Answers everything outside the Management API. It has no part in the Management API's rate limits. */
export async function handleAuthentication(context: TenantContext, request: SandboxRequest): Promise<SandboxResponse> {
  if (blockedByNetworkAcl(context, request, "authentication")) {
    return oauthError(403, "access_denied", "The request was blocked by a network access control list.");
  }
  const routing = route(request.method, request.path);
  if (routing.kind === "found") return routing.match.route.handler(context, request);
  return jsonResponse(routing.kind === "wrong-method" ? 405 : 404, { error: "not_found" });
}

async function keySet(context: TenantContext): Promise<SandboxResponse> {
  return jsonResponse(200, await publicKeySet(context));
}

async function discovery({ issuer }: TenantContext): Promise<SandboxResponse> {
  return jsonResponse(200, {
    issuer,
    token_endpoint: `${issuer}oauth/token`,
    revocation_endpoint: `${issuer}oauth/revoke`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
  });
}
