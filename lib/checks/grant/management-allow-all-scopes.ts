import { isUnreadable } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { judgeManagementGrants } from "../grant-judging.ts";
import { AUTH0_CLIENT_GRANTS, AUTH0_MANAGEMENT_TOKENS, RFC_9700_PRIVILEGES } from "../grant-references.ts";
import { fail, pass, unknown, unreadable } from "../outcome.ts";
import { asvsOauth } from "../references.ts";

export default defineCheck({
  id: "grant.management.allow-all-scopes",
  title: "An application may use every scope of the Management API",
  why: "Whoever holds this application's credentials owns the tenant: its users, applications, keys and logs. The grant also covers scopes that Auth0 adds in the future, so it grows without anybody deciding so.",
  remediation: {
    summary: "Replace the grant for everything by the list of scopes that the application really uses.",
    dashboard:
      "Applications > APIs > Auth0 Management API > Machine to Machine Applications > the application > permissions.",
    api: 'PATCH /api/v2/client-grants/{id} with { "allow_all_scopes": false, "scope": ["read:users"] }',
  },
  references: [AUTH0_CLIENT_GRANTS, AUTH0_MANAGEMENT_TOKENS, asvsOauth("10.4.11"), RFC_9700_PRIVILEGES],
  fix: "guarded",
  needs: ["clientGrants"],
  unit: null,
  limits: { baseline: "critical", strict: "critical", "auth0-default": "critical" },
  *evaluate({ clientGrants }, severity, { domain }) {
    yield* judgeManagementGrants(clientGrants, domain, ({ grant, resource }) => {
      const all = grant.allow_all_scopes;
      if (isUnreadable(all)) return unknown(resource, unreadable("allow_all_scopes", all));
      if (all !== true) return pass(resource);
      const message = "The grant covers every scope of the Management API, those that Auth0 adds later too.";
      return fail(resource, { severity, message });
    });
  },
});
