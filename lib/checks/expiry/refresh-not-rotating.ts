import { isUnreadable } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { fail, type Outcome, pass, unknown, unreadable } from "../outcome.ts";
import { AUTH0_REFRESH_TOKEN_ROTATION, asvsOauth, RFC_9700_REFRESH_TOKENS } from "../references.ts";
import { isPublic, judgeRefreshTokens, type RefreshTokenClient } from "../refresh-tokens.ts";

export default defineCheck({
  id: "expiry.refresh.not-rotating",
  title: "Refresh tokens of an application do not rotate",
  why: "With rotation every refresh token works once, and using one twice locks the whole family: theft is noticed and ends. Without it a stolen token works beside the real one unseen. An application that runs in a browser or on a phone has no secret to protect its tokens with, so there it matters most.",
  remediation: {
    summary:
      "Switch refresh token rotation on after making sure that the application stores the new token from every exchange, or bind tokens to a key with proof of possession.",
    dashboard:
      "Applications > Applications > the application > Settings > Refresh Token Rotation > Allow Refresh Token Rotation.",
    api: 'PATCH /api/v2/clients/{id} with { "refresh_token": { "rotation_type": "rotating", "expiration_type": "expiring", "token_lifetime": 2592000, "idle_token_lifetime": 1296000 } }',
  },
  references: [AUTH0_REFRESH_TOKEN_ROTATION, asvsOauth("10.4.5"), RFC_9700_REFRESH_TOKENS],
  fix: "guarded",
  needs: ["clients"],
  unit: null,
  variants: {
    public: "single-page and native applications, and those without client authentication",
    confidential: "all other applications",
  },
  // True of every new application, so by Auth0's own default no more than a note.
  limits: {
    baseline: { public: "high", confidential: "low" },
    strict: { public: "high", confidential: "low" },
    "auth0-default": { public: "info", confidential: "info" },
  },
  *evaluate({ clients }, limits) {
    yield* judgeRefreshTokens(clients, (application) => judgeRotation(application, limits));
  },
});

function judgeRotation(
  { client, resource, settings }: RefreshTokenClient,
  limits: { public?: Severity; confidential?: Severity },
): Outcome | undefined {
  const rotation = settings?.rotation_type;
  if (rotation === "rotating") return pass(resource);
  // Tokens bound to the application's key are of no use to a thief, so they need not rotate.
  const bound = client.require_proof_of_possession;
  if (bound === true) return pass(resource);
  if (isUnreadable(rotation)) return unknown(resource, unreadable("refresh_token.rotation_type", rotation));
  if (isUnreadable(bound)) return unknown(resource, unreadable("require_proof_of_possession", bound));
  const open = isPublic(client);
  if (typeof open === "object") return unknown(resource, unreadable(open.field, open.value));
  const severity = open ? limits.public : limits.confidential;
  if (severity === undefined) return undefined;
  const message = open
    ? "Refresh tokens do not rotate, and this application cannot keep a secret that would protect them."
    : "Refresh tokens do not rotate, so a stolen one works beside the real one unseen.";
  return fail(resource, { severity, message });
}
