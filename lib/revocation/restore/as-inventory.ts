import type { Client } from "../../auth0/resources/client.ts";
import type { ClientGrant } from "../../auth0/resources/client-grant.ts";
import { managementAudience } from "../../auth0/tenant-address.ts";
import type { Inventory, Section } from "../../inventory/inventory.ts";
import type { RevokedClient, RevokedGrant } from "../ports.ts";

/** Whose grants they are, and what is there beside. */
export interface SeenTenant {
  domain: string;
  /** The application as it was at the first look. */
  client: RevokedClient;
  /** The application, and everybody else's grants, as an audit saw them before the leak; undefined where none did. */
  seen: { client: Client | undefined; grants: readonly ClientGrant[] } | undefined;
}

/** A grant that was there at the first look, and what it is judged beside, as an audit would have read them. */
export function asInventory(grant: RevokedGrant, { domain, client, seen }: SeenTenant): Inventory {
  const others = othersOf(seen?.grants ?? [], client.clientId, managementAudience(domain));
  return {
    clientGrants: complete([...others, clientGrant(grant, client.clientId)]),
    clients: complete([seen?.client ?? asSeenNow(client)]),
  };
}

/**
 * Everybody else's grants for the Management API: what an application could gain by another's secret depends on them.
 * They pass for Auth0's own, which are counted and not judged.
 */
const othersOf = (grants: readonly ClientGrant[], clientId: string, audience: string): ClientGrant[] =>
  grants
    .filter((grant) => grant.client_id !== clientId && grant.audience === audience)
    .map((grant) => ({ ...grant, is_system: true }));

const complete = <T>(data: readonly T[]): Section<readonly T[]> => ({ status: "complete", data, count: data.length });

/** Fields that were not reported stay away. */
function clientGrant(grant: RevokedGrant, clientId: string): ClientGrant {
  return {
    id: grant.id,
    client_id: clientId,
    audience: grant.audience,
    scope: [...grant.scopes],
    ...(grant.subjectType === undefined ? {} : { subject_type: grant.subjectType }),
    ...(grant.allowsAllScopes === undefined ? {} : { allow_all_scopes: grant.allowsAllScopes }),
    ...(grant.allowsAnyOrganization === undefined ? {} : { allow_any_organization: grant.allowsAnyOrganization }),
    ...(grant.organizationUsage === undefined ? {} : { organization_usage: grant.organizationUsage }),
  };
}

/** An incident does not ask whose the application is; where no audit saw it that is said in the plan. */
const asSeenNow = ({ clientId, name, appType, tokenEndpointAuthMethod, grantTypes }: RevokedClient): Client => ({
  client_id: clientId,
  ...(name === undefined ? {} : { name }),
  ...(appType === undefined ? {} : { app_type: appType }),
  ...(tokenEndpointAuthMethod === undefined ? {} : { token_endpoint_auth_method: tokenEndpointAuthMethod }),
  ...(grantTypes === undefined ? {} : { grant_types: [...grantTypes] }),
});
