import * as z from "zod";
import { CurfewError, hasCode } from "../model/curfew-error.ts";
import { CONFLICT, FIELDS_REFUSED } from "./answer-error.ts";
import { ofClient, readClient } from "./client-requests.ts";
import { LOG_SCOPE } from "./log-requests.ts";
import type { ManagementApi, ManagementRequest } from "./management-api.ts";
import { list } from "./read-requests.ts";
import { revokedClient, revokedClientWithKeys } from "./resources/revoked-client.ts";
import { grantedOrganization, revokedGrant } from "./resources/revoked-grant.ts";
import { unlessGone } from "./unless-gone.ts";

/**
 * What only an incident asks of Auth0; the rest of its requests are those of an audit and of a rotation. No request asks
 * for a secret, and no answer's body is kept: what changes an application is answered with the application.
 *
 * What changes something takes the moment after which it is not sent any more, in milliseconds since the epoch.
 */

/** The documented scope of each of a responder's requests. Source: the Management API's OpenAPI document. */
const SCOPES = {
  readClient: "read:clients",
  updateClient: "update:clients",
  readKeys: "read:client_credentials",
  attachKeys: "update:client_credentials",
  readGrants: "read:client_grants",
  createGrant: "create:client_grants",
  deleteGrant: "delete:client_grants",
  readOrganizations: "read:organization_client_grants",
  addOrganization: "create:organization_client_grants",
  readApis: "read:resource_servers",
  readLog: LOG_SCOPE,
  readSigningKeys: "read:signing_keys",
  rotateSigningKey: "create:signing_keys",
  revokeSigningKey: "update:signing_keys",
  readNetworkAcls: "read:network_acls",
  createNetworkAcl: "create:network_acls",
  deleteNetworkAcl: "delete:network_acls",
} as const;

/** Every scope of a responder, and of its spare. */
export const RESPONDER_SCOPES: readonly string[] = [...new Set(Object.values(SCOPES))];

export type RevokedClientAnswer = z.infer<typeof revokedClient> & Partial<z.infer<typeof revokedClientWithKeys>>;
export type RevokedGrantAnswer = z.infer<typeof revokedGrant>;

/**
 * One application; undefined when it is gone. A token that may not see how it authenticates is not told: an incident
 * goes on without.
 */
export async function readRevokedClient(
  api: ManagementApi,
  clientId: string,
  signal: AbortSignal,
): Promise<RevokedClientAnswer | undefined> {
  const scopes = await api.scopes();
  if (scopes === undefined || scopes.has(SCOPES.readKeys)) {
    try {
      return await readClient(api, clientId, revokedClientWithKeys, signal);
    } catch (error) {
      if (!hasCode(error, "request-refused") || error.detail !== FIELDS_REFUSED) throw error;
    }
  }
  return readClient(api, clientId, revokedClient, signal);
}

/** Sets the grant types of an application: these, and no others. */
export async function setGrantTypes(
  api: ManagementApi,
  clientId: string,
  types: readonly string[],
  notAfter: number,
  signal: AbortSignal,
): Promise<void> {
  const request = { ...ofClient(clientId), method: "PATCH", scope: SCOPES.updateClient } as const;
  await api.send({ ...request, body: { grant_types: types }, notAfter }, z.unknown(), signal);
}

/** The grants of one application. Whatever the answer holds beside them is somebody else's, and left out. */
export async function listGrantsOf(
  api: ManagementApi,
  clientId: string,
  signal: AbortSignal,
): Promise<RevokedGrantAnswer[]> {
  const grants = await list(api, {
    path: "/client-grants",
    key: "client_grants",
    scope: SCOPES.readGrants,
    query: { client_id: clientId },
    shape: revokedGrant,
    idOf: ({ id }) => id,
    signal,
  });
  return grants.filter((grant) => grant.client_id === clientId);
}

/** The ids of the organizations that a grant counts for. */
export async function listOrganizationsOf(api: ManagementApi, grantId: string, signal: AbortSignal): Promise<string[]> {
  const organizations = await list(api, {
    path: `/client-grants/${encodeURIComponent(grantId)}/organizations`,
    pattern: "/client-grants/{id}/organizations",
    key: "organizations",
    scope: SCOPES.readOrganizations,
    shape: grantedOrganization,
    idOf: ({ id }) => id,
    signal,
  });
  return organizations.map(({ id }) => id);
}

