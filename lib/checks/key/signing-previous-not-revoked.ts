import type { ResourceServer } from "../../auth0/resources/resource-server.ts";
import type { SigningKey } from "../../auth0/resources/signing-key.ts";
import { formatDuration, hours, type Seconds } from "../../model/duration.ts";
import { isUnreadable, type Reported } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { instantOf, secondsSince } from "../instants.ts";
import { fail, type NotSaid, notReported, notUnderstood, type Outcome, pass, unknown, unreadable } from "../outcome.ts";
import { AUTH0_ROTATE_SIGNING_KEYS, AUTH0_SIGNING_KEYS, signingKeyResource } from "../signing-keys.ts";

/** Auth0's default lifetime of an access token. Source: Auth0 documentation, "Update Access Token Lifetime". */
const DEFAULT_LIFETIME = hours(24);

/** For clocks that differ, and for the day that it takes somebody to get to it. */
const GRACE = hours(24);

export default defineCheck({
  id: "key.signing.previous-not-revoked",
  title: "A previous signing key is still trusted",
  why: "After a rotation everybody goes on accepting what the previous key signs until it is revoked. That is needed while its tokens live; afterwards the key serves nobody but a thief who has it.",
  remediation: {
    summary:
      "Make sure that every application, API and partner uses the current key, then revoke the previous one; this cannot be undone.",
    dashboard: "Settings > Signing Keys > List of Valid Keys > the previously used key > Revoke Key.",
    api: "PUT /api/v2/keys/signing/{kid}/revoke",
  },
  references: [
    {
      title: "Auth0: Revoke Signing Keys",
      url: "https://auth0.com/docs/get-started/tenant-settings/signing-keys/revoke-signing-keys",
    },
    AUTH0_ROTATE_SIGNING_KEYS,
    AUTH0_SIGNING_KEYS,
  ],
  fix: "guarded",
  needs: ["signingKeys", "resourceServers"],
  // No limit to set: how long a previous key is needed follows from the tenant's own token lifetimes.
  unit: null,
  limits: { baseline: "medium", strict: "medium", "auth0-default": "medium" },
  *evaluate({ signingKeys, resourceServers }, severity, { now }) {
    const longest = longestLifetime(resourceServers);
    for (const key of signingKeys) {
      const outcome = judgeKey(key, longest, { severity, now });
      if (outcome) yield outcome;
    }
  },
});

function judgeKey(
  key: SigningKey,
  longest: Seconds | NotSaid,
  { severity, now }: { severity: Severity; now: number },
): Outcome | undefined {
  const { previous, revoked, current, next } = key;
  const resource = signingKeyResource(key);
  if (previous === false || previous === undefined) return undefined;
  if (revoked === true) return pass(resource);
  if (isUnreadable(previous)) return unknown(resource, unreadable("previous", previous));
  if (isUnreadable(revoked)) return unknown(resource, unreadable("revoked", revoked));
  if (current === true || next === true)
    return unknown(
      resource,
      notUnderstood(`the key is marked as previous and as ${current === true ? "current" : "next"} at once`),
    );
  const ended = instantOf(key.current_until);
  if (ended === undefined) return unknown(resource, notReported("Auth0 reports no current_until"));
  if (isUnreadable(ended)) return unknown(resource, unreadable("current_until", ended));
  if (typeof longest === "object") return unknown(resource, longest);
  const observed = secondsSince(ended, now);
  const limit = longest + GRACE;
  if (observed <= limit) return pass(resource);
  const message = `The key signed its last token ${formatDuration(observed)} ago and is still trusted; this tenant's access tokens live ${formatDuration(longest)} at most.`;
  return fail(resource, { severity, message, observed, limit, unit: "seconds" });
}

/**
 * The longest lifetime of an access token in this tenant, Auth0's own APIs included: their tokens bear the same
 * signature. One lifetime that cannot be read could be the longest.
 */
function longestLifetime(servers: readonly ResourceServer[]): Seconds | NotSaid {
  const lifetimes = servers.map((server): Reported<Seconds> => server.token_lifetime ?? DEFAULT_LIFETIME);
  const odd = lifetimes.find(isUnreadable);
  if (odd) return unreadable("an API's token_lifetime", odd);
  const longest = lifetimes.reduce<Seconds>((most, lifetime) => Math.max(most, Number(lifetime)), 0);
  // Whoever lists no API at all still issues tokens by Auth0's default. No tenant means more than a safe integer.
  return Math.min(longest || DEFAULT_LIFETIME, Number.MAX_SAFE_INTEGER - GRACE);
}
