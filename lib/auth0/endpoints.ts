import * as z from "zod";
import { hasCode } from "../model/curfew-error.ts";
import { FIELDS_REFUSED } from "./answer-error.ts";
import { LOG_SCOPE } from "./log-requests.ts";
import type { ManagementApi } from "./management-api.ts";
import { get, list, only } from "./read-requests.ts";
import { type Action, action } from "./resources/action.ts";
import {
  type Client,
  type ClientAuthentication,
  type ClientCredential,
  client,
  clientAuthentication,
  clientCredential,
} from "./resources/client.ts";
import { type ClientGrant, clientGrant } from "./resources/client-grant.ts";
import { type EmailTemplate, emailTemplate, type LinkTemplate } from "./resources/email-template.ts";
import { type NetworkAcl, networkAcl } from "./resources/network-acl.ts";
import { type ResourceServer, resourceServer } from "./resources/resource-server.ts";
import { type SigningKey, signingKey } from "./resources/signing-key.ts";
import { type TenantSettings, tenantSettings } from "./resources/tenant-settings.ts";

/**
 * Everything an audit asks Auth0 for. Each request names the fields it wants wherever the endpoint lets it,
 * so that no answer ever carries a secret: `client_secret` and `signing_secret` are in none of these lists.
 */

/** The documented scope of every endpoint below. Source: the Management API's OpenAPI document. */
export const READ_SCOPES = {
  clients: "read:clients",
  clientAuthentication: "read:client_credentials",
  clientCredentials: "read:client_credentials",
  resourceServers: "read:resource_servers",
  clientGrants: "read:client_grants",
  tenantSettings: "read:tenant_settings",
  signingKeys: "read:signing_keys",
  actions: "read:actions",
  networkAcls: "read:network_acls",
  emailTemplates: "read:email_templates",
  logs: LOG_SCOPE,
} as const;

const clientWithAuthentication = z.object({ ...client.shape, ...clientAuthentication.shape });

/** Applications, and how each authenticates when the token may see that. */
export interface Clients {
  clients: Client[];
  /** Undefined when the token may not read how applications authenticate. */
  authentication: ClientAuthentication[] | undefined;
}

/**
 * All applications but the global one.
 *
 * @param withAuthentication also ask, in the same requests, how each application authenticates. It is asked for
 * unless the token's scopes are known not to allow it: to ask for a field that is not allowed is refused.
 */
export async function listClients(
  api: ManagementApi,
  withAuthentication: boolean,
  signal: AbortSignal,
): Promise<Clients> {
  const scopes = withAuthentication ? await api.scopes() : new Set<string>();
  if (scopes === undefined || scopes.has(READ_SCOPES.clientAuthentication)) {
    try {
      const both = await readClients(api, clientWithAuthentication, signal);
      return { clients: both, authentication: both };
    } catch (error) {
      if (!hasCode(error, "request-refused") || error.detail !== FIELDS_REFUSED) throw error;
    }
  }
  return { clients: await readClients(api, client, signal), authentication: undefined };
}

function readClients<Shape extends z.ZodObject & z.ZodType<{ client_id: string }>>(
  api: ManagementApi,
  shape: Shape,
  signal: AbortSignal,
): Promise<z.infer<Shape>[]> {
  return list(api, {
    path: "/clients",
    key: "clients",
    scope: READ_SCOPES.clients,
    group: "clients",
    query: { is_global: false, ...only(shape) },
    shape,
    idOf: (item) => item.client_id,
    signal,
  });
}

/** The keys registered for one application; none when the application is gone meanwhile. */
export async function listClientCredentials(
  api: ManagementApi,
  clientId: string,
  signal: AbortSignal,
): Promise<ClientCredential[]> {
  try {
    const keys = await api.send(
      get({
        path: `/clients/${encodeURIComponent(clientId)}/credentials`,
        pattern: "/clients/{id}/credentials",
        scope: READ_SCOPES.clientCredentials,
        group: "client-credentials",
      }),
      z.array(clientCredential),
      signal,
    );
    return keys.map((key) => ({ ...key, client_id: clientId }));
  } catch (error) {
    if (hasCode(error, "not-found")) return [];
    throw error;
  }
}

/** All APIs, the system's own included. `fields` is honoured although it is not documented here (recordings). */
export function listResourceServers(api: ManagementApi, signal: AbortSignal): Promise<ResourceServer[]> {
  return list(api, {
    path: "/resource-servers",
    key: "resource_servers",
    scope: READ_SCOPES.resourceServers,
    query: only(resourceServer),
    shape: resourceServer,
    idOf: (item) => item.id,
    signal,
  });
}

/** All client grants, by page and total rather than by cursor: only a total proves that none is missing. */
export function listClientGrants(api: ManagementApi, signal: AbortSignal): Promise<ClientGrant[]> {
  return list(api, {
    path: "/client-grants",
    key: "client_grants",
    scope: READ_SCOPES.clientGrants,
    shape: clientGrant,
    idOf: (item) => item.id,
    signal,
  });
}

/** All actions with the names and dates of their secrets. */
export function listActions(api: ManagementApi, signal: AbortSignal): Promise<Action[]> {
  return list(api, {
    path: "/actions/actions",
    key: "actions",
    scope: READ_SCOPES.actions,
    shape: action,
    idOf: (item) => item.id,
    signal,
  });
}

/** All network access control lists. */
export function listNetworkAcls(api: ManagementApi, signal: AbortSignal): Promise<NetworkAcl[]> {
  return list(api, {
    path: "/network-acls",
    key: "network_acls",
    scope: READ_SCOPES.networkAcls,
    shape: networkAcl,
    idOf: (item) => item.id,
    signal,
  });
}

/** The tenant's settings. */
export function getTenantSettings(api: ManagementApi, signal: AbortSignal): Promise<TenantSettings> {
  return api.send(
    get({
      path: "/tenants/settings",
      scope: READ_SCOPES.tenantSettings,
      query: only(tenantSettings),
    }),
    tenantSettings,
    signal,
  );
}

/** The tenant's signing keys: current, next and the previous ones. */
export function listSigningKeys(api: ManagementApi, signal: AbortSignal): Promise<SigningKey[]> {
  return api.send(get({ path: "/keys/signing", scope: READ_SCOPES.signingKeys }), z.array(signingKey), signal);
}

/** One mail template. Auth0 answers 404 for one that was never customized: then its defaults hold. */
export async function getEmailTemplate(
  api: ManagementApi,
  template: LinkTemplate,
  signal: AbortSignal,
): Promise<EmailTemplate> {
  try {
    const found = await api.send(
      get({
        path: `/email-templates/${template}`,
        pattern: "/email-templates/{templateName}",
        scope: READ_SCOPES.emailTemplates,
        group: "email-templates",
      }),
      emailTemplate,
      signal,
    );
    return { ...found, template };
  } catch (error) {
    if (hasCode(error, "not-found")) return { template };
    throw error;
  }
}
