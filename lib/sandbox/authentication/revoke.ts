import { emptyResponse, type SandboxRequest, type SandboxResponse } from "../http/message.ts";
import type { TenantContext } from "../tenant-context.ts";
import { authenticateClient } from "./client-authentication.ts";
import { readParameters } from "./form.ts";
import { oauthError } from "./oauth-error.ts";

/**
 * `POST /oauth/revoke`. By RFC 7009 the client is authenticated first, and a token that is unknown or not the
 * client's is no error: the answer is 200 with an empty body.
 */
export async function revokeEndpoint(context: TenantContext, request: SandboxRequest): Promise<SandboxResponse> {
  const parameters = readParameters(request);
  const verdict = await authenticateClient(context, request, parameters);
  if (verdict.kind === "refused") {
    const { client } = verdict;
    const unchecked = context.state.revokeAuthentication === "regular-web-only" && client?.app_type !== "regular_web";
    if (!client || !unchecked || client.client_authentication_methods) return verdict.response;
  }
  const value = parameters.get("token");
  if (value === undefined) return oauthError(400, "invalid_request", "A token is needed");
  for (const token of context.state.refreshTokens.values()) {
    if (token.value === value && token.clientId === verdict.client?.client_id) token.revoked = true;
  }
  return emptyResponse(200);
}
