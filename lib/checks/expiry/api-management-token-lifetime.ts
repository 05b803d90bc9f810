import { hours } from "../../model/duration.ts";
import { defineCheck } from "../define-check.ts";
import { judgeDuration } from "../judge-value.ts";
import { judgeManagementApi } from "../management-api.ts";
import { resourceServerResource } from "../resources.ts";

/** Auth0's default. Source: Auth0 documentation, "Management API Access Tokens": 86,400 seconds. */
const DEFAULT_LIFETIME = hours(24);

export default defineCheck({
  id: "expiry.api.management-token-lifetime",
  title: "Management API tokens live too long",
  why: "A Management API token can change the tenant: its applications, users and keys. It cannot be revoked, so a leaked one works until it expires. Auth0 itself advises the shortest lifetime that the use allows.",
  remediation: {
    summary: "Shorten the lifetime of Management API tokens; programs fetch a new one whenever theirs runs out.",
    dashboard:
      "Applications > APIs > Auth0 Management API > Settings > Access Token Expiration > Maximum Access Token Lifetime.",
    api: 'PATCH /api/v2/resource-servers/{id of the Management API} with { "token_lifetime": 3600 }',
  },
  references: [
    {
      title: "Auth0: Management API Access Tokens",
      url: "https://auth0.com/docs/secure/tokens/access-tokens/management-api-access-tokens",
    },
  ],
  fix: "guarded",
  needs: ["resourceServers"],
  unit: "seconds",
  // 24 h is Auth0's default; an hour is enough for any program that can ask for a token itself.
  limits: {
    baseline: { low: hours(1), high: hours(24) },
    strict: { medium: hours(1), high: hours(24) },
    "auth0-default": { high: hours(24) },
  },
  *evaluate({ resourceServers }, limits, { domain }) {
    yield* judgeManagementApi(resourceServers, domain, (server) =>
      judgeDuration(resourceServerResource(server), {
        field: "token_lifetime",
        value: server.token_lifetime,
        absent: DEFAULT_LIFETIME,
        bands: limits,
        subject: "Management API tokens live",
      }),
    );
  },
});
