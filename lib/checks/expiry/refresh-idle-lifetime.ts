import { days } from "../../model/duration.ts";
import { defineCheck } from "../define-check.ts";
import { judgeDuration } from "../judge-value.ts";
import { unknown } from "../outcome.ts";
import { AUTH0_REFRESH_TOKEN_EXPIRATION, RFC_9700_REFRESH_TOKEN_PROTECTION } from "../references.ts";
import { defaultLifetimes, idleExpiry, judgeRefreshTokens } from "../refresh-tokens.ts";

export default defineCheck({
  id: "expiry.refresh.idle-lifetime",
  title: "Unused refresh tokens of an application live too long",
  why: "The idle lifetime is how long a refresh token that nobody uses stays good. The longer it is, the older the backup, the lost phone or the log file may be from which somebody takes a working token.",
  remediation: {
    summary: "Shorten the application's idle refresh token lifetime; it also takes effect on tokens that are out.",
    dashboard:
      "Applications > Applications > the application > Settings > Refresh Token Expiration > Idle Refresh Token Lifetime.",
    api: 'PATCH /api/v2/clients/{id} with { "refresh_token": { "rotation_type": "…", "expiration_type": "expiring", "idle_token_lifetime": 1296000 } }',
  },
  references: [AUTH0_REFRESH_TOKEN_EXPIRATION, RFC_9700_REFRESH_TOKEN_PROTECTION],
  fix: "guarded",
  needs: ["clients"],
  unit: "seconds",
  // 30 days is Auth0's default for tokens without rotation.
  limits: { baseline: { low: days(30) }, strict: { medium: days(7) }, "auth0-default": { low: days(30) } },
  *evaluate({ clients }, limits) {
    yield* judgeRefreshTokens(clients, ({ resource, settings }) => {
      if (settings === undefined) return undefined;
      const expiry = idleExpiry(settings);
      if (expiry.ends === "unknown") return unknown(resource, expiry);
      // Tokens without an idle end are the business of expiry.refresh.idle-never.
      if (expiry.ends === "never") return undefined;
      return judgeDuration(resource, {
        field: "refresh_token.idle_token_lifetime",
        value: settings.idle_token_lifetime,
        absent: defaultLifetimes(settings).idle,
        bands: limits,
        subject: "Unused refresh tokens live",
      });
    });
  },
});
