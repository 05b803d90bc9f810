/** The tenant's own name: the first label of its domain, as Auth0 shows it on clients and in log events. */
export function tenantNameOf(domain: string): string {
  return domain.split(".")[0] ?? domain;
}
