import { defineCheck } from "../define-check.ts";
import { tenantFlag } from "../grant-flags.ts";
import { fail, pass, unknown } from "../outcome.ts";
import { asvsOauth } from "../references.ts";
import { tenantResource } from "../resources.ts";

/** What each flag keeps alive. Sources: the descriptions in Auth0's SDK and its production checks. */
const FLAGS: Readonly<Record<string, string>> = {
  enable_idtoken_api2: "ID tokens are accepted in place of access tokens at some endpoints of the Management API",
  allow_legacy_ro_grant_types: "the old endpoint /oauth/ro still takes people's passwords from applications",
  allow_legacy_delegation_grant_types: "the old endpoint /delegation still exchanges tokens for others",
  allow_legacy_tokeninfo_endpoint: "the old endpoint /tokeninfo still answers",
};

export default defineCheck({
  id: "grant.tenant.legacy-flags",
  title: "A retired way to get or use tokens is still open",
  why: "Auth0 retired these endpoints years ago because they work around what protects today's flows: passwords go to applications, tokens are accepted for what they were not made for. New tenants have them off. Each that is left on is a way in that nobody watches.",
  remediation: {
    summary:
      "Find the last applications that use it in the tenant's logs, move them to the current endpoints and switch the flag off.",
    dashboard: "Settings > Advanced > Migrations.",
    api: 'PATCH /api/v2/tenants/settings with { "flags": { "allow_legacy_ro_grant_types": false } }',
  },
  references: [
    {
      title: "Auth0: Production Checks: Required Fixes",
      url: "https://auth0.com/docs/deploy-monitor/pre-deployment-checks/production-check-required-fixes",
    },
    {
      title: "Auth0: Migration from /oauth/ro to /oauth/token",
      url: "https://auth0.com/docs/product-lifecycle/deprecations-and-migrations/migration-oauthro-oauthtoken",
    },
    asvsOauth("10.4.4"),
  ],
  fix: "guarded",
  needs: ["tenantSettings"],
  unit: null,
  limits: { baseline: "high", strict: "high", "auth0-default": "high" },
  *evaluate({ tenantSettings }, severity, { domain }) {
    const tenant = tenantResource(domain);
    for (const [flag, effect] of Object.entries(FLAGS)) {
      const state = tenantFlag(tenantSettings, flag);
      if (state === "off") yield pass(tenant, flag);
      else if (state === "on") yield fail(tenant, { severity, message: `${flag} is on: ${effect}.` }, flag);
      else yield unknown(tenant, state.unclear, flag);
    }
  },
});
