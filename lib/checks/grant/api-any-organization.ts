import { isUnreadable } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { judgeGrants } from "../grant-judging.ts";
import { fail, pass, unknown, unreadable } from "../outcome.ts";
import { asvsOauth } from "../references.ts";

export default defineCheck({
  id: "grant.api.any-organization",
  title: "An application may act for any organization",
  why: "The application can get a token for every organization of the tenant, and for those that are created later, without anybody connecting the two. A leaked credential of one application then opens the data of all customers.",
  remediation: {
    summary:
      "Connect the grant with the organizations that the application serves, and then switch access to any organization off.",
    dashboard: "Organizations > the organization > Machine-to-Machine Access > Add Access.",
    api: 'PATCH /api/v2/client-grants/{id} with { "allow_any_organization": false }',
  },
  references: [
    {
      title: "Auth0: Configure Your Application for M2M Access",
      url: "https://auth0.com/docs/manage-users/organizations/organizations-for-m2m-applications/configure-your-application-for-m2m-access",
    },
    asvsOauth("10.4.11"),
  ],
  fix: "guarded",
  needs: ["clientGrants"],
  unit: null,
  limits: { baseline: "low", strict: "low", "auth0-default": "low" },
  *evaluate({ clientGrants }, severity) {
    yield* judgeGrants(clientGrants, ({ grant, resource }) => {
      const any = grant.allow_any_organization;
      if (isUnreadable(any)) return unknown(resource, unreadable("allow_any_organization", any));
      if (any !== true) return pass(resource);
      return fail(resource, {
        severity,
        message: "The application may get tokens for any organization of the tenant.",
      });
    });
  },
});
