import { askForToken } from "../auth0/ask-for-token.ts";
import { listNetworkAcls, listResourceServers, listSigningKeys } from "../auth0/endpoints.ts";
import { isTokenAccepted } from "../auth0/is-token-accepted.ts";
import { newestLogId } from "../auth0/log-requests.ts";
import type { ManagementApi } from "../auth0/management-api.ts";
import type { NetworkAcl as NetworkAclAnswer } from "../auth0/resources/network-acl.ts";
import { attachedTo } from "../auth0/resources/revoked-client.ts";
import type { SigningKey as SigningKeyAnswer } from "../auth0/resources/signing-key.ts";
import {
  addOrganization,
  createGrant,
  createNetworkAcl,
  deleteGrant,
  deleteNetworkAcl,
  type GrantBody,
  listGrantsOf,
  listOrganizationsOf,
  type RevokedClientAnswer,
  type RevokedGrantAnswer,
  readRevokedClient,
  revokeSigningKey,
  rotateSigningKey,
  setGrantTypes,
} from "../auth0/responder-endpoints.ts";
import { listRegisteredKeys, setClientKeys } from "../auth0/rotation-endpoints.ts";
import { openTenant, type TenantAccess } from "../auth0/tenant-access.ts";
import type { AccessToken } from "../auth0/token.ts";
import { hasCode } from "../model/curfew-error.ts";
import { readable } from "../model/reported.ts";
import { type ActingLogin, actingAs } from "./acting-login.ts";
import type { NetworkAcl, NewGrant, ResponderTenant, RevokedClient, RevokedGrant, SigningKey } from "./ports.ts";
import { logEvents } from "./responder-log.ts";

/** Which application of which tenant, with the login of the responder or of its spare. */
export interface ResponderOptions extends TenantAccess {
  /** The application that the incident is about. */
  clientId: string;
  /** Whose login it is. */
  role: ActingLogin["role"];
}

/** A tenant in an emergency. Nothing is sent before the first call. */
export function auth0Responder(options: ResponderOptions): ResponderTenant {
  const { address, clientId, role, login, clock, signal } = options;
  const { api: unnamed, probes, lastChange } = openTenant(options);
  const api = actingAs({ role, clientId: login.clientId }, unnamed);
  let former: AccessToken | undefined;
  return {
    client: async () => {
      const answer = await readRevokedClient(api, clientId, signal);
      return answer && revokedClient(answer);
    },
    setGrantTypes: (types) => setGrantTypes(api, clientId, types, lastChange, signal),
    keys: async () => (await listRegisteredKeys(api, clientId, signal)).map(({ id, kid, name }) => ({ id, kid, name })),
    attachKeys: (ids) => setClientKeys(api, clientId, ids, lastChange, signal),
    grants: async () => (await listGrantsOf(api, clientId, signal)).map(revokedGrant),
    organizationsOf: (grantId) => listOrganizationsOf(api, grantId, signal),
    deleteGrant: (grantId) => deleteGrant(api, grantId, lastChange, signal),
    createGrant: (grant) => createGrant(api, grantBody(clientId, grant), lastChange, signal),
    addOrganization: (grantId, organizationId) => addOrganization(api, { grantId, organizationId }, lastChange, signal),
    apis: () => listResourceServers(api, signal),
    signingKeys: async () => (await listSigningKeys(api, signal)).map(signingKey),
    rotateSigningKey: () => rotateSigningKey(api, lastChange, signal),
    revokeSigningKey: (kid) => revokeOnce(api, kid, lastChange, signal),
    networkAcls: async () => (await listNetworkAcls(api, signal)).map(networkAcl),
    createNetworkAcl: async (description, egress) => {
      const priority = freePriority(await listNetworkAcls(api, signal));
      await createNetworkAcl(api, { description, priority, egress }, lastChange, signal);
    },
    deleteNetworkAcl: (id) => deleteNetworkAcl(api, id, lastChange, signal),
    lastLogEvent: (before) => newestLogId(api, before, signal),
    logEvents: (from) => logEvents(api, from, clock, signal),
    tokenFor: (asking, audience) => askForToken(address, asking, audience, probes, signal),
    renewToken: async () => {
      former = await api.renew();
    },
    isFormerTokenAccepted: async () => former && isTokenAccepted(address, former, probes, signal),
  };
}

const revokedClient = (answer: RevokedClientAnswer): RevokedClient => ({
  clientId: answer.client_id,
  isGlobal: answer.global ?? false, // absent on most applications (recordings), and true on that one alone
  name: readable(answer.name),
  appType: readable(answer.app_type),
  tokenEndpointAuthMethod: readable(answer.token_endpoint_auth_method),
  grantTypes: answer.grant_types,
  ...attachedTo(answer),
});

function revokedGrant(answer: RevokedGrantAnswer): Omit<RevokedGrant, "organizations"> {
  const details = readable(answer.authorization_details_types) ?? [];
  return {
    id: answer.id,
    audience: answer.audience,
    scopes: readable(answer.scope) ?? [],
    allowsAllScopes: readable(answer.allow_all_scopes),
    subjectType: readable(answer.subject_type),
    organizationUsage: readable(answer.organization_usage),
    allowsAnyOrganization: readable(answer.allow_any_organization),
    ...(details.length === 0 ? {} : { authorizationDetailsTypes: details }),
    isSystem: readable(answer.is_system) ?? false, // true or absent (recordings)
  };
}

/** Left out is what was not reported; with `allow_all_scopes` a list of scopes says nothing. */
const grantBody = (clientId: string, grant: NewGrant): GrantBody => ({
  client_id: clientId,
  audience: grant.audience,
  ...(grant.allowsAllScopes === true ? { allow_all_scopes: true } : { scope: [...grant.scopes] }),
  ...(grant.subjectType === undefined ? {} : { subject_type: grant.subjectType }),
  ...(grant.organizationUsage === undefined ? {} : { organization_usage: grant.organizationUsage }),
  ...(grant.allowsAnyOrganization === undefined ? {} : { allow_any_organization: grant.allowsAnyOrganization }),
  ...(grant.authorizationDetailsTypes === undefined
    ? {}
    : { authorization_details_types: [...grant.authorizationDetailsTypes] }),
});

/** A revoked key may still be called the previous one: that it is revoked says more. */
const STATES = ["revoked", "current", "next", "previous"] as const;

const signingKey = (answer: SigningKeyAnswer): SigningKey => ({
  kid: answer.kid,
  state: STATES.find((state) => answer[state] === true) ?? "former",
});

/** What Auth0 says of a key that is revoked already is not documented: where it refuses, the key itself tells. */
async function revokeOnce(api: ManagementApi, kid: string, notAfter: number, signal: AbortSignal): Promise<void> {
  try {
    await revokeSigningKey(api, kid, notAfter, signal);
  } catch (error) {
    if (!hasCode(error, "request-refused")) throw error;
    const keys = (await listSigningKeys(api, signal)).map(signingKey);
    if (!keys.some((key) => key.kid === kid && key.state === "revoked")) throw error;
  }
}

const networkAcl = ({ id, description, active }: NetworkAclAnswer): NetworkAcl => ({
  id,
  description: readable(description) ?? "",
  isActive: active === true,
});

/** The first number that no other list has: Auth0 allows each once, and judges the lowest first. */
function freePriority(acls: readonly NetworkAclAnswer[]): number {
  const taken = new Set(acls.map(({ priority }) => priority));
  let priority = 1;
  while (taken.has(priority)) priority += 1;
  return priority;
}
