import type { SandboxRequest, SandboxResponse } from "../http/message.ts";
import { logTokenExchange } from "../logs/authentication-events.ts";
import type { ClientRecord } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import { authenticateClient } from "./client-authentication.ts";
import { clientCredentialsGrant, type Issuance } from "./client-credentials-grant.ts";
import { type Parameters, readParameters } from "./form.ts";
import { oauthError } from "./oauth-error.ts";
import { refreshTokenGrant } from "./refresh-token-grant.ts";

type Grant = (context: TenantContext, client: ClientRecord, parameters: Parameters) => Issuance | Promise<Issuance>;

/** What the token endpoint can do, by `grant_type`. */
const GRANTS: Record<string, Grant> = {
  client_credentials: clientCredentialsGrant,
  refresh_token: refreshTokenGrant,
  authorization_code: unknownCode,
};

/** `POST /oauth/token`: authenticates the client, checks that it may use the grant type, then applies it. */
export async function tokenEndpoint(context: TenantContext, request: SandboxRequest): Promise<SandboxResponse> {
  const parameters = readParameters(request);
  const grantType = parameters.get("grant_type") ?? "";
  const exchange = { context, request, parameters, grantType };
  const verdict = await authenticateClient(context, request, parameters);
  if (verdict.kind === "refused") {
    logTokenExchange(exchange, verdict.client, { response: verdict.response });
    return verdict.response;
  }
  const issuance = await applyGrant(context, verdict.client, verdict.public, parameters);
  logTokenExchange(exchange, verdict.client, issuance);
  return issuance.response;
}

async function applyGrant(
  context: TenantContext,
  client: ClientRecord,
  isPublic: boolean,
  parameters: Parameters,
): Promise<Issuance> {
  const grantType = parameters.get("grant_type") ?? "";
  const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined;
  if (!grant) return { response: oauthError(403, "unsupported_grant_type", `Unsupported grant type: ${grantType}`) };
  const allowed = client.grant_types?.includes(grantType) ?? false;
  if (!allowed || (isPublic && grantType === "client_credentials")) {
    const description = `Grant type '${grantType}' not allowed for the client.`;
    return { response: oauthError(403, "unauthorized_client", description) };
  }
  return grant(context, client, parameters);
}

/** The sandbox hands out no authorization codes, so every code is a wrong one. */
function unknownCode(): Issuance {
  return { response: oauthError(403, "invalid_grant", "Invalid authorization code") };
}
