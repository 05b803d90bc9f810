import type { ResourceServer } from "../../auth0/resources/resource-server.ts";
import { isUnreadable } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { fail, pass, unknown } from "../outcome.ts";
import { AUTH0_REFRESH_TOKEN_EXPIRATION, asvsOauth, RFC_9700_REFRESH_TOKEN_PROTECTION } from "../references.ts";
import { absoluteExpiry, judgeRefreshTokens } from "../refresh-tokens.ts";

export default defineCheck({
  id: "expiry.refresh.never-expires",
  title: "Refresh tokens of an application never expire",
  why: 'A refresh token mints new access tokens for as long as it lives. One that never expires gives whoever steals it access for good, until somebody notices and revokes it. A switch for "never" beats the number beside it, so an application can look limited and not be.',
  remediation: {
    summary: "Give the application's refresh tokens a maximum lifetime; it holds for tokens issued from then on.",
    dashboard:
      "Applications > Applications > the application > Settings > Refresh Token Expiration > Set Maximum Refresh Token Lifetime.",
    api: 'PATCH /api/v2/clients/{id} with { "refresh_token": { "rotation_type": "…", "expiration_type": "expiring", "infinite_token_lifetime": false, "token_lifetime": 2592000 } }',
  },
  references: [AUTH0_REFRESH_TOKEN_EXPIRATION, asvsOauth("10.4.8"), RFC_9700_REFRESH_TOKEN_PROTECTION],
  fix: "guarded",
  needs: ["clients", "resourceServers"],
  unit: null,
  variants: {
    default: "an API of the tenant allows offline access",
    withoutOfflineAccess: "no API allows offline access, so no API yields refresh tokens today",
  },
  // A new application has refresh tokens that never expire, so by Auth0's own default this is no more than a note.
  limits: {
    baseline: { default: "high", withoutOfflineAccess: "medium" },
    strict: { default: "high", withoutOfflineAccess: "medium" },
    "auth0-default": { default: "info", withoutOfflineAccess: "info" },
  },
  *evaluate({ clients, resourceServers }, limits) {
    const severity = resourceServers.some(mayAllowOfflineAccess) ? limits.default : limits.withoutOfflineAccess;
    if (severity === undefined) return;
    yield* judgeRefreshTokens(clients, ({ resource, settings }) => {
      const expiry = absoluteExpiry(settings);
      if (expiry.ends === "in time") return pass(resource);
      if (expiry.ends === "unknown") return unknown(resource, expiry);
      return fail(resource, { severity, message: `Refresh tokens never expire: ${expiry.because}.` });
    });
  },
});

/** Absent means no, Auth0's default. An unreadable value may be a yes, and the worse severity follows from that. */
const mayAllowOfflineAccess = ({ allow_offline_access: allowed }: ResourceServer): boolean =>
  allowed === true || isUnreadable(allowed);