/** Deletes a grant; one that is gone already is no error. */
export async function deleteGrant(
  api: ManagementApi,
  id: string,
  notAfter: number,
  signal: AbortSignal,
): Promise<void> {
  const request = change("DELETE", "/client-grants/{id}", { id }, { scope: SCOPES.deleteGrant, notAfter });
  await unlessGone(() => api.send(request, z.unknown(), signal));
}

/** A grant to be given. Fields that are left out have Auth0's defaults. */
export type GrantBody = Partial<Omit<RevokedGrantAnswer, "id" | "is_system">>;

/**
 * Gives a grant; its id. It may be sent twice, since Auth0 refuses a second one for the same application, audience and
 * subject type: `request-refused` also where it was the first request's answer that got lost.
 */
export async function createGrant(
  api: ManagementApi,
  grant: GrantBody,
  notAfter: number,
  signal: AbortSignal,
): Promise<string> {
  const request = change("POST", "/client-grants", {}, { scope: SCOPES.createGrant, body: grant, notAfter });
  return (await api.send(request, z.object({ id: z.string().min(1) }), signal)).id;
}

/** Lets a grant count for an organization; one that it counts for already is no error. */
export async function addOrganization(
  api: ManagementApi,
  { grantId, organizationId: id }: { grantId: string; organizationId: string },
  notAfter: number,
  signal: AbortSignal,
): Promise<void> {
  const others = { scope: SCOPES.addOrganization, body: { grant_id: grantId }, notAfter };
  try {
    await api.send(change("POST", "/organizations/{id}/client-grants", { id }, others), z.unknown(), signal);
  } catch (error) {
    if (!hasCode(error, "request-refused") || error.detail !== CONFLICT) throw error;
  }
}

/** Makes the next signing key the current one. Sent once: a second request would rotate a second time. */
export async function rotateSigningKey(api: ManagementApi, notAfter: number, signal: AbortSignal): Promise<void> {
  const request = change("POST", "/keys/signing/rotate", {}, { scope: SCOPES.rotateSigningKey, notAfter });
  await api.send({ ...request, repeatable: false }, z.unknown(), signal);
}

/** Revokes the previous signing key. Irreversible. */
export async function revokeSigningKey(
  api: ManagementApi,
  kid: string,
  notAfter: number,
  signal: AbortSignal,
): Promise<void> {
  const request = change("PUT", "/keys/signing/{kid}/revoke", { kid }, { scope: SCOPES.revokeSigningKey, notAfter });
  await api.send(request, z.unknown(), signal);
}

/**
 * Keeps everybody from the Management API but who comes from these ranges. Sent once: a second request would make a
 * second list.
 *
 * @param priority 1 is judged first; every list has one of its own. Source: Auth0 documentation, "Rule Evaluation for
 * the Tenant Access Control List", which also says that of ranges of both kinds one has to match.
 */
export async function createNetworkAcl(
  api: ManagementApi,
  { description, priority, egress }: { description: string; priority: number; egress: readonly string[] },
  notAfter: number,
  signal: AbortSignal,
): Promise<void> {
  const [ipv6, ipv4] = [egress.filter(isIpv6), egress.filter((range) => !isIpv6(range))];
  const ranges = {
    ...(ipv4.length === 0 ? {} : { ipv4_cidrs: ipv4 }),
    ...(ipv6.length === 0 ? {} : { ipv6_cidrs: ipv6 }),
  };
  if (Object.keys(ranges).length === 0) {
    throw new CurfewError("configuration-invalid", "A network ACL without a range would keep out Curfew itself.");
  }
  const rule = { scope: "management", action: { block: true }, not_match: ranges };
  const body = { description, active: true, priority, rule };
  const request = change("POST", "/network-acls", {}, { scope: SCOPES.createNetworkAcl, body, notAfter });
  await api.send({ ...request, repeatable: false }, z.unknown(), signal);
}

const isIpv6 = (range: string): boolean => range.includes(":");

/** Deletes a network ACL; one that is gone already is no error. */
export async function deleteNetworkAcl(
  api: ManagementApi,
  id: string,
  notAfter: number,
  signal: AbortSignal,
): Promise<void> {
  const request = change("DELETE", "/network-acls/{id}", { id }, { scope: SCOPES.deleteNetworkAcl, notAfter });
  await unlessGone(() => api.send(request, z.unknown(), signal));
}

/** A request that changes something and may be sent twice. `pattern` with its variable parts filled in is the path. */
function change(
  method: ManagementRequest["method"],
  pattern: string,
  parts: Readonly<Record<string, string>>,
  others: Pick<ManagementRequest, "scope" | "body" | "notAfter">,
): ManagementRequest {
  const path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ""));
  return { method, path, pattern, group: "other", repeatable: true, ...others };
}
