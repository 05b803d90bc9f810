import { defineCheck } from "../define-check.ts";
import { tenantFlag } from "../grant-flags.ts";
import { fail, pass, unknown } from "../outcome.ts";
import { asvsOauth } from "../references.ts";
import { tenantResource } from "../resources.ts";

export default defineCheck({
  id: "grant.tenant.open-dcr",
  title: "Anybody may register applications in the tenant",
  why: "Auth0's dynamic client registration is open: a request without any token creates an application. Strangers choose its name, which people see when they log in and consent, and default permissions for third parties apply to it at once.",
  remediation: {
    summary:
      "Switch dynamic client registration off; where partners or agents need it, register them by hand or restrict the registration endpoint with a network ACL.",
    dashboard: "Settings > Advanced > Dynamic Client Registration (DCR).",
    api: 'PATCH /api/v2/tenants/settings with { "flags": { "enable_dynamic_client_registration": false } }',
  },
  references: [
    {
      title: "Auth0: Dynamic Client Registration",
      url: "https://auth0.com/docs/get-started/applications/dynamic-client-registration",
    },
    asvsOauth("10.4.7"),
    {
      title: "RFC 7591, 5: security considerations of open registration",
      url: "https://www.rfc-editor.org/rfc/rfc7591#section-5",
    },
  ],
  fix: "guarded",
  needs: ["tenantSettings"],
  unit: null,
  limits: { baseline: "medium", strict: "medium", "auth0-default": "medium" },
  *evaluate({ tenantSettings }, severity, { domain }) {
    const tenant = tenantResource(domain);
    const state = tenantFlag(tenantSettings, "enable_dynamic_client_registration");
    if (state === "off") yield pass(tenant);
    else if (state === "on")
      yield fail(tenant, { severity, message: "Anybody may register applications, without a token." });
    else yield unknown(tenant, state.unclear);
  },
});
