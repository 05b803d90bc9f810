import { days } from "../../model/duration.ts";
import { clientKeyResource, holdsKey } from "../client-keys.ts";
import { defineCheck } from "../define-check.ts";
import { judgeAge } from "../judge-age.ts";
import { AUTH0_ROTATE_CREDENTIALS, cisaEntra } from "../key-references.ts";

export default defineCheck({
  id: "credential.client-key.age",
  title: "A registered key of an application is old",
  why: "The longer a private key is in use, the more machines, backups and people have seen it. Replacing it at least once a year ends what leaked unnoticed, and keeps the way to replace it in working order.",
  remediation: {
    summary:
      "Rotate the key: register a new one, let both be accepted while the application switches over, then remove the old one.",
    dashboard: "Applications > Applications > the application > Credentials > Available Credentials > Add New Key.",
    api: "POST /api/v2/clients/{id}/credentials, then PATCH /api/v2/clients/{id} with client_authentication_methods that name both keys",
  },
  references: [AUTH0_ROTATE_CREDENTIALS, cisaEntra("MS.AAD.5.7")],
  fix: "by rotation",
  needs: ["clientCredentials"],
  unit: "seconds",
  // 365 days: CISA's limit for certificates of applications. A new key is never old, so it holds in every profile.
  limits: {
    baseline: { medium: days(365) },
    strict: { medium: days(365) },
    "auth0-default": { medium: days(365) },
  },
  *evaluate({ clientCredentials }, bands, { now }) {
    for (const key of clientCredentials) {
      if (!holdsKey(key)) continue;
      const reported = { field: "created_at", value: key.created_at, now, bands, subject: "The key was registered" };
      yield judgeAge(clientKeyResource(key), reported);
    }
  },
});
