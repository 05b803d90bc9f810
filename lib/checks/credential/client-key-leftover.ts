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
  why: "Two keys for the same work are right while an application is switched from one to the other. After that the old one is only a second way in, and Auth0 takes no third key: the next rotation cannot begin before the old one is gone. The days run from the registration of the newer key.",
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
  // Two weeks are enough to deploy a new key everywhere: since that one is registered. A new application has one key at most: no profile differs.
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
  const leftover = leftoverSince(key, keys, uses);
  if (leftover === undefined) return pass(resource);
  return judgeAge(resource, { field: "created_at", value: leftover.since, subject: leftover.subject, ...limits });
}

/** Since when a key is left over, and why, as the start of a sentence. */
interface Leftover {
  since: ClientCredential["created_at"];
  subject: string;
}

/**
 * Whether a key is left over; `undefined` when it is needed. Two keys that serve different purposes, as Auth0 advises
 * for authentication and for signed requests, are both needed.
 *
 * The days run from the registration of the key that replaces it, however old it is itself: a rotation of a key that
 * is a year old leaves nothing behind on its first day. When a key was detached Auth0 does not say.
 */
function leftoverSince(key: ClientCredential, keys: readonly ClientCredential[], uses: KeyUses): Leftover | undefined {
  const newer = keys.filter((other) => isNewer(other, key)).sort((a, b) => (isNewer(a, b) ? 1 : -1));
  const purposes = purposesOf(uses, key.id);
  if (purposes.length === 0) return unreferenced(key, newer[0]);
  const successors = purposes.map((purpose) => newer.find(({ id }) => uses.get(purpose)?.includes(id)));
  if (!successors.every((one) => one !== undefined)) return undefined;
  const last = successors.reduce((a, b) => (isNewer(a, b) ? a : b));
  return { since: last.created_at, subject: "The work of this key is also done by a newer one, which was registered" };
}

/** @param next the key that was registered after it */
function unreferenced(key: ClientCredential, next: ClientCredential | undefined): Leftover {
  const why = "No setting of the application refers to the key";
  if (!next) return { since: key.created_at, subject: `${why}, which was registered` };
  return { since: next.created_at, subject: `${why}, and a newer one was registered` };
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
