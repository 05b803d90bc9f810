import type { ClientCredential } from "../../auth0/resources/client.ts";
import { days, formatDuration, type Seconds } from "../../model/duration.ts";
import { clientKeyResource, type KeyUses, keyExpiry, keysByClient, purposesOf } from "../client-keys.ts";
import { defineCheck } from "../define-check.ts";
import { secondsUntil } from "../instants.ts";
import { AUTH0_CREDENTIAL_SETTINGS, AUTH0_ROTATE_CREDENTIALS, asvsConfiguration } from "../key-references.ts";
import { judgeRemaining } from "../limits.ts";
import { fail, type NotSaid, type Outcome, pass, unknown } from "../outcome.ts";

export default defineCheck({
  id: "credential.client-key.expiring",
  title: "A registered key of an application has expired or will soon",
  why: "From the second of its expiry Auth0 refuses the key. An application that has no other one is locked out then, usually when nobody is looking.",
  remediation: {
    summary:
      "Register a new key, let the application's settings refer to both, switch the application over, then remove the old key.",
    dashboard: "Applications > Applications > the application > Credentials > Available Credentials > Add New Key.",
    api: "POST /api/v2/clients/{id}/credentials, then PATCH /api/v2/clients/{id} with client_authentication_methods that name both keys",
  },
  references: [AUTH0_ROTATE_CREDENTIALS, AUTH0_CREDENTIAL_SETTINGS, asvsConfiguration("13.3.4")],
  fix: "no",
  needs: ["clientCredentials", "clientAuthentication"],
  unit: "seconds",
  failsAt: "at most",
  variants: {
    soon: "time enough to plan a rotation",
    urgent: "no time left; critical where the key has expired and no other key does its work",
  },
  // 30 days as Prowler warns of expiring credentials of Entra applications; seven leave one working week.
  // Auth0 has no default for when a key is replaced, so the same holds in every profile.
  limits: {
    baseline: { soon: { medium: days(30) }, urgent: { high: days(7) } },
    strict: { soon: { medium: days(30) }, urgent: { high: days(7) } },
    "auth0-default": { soon: { medium: days(30) }, urgent: { high: days(7) } },
  },
  *evaluate({ clientCredentials, clientAuthentication }, limits, { now }) {
    for (const application of keysByClient(clientCredentials, clientAuthentication)) {
      for (const key of application.keys) yield judgeKey(key, { ...application, limits, now });
    }
  },
});

interface Circumstances {
  /** All keys of the application, and what its settings use them for. */
  keys: readonly ClientCredential[];
  uses: KeyUses | NotSaid;
  limits: { soon: { medium?: Seconds }; urgent: { high?: Seconds } };
  now: number;
}

function judgeKey(key: ClientCredential, circumstances: Circumstances): Outcome {
  const { limits, now } = circumstances;
  const resource = clientKeyResource(key);
  const expiry = keyExpiry(key);
  if (expiry.ends === "unknown") return unknown(resource, expiry);
  // A key without an end is the business of credential.client-key.no-expiry.
  if (expiry.ends === "never") return pass(resource);
  const observed = secondsUntil(expiry.instant, now);
  const verdict = judgeRemaining(observed, { ...limits.soon, ...limits.urgent });
  if (!verdict) return pass(resource);
  const found = { ...verdict, observed, unit: "seconds" as const };
  if (observed > 0) {
    const message = `The key expires in ${formatDuration(observed)}; the limit is ${formatDuration(verdict.limit)}.`;
    return fail(resource, { ...found, message });
  }
  const expired = `The key expired ${formatDuration(-observed)} ago`;
  if (limits.urgent.high === undefined) return fail(resource, { ...found, message: `${expired}.` });
  const lockedOut = isLockedOut(key, circumstances);
  if (typeof lockedOut === "object") return unknown(resource, lockedOut);
  if (!lockedOut) return fail(resource, { ...found, message: `${expired}.` });
  const message = `${expired}, and the application has no other key that does its work.`;
  return fail(resource, { ...found, severity: "critical", message });
}

/** Whether, for something that the expired key is used for, no key is left that works. */
function isLockedOut(key: ClientCredential, { keys, uses, now }: Circumstances): boolean | NotSaid {
  if ("detail" in uses) return uses;
  const working = new Set(keys.filter((other) => mayWork(other, now)).map(({ id }) => id));
  return purposesOf(uses, key.id).some((purpose) => !uses.get(purpose)?.some((id) => working.has(id)));
}

/** A key whose expiry cannot be read may work; that it cannot be read is said at that key. */
function mayWork(key: ClientCredential, now: number): boolean {
  const expiry = keyExpiry(key);
  return expiry.ends !== "at" || secondsUntil(expiry.instant, now) > 0;
}
