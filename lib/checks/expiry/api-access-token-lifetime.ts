import { days, hours } from "../../model/duration.ts";
import { defineCheck } from "../define-check.ts";
import { judgeDuration } from "../judge-value.ts";
import { AUTH0_ACCESS_TOKEN_LIFETIME } from "../references.ts";
import { resourceServerResource } from "../resources.ts";

/** Auth0's default lifetime of an access token. Source: Auth0 documentation, "Update Access Token Lifetime". */
const DEFAULT_LIFETIME = hours(24);

export default defineCheck({
  id: "expiry.api.access-token-lifetime",
  title: "Access tokens of an API live too long",
  why: "An access token cannot be revoked: whoever holds one can use it until it expires. The lifetime of the API is how long a leaked token stays dangerous.",
  remediation: {
    summary: "Shorten the API's token lifetime; tokens that are already out keep the lifetime they were issued with.",
    dashboard: "Applications > APIs > the API > Settings > Access Token Expiration > Maximum Access Token Lifetime.",
    api: 'PATCH /api/v2/resource-servers/{id} with { "token_lifetime": 86400 }',
  },
  references: [
    AUTH0_ACCESS_TOKEN_LIFETIME,
    {
      title: "RFC 9700, 2.2.1: replay of access tokens",
      url: "https://www.rfc-editor.org/rfc/rfc9700#section-2.2.1",
    },
  ],
  fix: "guarded",
  needs: ["resourceServers"],
  unit: "seconds",
  // Auth0's default is 24 h and its maximum 30 d; six days is a fifth of what Auth0 lets anybody set.
  limits: {
    baseline: { medium: hours(24), high: days(6) },
    strict: { medium: hours(1), high: hours(24) },
    "auth0-default": { high: days(6) },
  },
  *evaluate({ resourceServers }, limits) {
    for (const server of resourceServers) {
      // Auth0's own APIs are not the tenant's to tune; the Management API has a check of its own.
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
