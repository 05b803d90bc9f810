import { defineCheck } from "../define-check.ts";
import { tenantFlag } from "../grant-flags.ts";
import { fail, pass, unknown } from "../outcome.ts";
import { tenantResource } from "../resources.ts";

export default defineCheck({
  id: "grant.tenant.refresh-revocation-keeps-grant",
  title: "Revoking a refresh token ends that one token only",
  why: "While this is off, other refresh tokens of the same user, application and API go on working when one is revoked. That is Auth0's default and right where people log out on one device; whoever revokes a token after a theft should know that its siblings live on.",
  remediation: {
    summary:
      "Where a revocation is meant to end an application's whole access for the user, let it delete the grant; otherwise plan to revoke every token.",
    dashboard: "Settings > Advanced > Settings > Refresh Token Revocation Deletes Grant.",
    api: 'PATCH /api/v2/tenants/settings with { "flags": { "revoke_refresh_token_grant": true } }',
  },
  references: [
    {
      title: "Auth0: Revoke Refresh Tokens",
      url: "https://auth0.com/docs/secure/tokens/refresh-tokens/revoke-refresh-tokens",
    },
    { title: "RFC 7009, 2.1: revocation requests", url: "https://www.rfc-editor.org/rfc/rfc7009#section-2.1" },
  ],
  fix: "safe",
  needs: ["tenantSettings"],
  unit: null,
  limits: { baseline: "info", strict: "info", "auth0-default": "info" },
  *evaluate({ tenantSettings }, severity, { domain }) {
    const tenant = tenantResource(domain);
    const state = tenantFlag(tenantSettings, "revoke_refresh_token_grant");
    const message = "Revoking a refresh token leaves the user's other refresh tokens of the application alive.";
    if (state === "on") yield pass(tenant);
    else if (state === "off") yield fail(tenant, { severity, message });
    else yield unknown(tenant, state.unclear);
  },
});
