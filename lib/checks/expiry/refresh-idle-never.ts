import { defineCheck } from "../define-check.ts";
import { fail, pass, unknown } from "../outcome.ts";
import { AUTH0_REFRESH_TOKEN_EXPIRATION, RFC_9700_REFRESH_TOKEN_PROTECTION } from "../references.ts";
import { idleExpiry, judgeRefreshTokens } from "../refresh-tokens.ts";

export default defineCheck({
  id: "expiry.refresh.idle-never",
  title: "Unused refresh tokens of an application never expire",
  why: "A refresh token that nobody uses any more, in a lost phone or an old backup, should stop working by itself. Without an idle lifetime it stays good until its absolute end, if it has one.",
  remediation: {
    summary: "Give the application's refresh tokens an idle lifetime; it also takes effect on tokens that are out.",
    dashboard:
      "Applications > Applications > the application > Settings > Refresh Token Expiration > Set Idle Refresh Token Lifetime.",
    api: 'PATCH /api/v2/clients/{id} with { "refresh_token": { "rotation_type": "…", "expiration_type": "expiring", "infinite_idle_token_lifetime": false, "idle_token_lifetime": 1296000 } }',
  },
  references: [AUTH0_REFRESH_TOKEN_EXPIRATION, RFC_9700_REFRESH_TOKEN_PROTECTION],
  fix: "guarded",
  needs: ["clients"],
  unit: null,
  // True of every new application, so by Auth0's own default no more than a note.
  limits: { baseline: "medium", strict: "medium", "auth0-default": "info" },
  *evaluate({ clients }, severity) {
    yield* judgeRefreshTokens(clients, ({ resource, settings }) => {
      // Without settings there is no flag to find; expiry.refresh.never-expires reports their absence.
      if (settings === undefined) return undefined;
      const expiry = idleExpiry(settings);
      if (expiry.ends === "in time") return pass(resource);
      if (expiry.ends === "unknown") return unknown(resource, expiry);
      return fail(resource, { severity, message: `Unused refresh tokens never expire: ${expiry.because}.` });
    });
  },
});
