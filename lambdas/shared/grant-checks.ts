import apiAllowAllScopes from "../../lib/checks/grant/api-allow-all-scopes.ts";
import apiAnyOrganization from "../../lib/checks/grant/api-any-organization.ts";
import apiThirdPartyDefault from "../../lib/checks/grant/api-third-party-default.ts";
import managementAllowAllScopes from "../../lib/checks/grant/management-allow-all-scopes.ts";
import managementEscalationPath from "../../lib/checks/grant/management-escalation-path.ts";
import managementNonM2m from "../../lib/checks/grant/management-non-m2m.ts";
import managementScopeCount from "../../lib/checks/grant/management-scope-count.ts";
import managementThirdParty from "../../lib/checks/grant/management-third-party.ts";
import managementWriteScopes from "../../lib/checks/grant/management-write-scopes.ts";

/**
 * The checks that need no more than grants and applications: what they find too much is not offered to be given back. The whole
 * catalogue would make a bundle too large; `test/lambdas/grant-checks.test.ts` compares.
 */
export const GRANT_CHECKS = [
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
