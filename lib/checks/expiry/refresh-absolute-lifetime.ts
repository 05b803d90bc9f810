import { days } from "../../model/duration.ts";
import { defineCheck } from "../define-check.ts";
import { judgeDuration } from "../judge-value.ts";
import { unknown } from "../outcome.ts";
import { AUTH0_REFRESH_TOKEN_EXPIRATION, asvsOauth, NIST_800_63B } from "../references.ts";
import { absoluteExpiry, defaultLifetimes, judgeRefreshTokens, NON_ROTATING_DEFAULTS } from "../refresh-tokens.ts";

export default defineCheck({
  id: "expiry.refresh.absolute-lifetime",
  title: "Refresh tokens of an application live too long",
  why: "The maximum lifetime is how long a stolen refresh token can mint access tokens, however often it is used. It is fixed when the token is issued: shortening it later helps only with tokens to come.",
  remediation: {
    summary: "Shorten the application's maximum refresh token lifetime; people log in again when it ends.",
    dashboard:
      "Applications > Applications > the application > Settings > Refresh Token Expiration > Maximum Refresh Token Lifetime.",
    api: 'PATCH /api/v2/clients/{id} with { "refresh_token": { "rotation_type": "…", "expiration_type": "expiring", "token_lifetime": 2592000 } }',
  },
  references: [AUTH0_REFRESH_TOKEN_EXPIRATION, asvsOauth("10.4.8"), NIST_800_63B],
  fix: "guarded",
  needs: ["clients"],
  unit: "seconds",
  // NIST SP 800-63B has people log in again after 30 days at its lowest assurance level (AAL1).
  // `auth0-default` allows the longer of Auth0's two defaults, that of tokens without rotation.
  limits: {
    baseline: { medium: days(30), high: days(90) },
    strict: { medium: days(30), high: days(90) },
    "auth0-default": { high: NON_ROTATING_DEFAULTS.absolute },
  },
  *evaluate({ clients }, limits) {
    yield* judgeRefreshTokens(clients, ({ resource, settings }) => {
      const expiry = absoluteExpiry(settings);
      if (expiry.ends === "unknown") return unknown(resource, expiry);
      // Tokens without an end are the business of expiry.refresh.never-expires.
      if (expiry.ends === "never" || settings === undefined) return undefined;
      return judgeDuration(resource, {
        field: "refresh_token.token_lifetime",
        value: settings.token_lifetime,
        absent: defaultLifetimes(settings).absolute,
        bands: limits,
        subject: "Refresh tokens live",
      });
    });
  },
});
