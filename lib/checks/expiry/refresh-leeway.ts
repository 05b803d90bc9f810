import { minutes } from "../../model/duration.ts";
import { isUnreadable } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { judgeDuration } from "../judge-value.ts";
import { unknown, unreadable } from "../outcome.ts";
import { AUTH0_REFRESH_TOKEN_ROTATION, asvsOauth } from "../references.ts";
import { judgeRefreshTokens } from "../refresh-tokens.ts";

/** Auth0's default: no overlap. Source: Auth0 documentation, "Configure Refresh Token Rotation". */
const DEFAULT_LEEWAY = 0;

export default defineCheck({
  id: "expiry.refresh.leeway",
  title: "A used refresh token works on for too long",
  why: "In the overlap after an exchange the old refresh token works once more, for clients whose answer got lost. Auth0's reuse detection does not look during that time, so a thief with a copy goes unnoticed.",
  remediation: {
    summary: "Shorten the rotation overlap to the few seconds that a repeated request needs.",
    dashboard:
      "Applications > Applications > the application > Settings > Refresh Token Rotation > Rotation Overlap Period.",
    api: 'PATCH /api/v2/clients/{id} with { "refresh_token": { "rotation_type": "rotating", "expiration_type": "expiring", "leeway": 0 } }',
  },
  references: [AUTH0_REFRESH_TOKEN_ROTATION, asvsOauth("10.4.5")],
  fix: "safe",
  needs: ["clients"],
  unit: "seconds",
  limits: {
    baseline: { low: 30, medium: minutes(5) },
    strict: { low: 30, medium: minutes(5) },
    "auth0-default": { low: 30, medium: minutes(5) },
  },
  *evaluate({ clients }, limits) {
    yield* judgeRefreshTokens(clients, ({ resource, settings }) => {
      const rotation = settings?.rotation_type;
      if (isUnreadable(rotation)) return unknown(resource, unreadable("refresh_token.rotation_type", rotation));
      // Without rotation the old token never stops working, and the leeway means nothing.
      if (rotation !== "rotating") return undefined;
      return judgeDuration(resource, {
        field: "refresh_token.leeway",
        value: settings?.leeway,
        absent: DEFAULT_LEEWAY,
        bands: limits,
        subject: "A used refresh token works on for",
      });
    });
  },
});
