import type { ResourceServer } from "../../auth0/resources/resource-server.ts";
import { isUnreadable } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { AUTH0_API_ACCESS_POLICIES } from "../grant-references.ts";
import { userPolicy } from "../grant-user-policy.ts";
import { judgeManagementApi } from "../management-api.ts";
import { fail, notReported, type Outcome, pass, unknown, unreadable } from "../outcome.ts";
import { asvsOauth } from "../references.ts";
import { resourceServerResource } from "../resources.ts";

/** Policies under which no application gets a Management API token in a user's name without somebody's decision. */
const CLOSED: readonly string[] = ["require_client_grant", "deny_all"];

export default defineCheck({
  id: "grant.management.user-access",
  title: "Any application may get Management API tokens in a user's name",
  why: "With this policy every application of the tenant, single-page ones included, can ask for a Management API token for whoever is logged in, without a grant. Such a token lets a stolen session change the user's profile and metadata, which Auth0 itself advises against.",
  remediation: {
    summary:
      "Deny user access to the Management API, or require a grant for it after finding out which applications use it.",
    dashboard: "Applications > APIs > Auth0 Management API > Settings > Application Access Policy > user access.",
    api: 'PATCH /api/v2/resource-servers/{id of the Management API} with { "subject_type_authorization": { "user": { "policy": "deny_all" } } }',
  },
  references: [
    AUTH0_API_ACCESS_POLICIES,
    {
      title: "Auth0: Get Management API Access Tokens for Single-Page Applications",
      url: "https://auth0.com/docs/secure/tokens/access-tokens/management-api-access-tokens/get-management-api-tokens-for-single-page-applications",
    },
    asvsOauth("10.4.11"),
  ],
  fix: "guarded",
  needs: ["resourceServers"],
  unit: null,
  // allow_all is what a new tenant has, so by Auth0's own default no more than a note.
  limits: { baseline: "high", strict: "high", "auth0-default": "info" },
  *evaluate({ resourceServers }, severity, { domain }) {
    yield* judgeManagementApi(resourceServers, domain, (server) => judgePolicy(server, severity));
  },
});

/** An absent policy is unknown, not the default: tenants from before the setting do not report it. */
function judgePolicy(server: ResourceServer, severity: Severity): Outcome {
  const resource = resourceServerResource(server);
  const { field, policy } = userPolicy(server);
  if (isUnreadable(policy)) return unknown(resource, unreadable(field, policy));
  if (policy === undefined)
    return unknown(resource, notReported("subject_type_authorization.user.policy is not reported"));
  if (CLOSED.includes(policy)) return pass(resource);
  const message = "Any application may ask for a Management API token in the name of a user, without a grant.";
  return fail(resource, { severity, message });
}
