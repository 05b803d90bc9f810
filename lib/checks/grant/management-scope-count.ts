import { defineCheck } from "../define-check.ts";
import { judgeManagementGrants } from "../grant-judging.ts";
import { AUTH0_CLIENT_GRANTS, AUTH0_MACHINE_TO_MACHINE, RFC_9700_PRIVILEGES } from "../grant-references.ts";
import { grantedScopes } from "../grant-scopes.ts";
import { judge } from "../limits.ts";
import { fail, pass, unknown } from "../outcome.ts";
import { asvsOauth } from "../references.ts";

export default defineCheck({
  id: "grant.management.scope-count",
  title: "An application holds many scopes of the Management API",
  why: "An application with one task needs few scopes. A long list usually means that somebody granted what was convenient, or that one set of credentials serves several programs, which then all can do what any of them can.",
  remediation: {
    summary:
      "Find out which scopes the application uses and take the others away; give each program an application of its own.",
    dashboard:
      "Applications > APIs > Auth0 Management API > Machine to Machine Applications > the application > permissions.",
    api: "PATCH /api/v2/client-grants/{id} with the complete list of scopes that remain",
  },
  references: [AUTH0_MACHINE_TO_MACHINE, AUTH0_CLIENT_GRANTS, asvsOauth("10.4.11"), RFC_9700_PRIVILEGES],
  fix: "no",
  needs: ["clientGrants"],
  unit: "count",
  // Ten scopes are the four verbs on two kinds of things and some reading: more than one task.
  // Auth0 grants no scope that nobody chose, so its own default is no milder.
  limits: { baseline: { medium: 10 }, strict: { medium: 10 }, "auth0-default": { medium: 10 } },
  *evaluate({ clientGrants }, bands, { domain }) {
    yield* judgeManagementGrants(clientGrants, domain, ({ grant, resource }) => {
      const { all, named, unclear } = grantedScopes(grant);
      // A grant for all scopes holds more than any limit, so trading a long list for the switch mends nothing.
      const count = all ? Number.POSITIVE_INFINITY : named.size;
      const verdict = judge(count, bands);
      if (verdict) {
        const held = all ? "every scope" : `${count} scopes`;
        const message = `The application holds ${held} of the Management API; the limit is ${verdict.limit}.`;
        return fail(resource, { ...verdict, ...(all ? {} : { observed: count }), unit: "count", message });
      }
      return unclear === undefined ? pass(resource) : unknown(resource, unclear);
    });
  },
});
