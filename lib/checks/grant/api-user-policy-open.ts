import type { ResourceServer } from "../../auth0/resources/resource-server.ts";
import { isUnreadable } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { AUTH0_API_ACCESS_POLICIES, AUTH0_CLIENT_GRANTS } from "../grant-references.ts";
import { userPolicy } from "../grant-user-policy.ts";
import { fail, type Outcome, pass, undocumented, unknown, unreadable } from "../outcome.ts";
import { asvsOauth } from "../references.ts";
import { resourceServerResource } from "../resources.ts";

const CLOSED: readonly string[] = ["require_client_grant", "deny_all"];

export default defineCheck({
  id: "grant.api.user-policy-open",
  title: "Any application may get tokens for an API in a user's name",
  why: "With this policy every application of the tenant can ask for a token for the API on behalf of whoever logs in, and nobody had to allow it. Taking away an application's grant then takes nothing away. Auth0 recommends to require a grant, which says who may ask and for which scopes.",
  remediation: {
    summary:
      "Create a grant for users for each application that needs the API, and then let the API require a grant for user access.",
    dashboard: "Applications > APIs > the API > Settings > Application Access Policy > user access.",
    api: 'PATCH /api/v2/resource-servers/{id} with { "subject_type_authorization": { "user": { "policy": "require_client_grant" } } }',
  },
  references: [AUTH0_API_ACCESS_POLICIES, AUTH0_CLIENT_GRANTS, asvsOauth("10.4.11")],
  fix: "guarded",
  needs: ["resourceServers"],
  unit: null,
  // allow_all is what every new API has, so by Auth0's own default no more than a note.
  limits: { baseline: "medium", strict: "medium", "auth0-default": "info" },
  *evaluate({ resourceServers }, severity) {
    for (const server of resourceServers) {
      // Auth0's own APIs are not the tenant's to set; the Management API has a check of its own.
      if (server.is_system !== true) yield judgePolicy(server, severity);
    }
  },
});

/** Absent means allow_all. Source: Auth0 documentation, "API Access Policies": the default for user access. */
function judgePolicy(server: ResourceServer, severity: Severity): Outcome {
  const resource = resourceServerResource(server);
  const { field, policy } = userPolicy(server);
  if (isUnreadable(policy)) return unknown(resource, unreadable(field, policy));
  if (policy !== undefined && CLOSED.includes(policy)) return pass(resource);
  if (policy !== undefined && policy !== "allow_all") return unknown(resource, undocumented(field));
  const origin = policy === undefined ? " (Auth0's default)" : "";
  return fail(resource, {
    severity,
    message: `Any application may get tokens for the API in a user's name, without a grant${origin}.`,
  });
}
