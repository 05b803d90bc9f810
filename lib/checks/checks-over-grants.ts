import type { Check } from "./define-check.ts";
import apiAllowAllScopes from "./grant/api-allow-all-scopes.ts";
import apiAnyOrganization from "./grant/api-any-organization.ts";
import apiThirdPartyDefault from "./grant/api-third-party-default.ts";
import managementAllowAllScopes from "./grant/management-allow-all-scopes.ts";
import managementEscalationPath from "./grant/management-escalation-path.ts";
import managementNonM2m from "./grant/management-non-m2m.ts";
import managementScopeCount from "./grant/management-scope-count.ts";
import managementThirdParty from "./grant/management-third-party.ts";
import managementWriteScopes from "./grant/management-write-scopes.ts";

/**
 * The checks that need no more than grants and applications, for those who judge a grant and not a tenant: the whole
 * catalogue is too large for a function that must start at once. A test holds the list to the catalogue.
 */
export const CHECKS_OVER_GRANTS: readonly Check[] = [
  apiAllowAllScopes,
  apiAnyOrganization,
  apiThirdPartyDefault,
  managementAllowAllScopes,
  managementEscalationPath,
  managementNonM2m,
  managementScopeCount,
  managementThirdParty,
  managementWriteScopes,
];
