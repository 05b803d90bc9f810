import { jsonResponse, type SandboxResponse } from "../http/message.ts";
import { signToken } from "../keys/sign-token.ts";
import type { ClientGrantRecord, ClientRecord, ResourceServerRecord } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import type { Parameters } from "./form.ts";
import { oauthError } from "./oauth-error.ts";

/** What a machine may have, or the answer that refuses it. */
type Entitlement =
  | { resourceServer: ResourceServerRecord; scopes: readonly string[]; organizationId: string | undefined }
  | { refusal: SandboxResponse };

/** What the token endpoint made: the answer and, where a token was issued, what the log says of it. */
export interface Issuance {
  response: SandboxResponse;
  issued?: { audience: string; scope: string; tokenId: string };
}

/** Issues a token to an authenticated client that has a grant for the audience. */
export async function clientCredentialsGrant(
  context: TenantContext,
  client: ClientRecord,
  parameters: Parameters,
): Promise<Issuance> {
  const entitlement = findEntitlement(context, client, parameters);
  if ("refusal" in entitlement) return { response: entitlement.refusal };
  const { resourceServer, scopes, organizationId } = entitlement;
  const wanted = parameters.get("scope")?.split(" ").filter(Boolean);
  const scope = scopes.filter((value) => !wanted?.length || wanted.includes(value)).join(" ");
  const tokenId = context.text.uuid();
  const token = await signToken(context, {
    resourceServer,
    subject: `${client.client_id}@clients`,
    clientId: client.client_id,
    scope,
    grant: "client-credentials",
    ...(organizationId === undefined ? {} : { organizationId }),
    tokenId,
  });
  const body = {
    access_token: token.accessToken,
    ...(scope === "" ? {} : { scope }),
    expires_in: token.expiresIn,
    token_type: "Bearer",
  };
  return { response: jsonResponse(200, body), issued: { audience: resourceServer.identifier, scope, tokenId } };
}

function findEntitlement(context: TenantContext, client: ClientRecord, parameters: Parameters): Entitlement {
  const audience = parameters.get("audience") ?? defaultAudience(context);
  if (audience === undefined) return denied("An audience is needed");
  const resourceServer = context.state.resourceServers.all().find(({ identifier }) => identifier === audience);
  if (!resourceServer) return denied(`Service not found: ${audience}`);
  const grant = grantFor(context, client, audience);
  if (resourceServer.subject_type_authorization?.client?.policy === "deny_all" || !grant) return noGrant(audience);
  const organizationId = parameters.get("organization");
  const problem = checkOrganization(context, grant, organizationId);
  if (problem !== undefined) return denied(problem);
  const all = resourceServer.scopes?.map(({ value }) => value) ?? [];
  return { resourceServer, scopes: grant.allow_all_scopes === true ? all : (grant.scope ?? []), organizationId };
}

/** The client's own grant, else the default for third-party clients. Grants for users do not count. */
function grantFor(context: TenantContext, client: ClientRecord, audience: string): ClientGrantRecord | undefined {
  const grants = context.state.clientGrants
    .all()
    .filter((grant) => grant.audience === audience && (grant.subject_type ?? "client") === "client");
  const own = grants.find((grant) => grant.client_id === client.client_id);
  if (own || client.is_first_party !== false) return own;
  return grants.find((grant) => grant.default_for === "third_party_clients");
}

/** Auth0 docs: whether a grant can, must or must not be used for an organization. */
function checkOrganization(
  context: TenantContext,
  grant: ClientGrantRecord,
  organizationId: string | undefined,
): string | undefined {
  const usage = grant.organization_usage ?? "deny";
  if (organizationId === undefined) return usage === "require" ? "An organization is required" : undefined;
  if (usage === "deny") return "The grant cannot be used for an organization";
  const associated = context.state.grantOrganizations.get(grant.id)?.has(organizationId) ?? false;
  return grant.allow_any_organization === true || associated ? undefined : "The grant is not for this organization";
}

const denied = (description: string): Entitlement => ({ refusal: oauthError(403, "access_denied", description) });

/** The text that Auth0 answers with, as quoted in public reports. */
function noGrant(audience: string): Entitlement {
  return denied(
    `Client is not authorized to access "${audience}". You might probably want to create a "client-grant" associated to this API.`,
  );
}

function defaultAudience(context: TenantContext): string | undefined {
  const { default_audience: audience } = context.state.settings;
  return typeof audience === "string" && audience !== "" ? audience : undefined;
}
