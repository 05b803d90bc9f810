import { isUnreadable } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { judgeApiGrants } from "../grant-judging.ts";
import { AUTH0_CLIENT_GRANTS, RFC_9700_PRIVILEGES } from "../grant-references.ts";
import { fail, pass, unknown, unreadable } from "../outcome.ts";
import { asvsOauth } from "../references.ts";

export default defineCheck({
  id: "grant.api.allow-all-scopes",
  title: "An application may use every scope of an API",
  why: "A grant for everything gives an application whatever the API can do, and whatever somebody adds to the API later. A leaked token is then worth as much as the API itself.",
  remediation: {
    summary: "Replace the grant for everything by the list of scopes that the application really uses.",
    dashboard: "Applications > APIs > the API > Machine to Machine Applications > the application > permissions.",
    api: 'PATCH /api/v2/client-grants/{id} with { "allow_all_scopes": false, "scope": ["read:orders"] }',
  },
  references: [AUTH0_CLIENT_GRANTS, asvsOauth("10.4.11"), RFC_9700_PRIVILEGES],
  fix: "guarded",
  needs: ["clientGrants"],
  unit: null,
  limits: { baseline: "medium", strict: "medium", "auth0-default": "medium" },
  *evaluate({ clientGrants }, severity, { domain }) {
    yield* judgeApiGrants(clientGrants, domain, ({ grant, resource }) => {
      const all = grant.allow_all_scopes;
      if (isUnreadable(all)) return unknown(resource, unreadable("allow_all_scopes", all));
      if (all !== true) return pass(resource);
      return fail(resource, { severity, message: "The grant covers every scope of the API, those added later too." });
    });
  },
});
