import type { Severity } from "../../model/severity.ts";
import { clientKeyResource, holdsKey, type KeyExpiry, keyExpiry } from "../client-keys.ts";
import { defineCheck } from "../define-check.ts";
import { AUTH0_CREDENTIAL_SETTINGS, asvsConfiguration, cisaEntra } from "../key-references.ts";
import { fail, type Outcome, pass, unknown } from "../outcome.ts";

export default defineCheck({
  id: "credential.client-key.no-expiry",
  title: "A registered key of an application never expires",
  why: "Whoever holds the private half can act as the application until somebody removes the key. An expiry date makes a forgotten key stop by itself, and makes rotation a habit rather than an emergency.",
  remediation: {
    summary:
      "Give the key an expiry date within a year, or replace it with one that has such a date, and plan its rotation.",
    dashboard:
      "Applications > Applications > the application > Credentials > Available Credentials > the key > expiry date.",
    api: 'PATCH /api/v2/clients/{id}/credentials/{credential_id} with { "expires_at": "2027-01-31T00:00:00.000Z" }',
  },
  references: [AUTH0_CREDENTIAL_SETTINGS, cisaEntra("MS.AAD.5.7"), asvsConfiguration("13.3.4")],
  fix: "guarded",
  needs: ["clientCredentials"],
  unit: null,
  // An expiry date is an option that a new key comes without, so by Auth0's own default this is no more than a note.
  limits: { baseline: "medium", strict: "medium", "auth0-default": "info" },
  *evaluate({ clientCredentials }, severity) {
    for (const key of clientCredentials) {
      if (holdsKey(key)) yield judgeExpiry(clientKeyResource(key), keyExpiry(key), severity);
    }
  },
});

function judgeExpiry(resource: Outcome["resource"], expiry: KeyExpiry, severity: Severity): Outcome {
  if (expiry.ends === "unknown") return unknown(resource, expiry);
  if (expiry.ends === "at") return pass(resource);
  return fail(resource, { severity, message: "The key never expires." });
}
