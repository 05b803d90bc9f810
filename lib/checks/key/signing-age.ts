import { days } from "../../model/duration.ts";
import { isUnreadable } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { judgeAge } from "../judge-age.ts";
import { notReported, unknown, unreadable } from "../outcome.ts";
import { tenantResource } from "../resources.ts";
import { AUTH0_ROTATE_SIGNING_KEYS, AUTH0_SIGNING_KEYS, signingKeyResource } from "../signing-keys.ts";

export default defineCheck({
  id: "key.signing.age",
  title: "The tenant's signing key is old",
  why: "Every token of the tenant rests on this one key. Auth0 does not rotate it by itself; a tenant that rotates it every year also knows that its applications and partners survive the day on which it has to.",
  remediation: {
    summary:
      "Rehearse the rotation in a tenant for development, tell partners that pin the key, rotate it, and revoke the previous one once its tokens have expired.",
    dashboard: "Settings > Signing Keys > Rotation Settings > Rotate Signing Key.",
    api: "POST /api/v2/keys/signing/rotate",
  },
  references: [AUTH0_ROTATE_SIGNING_KEYS, AUTH0_SIGNING_KEYS],
  fix: "no",
  needs: ["signingKeys"],
  unit: "seconds",
  // A year, as for the keys of applications. A new tenant has a new key, so no profile differs.
  limits: {
    baseline: { medium: days(365) },
    strict: { medium: days(365) },
    "auth0-default": { medium: days(365) },
  },
  *evaluate({ signingKeys }, bands, { domain, now }) {
    const subject = "The key began to sign tokens";
    const current = signingKeys.filter((key) => key.current === true);
    if (current.length === 0 && !signingKeys.some((key) => isUnreadable(key.current)))
      yield unknown(tenantResource(domain), notReported("none of the signing keys is marked as the current one"));
    for (const key of current) {
      yield judgeAge(signingKeyResource(key), {
        field: "current_since",
        value: key.current_since,
        now,
        bands,
        subject,
      });
    }
    for (const key of signingKeys) {
      if (isUnreadable(key.current)) yield unknown(signingKeyResource(key), unreadable("current", key.current));
    }
  },
});
