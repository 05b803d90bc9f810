/**
 * What identifies a tenant's Management API among its APIs and in grants: the canonical domain, with the trailing
 * slash. Source: Auth0 documentation, "Management API Access Tokens". Auth0 reserves it, so nothing else bears it.
 *
 * @example managementIdentifier("acme.eu.auth0.com") // "https://acme.eu.auth0.com/api/v2/"
 */
export const managementIdentifier = (domain: string): string => `https://${domain}/api/v2/`;
