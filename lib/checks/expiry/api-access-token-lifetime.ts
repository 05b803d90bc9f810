import { days, hours } from "../../model/duration.ts";
import { defineCheck } from "../define-check.ts";
import { judgeDuration } from "../judge-value.ts";
import { resourceServerResource } from "../resources.ts";

/** Auth0's default lifetime of an access token. Source: Auth0 documentation, "Update Access Token Lifetime". */
const DEFAULT_LIFETIME = hours(24);

export default defineCheck({
  id: "expiry.api.access-token-lifetime",
  title: "Access tokens of an API live too long",
  why: "An access token cannot be revoked: whoever holds one can use it until it expires. The lifetime of the API is how long a leaked token stays dangerous.",
  remediation: {
    summary: "Shorten the API's token lifetime; tokens that are already out keep the lifetime they were issued with.",
    dashboard: "Applications > APIs > the API > Settings > Access Token Settings > Maximum Access Token Lifetime.",
    api: 'PATCH /api/v2/resource-servers/{id} with { "token_lifetime": 86400 }',
  },
  references: [
    {
      title: "Auth0: Update Access Token Lifetime",
      url: "https://auth0.com/docs/secure/tokens/access-tokens/update-access-token-lifetime",
    },
    {
      title: "RFC 9700, 2.2: access token privilege restriction",
      url: "https://www.rfc-editor.org/rfc/rfc9700#section-2.2",
    },
  ],
  fix: "guarded",
  needs: ["resourceServers"],
  unit: "seconds",
  limits: {
    baseline: { medium: hours(24), high: days(6) },
    strict: { medium: hours(1), high: hours(24) },
    "auth0-default": { high: days(6) },
  },
  *evaluate({ resourceServers }, limits) {
    for (const server of resourceServers) {
      if (server.is_system === true) continue;
      yield judgeDuration(resourceServerResource(server), {
        field: "token_lifetime",
        value: server.token_lifetime,
        absent: DEFAULT_LIFETIME,
        bands: limits,
        subject: "Access tokens live",
      });
    }
  },
});
