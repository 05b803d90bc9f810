import type { ClientCredential } from "../../auth0/resources/client.ts";
import { days } from "../../model/duration.ts";
import { isUnreadable } from "../../model/reported.ts";
import { clientKeyResource, type KeyUses, keysByClient, purposesOf } from "../client-keys.ts";
import { defineCheck } from "../define-check.ts";
import { instantOf } from "../instants.ts";
import { judgeAge } from "../judge-age.ts";
import { AUTH0_CREDENTIAL_SETTINGS, AUTH0_ROTATE_CREDENTIALS } from "../key-references.ts";
import type { Bands } from "../limits.ts";
import { type NotSaid, notReported, type Outcome, pass, unknown, unreadable, worstOf } from "../outcome.ts";

export default defineCheck({
  id: "credential.client-key.leftover",
  title: "An application keeps a key that a rotation left behind",
  why: "Two keys for the same work are right while an application is switched from one to the other. After that the old one is only a second way in, and Auth0 takes no third key: the next rotation cannot begin before the old one is gone.",
  remediation: {
    summary:
      "Make sure that the application uses the newer key, detach the other from its settings and delete it; a key that no setting refers to can be deleted at once.",
    dashboard:
      "Applications > Applications > the application > Credentials > Available Credentials > the key > Disable, then Delete Credential.",
    api: "PATCH /api/v2/clients/{id} with client_authentication_methods that name the newer key only, then DELETE /api/v2/clients/{id}/credentials/{credential_id}",
  },
  references: [AUTH0_ROTATE_CREDENTIALS, AUTH0_CREDENTIAL_SETTINGS],
  fix: "safe",
  needs: ["clientCredentials", "clientAuthentication"],
  unit: "seconds",
  // Two weeks are enough to deploy a new key everywhere. A new application has one key at most: no profile differs.
  limits: { baseline: { low: days(14) }, strict: { low: days(14) }, "auth0-default": { low: days(14) } },
  *evaluate({ clientCredentials, clientAuthentication }, bands, { now }) {
    for (const { keys, uses } of keysByClient(clientCredentials, clientAuthentication)) {
      for (const key of keys) yield judgeKey(key, keys, uses, { bands, now });
    }
  },
});

function judgeKey(
  key: ClientCredential,
  keys: readonly ClientCredential[],
  uses: KeyUses | NotSaid,
  limits: { bands: Bands; now: number },
): Outcome {
  const resource = clientKeyResource(key);
  if (keys.length === 1) return pass(resource);
  if ("detail" in uses) return unknown(resource, uses);
  const undated = worstOf(keys.flatMap(whyUndated));
  if (undated)
    return unknown(resource, {
      reason: undated.reason,
      detail: "which of the application's keys is the older cannot be told from created_at",
    });
  const subject = whyLeftover(key, keys, uses);
  if (subject === undefined) return pass(resource);
  return judgeAge(resource, { field: "created_at", value: key.created_at, subject, ...limits });
}

/**
 * Why a key is left over, as the start of a sentence; `undefined` when it is needed. Two keys that serve different
 * purposes, as Auth0 advises for authentication and for signed requests, are both needed.
 */
function whyLeftover(key: ClientCredential, keys: readonly ClientCredential[], uses: KeyUses): string | undefined {
  const purposes = purposesOf(uses, key.id);
  if (purposes.length === 0) return "No setting of the application refers to the key, which was registered";
  const newer = keys.filter((other) => isNewer(other, key));
  const isReplaced = purposes.every((purpose) => newer.some(({ id }) => uses.get(purpose)?.includes(id)));
  return isReplaced ? "A newer key does the same work as this one, which was registered" : undefined;
}

/** Of two keys registered in the same moment the one with the greater id: the order of the list must not matter. */
function isNewer(key: ClientCredential, than: ClientCredential): boolean {
  const [a = 0, b = 0] = [creationOf(key), creationOf(than)];
  return a === b ? key.id > than.id : a > b;
}

function creationOf(key: ClientCredential): number | undefined {
  const instant = instantOf(key.created_at);
  return isUnreadable(instant) ? undefined : instant;
}

function whyUndated(key: ClientCredential): NotSaid[] {
  const instant = instantOf(key.created_at);
  if (instant === undefined) return [notReported("Auth0 reports no created_at")];
  return isUnreadable(instant) ? [unreadable("created_at", instant)] : [];
}
