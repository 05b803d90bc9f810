/** Where a tenant is. Source of the audience: Auth0's documentation, "Management API Access Tokens". */
export interface TenantAddress {
  /** The canonical domain, for instance `acme.eu.auth0.com`; never a custom domain. */
  domain: string;
  /** Where requests go instead of `https://<domain>`; loopback only, for the sandbox. */
  origin?: string;
}

/**
 * The audience of the Management API, by which it is also found among a tenant's APIs: always the canonical domain,
 * always with the trailing slash. Source: Auth0 documentation, "Management API Access Tokens".
 *
 * @example managementAudience("acme.eu.auth0.com") // "https://acme.eu.auth0.com/api/v2/"
 */
export const managementAudience = (domain: string): string => `https://${domain}/api/v2/`;

/** The URL of a path at the tenant. Paths begin with a slash; query values that are undefined are left out. */
export function tenantUrl(address: TenantAddress, path: string, query: Query = {}): URL {
  const url = new URL(path, address.origin ?? `https://${address.domain}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;
