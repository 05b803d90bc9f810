import type { Client } from "../../auth0/resources/client.ts";
import type { ResourceServer } from "../../auth0/resources/resource-server.ts";
import type { SigningKey } from "../../auth0/resources/signing-key.ts";
import { formatDuration, hours, type Seconds } from "../../model/duration.ts";
import { isUnreadable } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { DEFAULT_ID_TOKEN_LIFETIME } from "../id-tokens.ts";
import { instantOf, secondsSince } from "../instants.ts";
import {
  fail,
  type NotSaid,
  notReported,
  notUnderstood,
  type Outcome,
  pass,
  unknown,
  unreadable,
  worstOf,
} from "../outcome.ts";
import { mentionClient, mentionResourceServer } from "../resources.ts";
import { AUTH0_ROTATE_SIGNING_KEYS, AUTH0_SIGNING_KEYS, signingKeyResource } from "../signing-keys.ts";

/** Auth0's default lifetime of an access token. Source: Auth0 documentation, "Update Access Token Lifetime". */
const DEFAULT_ACCESS_TOKEN_LIFETIME = hours(24);

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
  needs: ["signingKeys", "resourceServers", "clients"],
  // No limit to set: how long a previous key is needed follows from the tenant's own token lifetimes.
  unit: null,
  limits: { baseline: "medium", strict: "medium", "auth0-default": "medium" },
  *evaluate({ signingKeys, resourceServers, clients }, severity, { now }) {
    const longest = longestLifetime(resourceServers, clients);
    for (const key of signingKeys) {
      const outcome = judgeKey(key, longest, { severity, now });
      if (outcome) yield outcome;
    }
  },
});

function judgeKey(
  key: SigningKey,
  longest: Lifetime | NotSaid,
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
  if ("detail" in longest) return unknown(resource, longest);
  const observed = secondsSince(ended, now);
  const limit = longest.seconds + GRACE;
  if (observed <= limit) return pass(resource);
  const message = `The key signed its last token ${formatDuration(observed)} ago and is still trusted; this tenant's longest-lived tokens, ${longest.tokens}, live ${formatDuration(longest.seconds)}.`;
  return fail(resource, { severity, message, observed, limit, unit: "seconds" });
}

/** How long some tokens live, and which these are, for a sentence. */
interface Lifetime {
  tokens: string;
  seconds: Seconds;
}

/**
 * The longest lifetime of any token of this tenant that bears the key's signature: access tokens, those for Auth0's
 * own APIs included, and ID tokens. One lifetime that cannot be read could be the longest.
 */
function longestLifetime(servers: readonly ResourceServer[], clients: readonly Client[]): Lifetime | NotSaid {
  const lifetimes = [
    // Whoever lists no API at all still issues tokens by Auth0's default.
    ...(servers.length === 0 ? [{ tokens: "access tokens", seconds: DEFAULT_ACCESS_TOKEN_LIFETIME }] : []),
    ...servers.map(accessTokens),
    ...clients.filter(({ global }) => global !== true).map(idTokens),
  ];
  const unclear = worstOf(lifetimes.filter((lifetime) => "detail" in lifetime));
  return unclear ?? lifetimes.filter((lifetime) => "seconds" in lifetime).reduce(longer);
}

function accessTokens(server: ResourceServer): Lifetime | NotSaid {
  const { token_lifetime: lifetime = DEFAULT_ACCESS_TOKEN_LIFETIME } = server;
  if (isUnreadable(lifetime)) return unreadable("an API's token_lifetime", lifetime);
  return { tokens: `access tokens for the API ${mentionResourceServer(server)}`, seconds: bounded(lifetime) };
}

function idTokens(client: Client): Lifetime | NotSaid {
  const { jwt_configuration: configuration } = client;
  if (isUnreadable(configuration)) return unreadable("an application's jwt_configuration", configuration);
  const { lifetime_in_seconds: lifetime = DEFAULT_ID_TOKEN_LIFETIME } = configuration ?? {};
  if (isUnreadable(lifetime)) return unreadable("an application's jwt_configuration.lifetime_in_seconds", lifetime);
  return { tokens: `ID tokens of the application ${mentionClient(client)}`, seconds: bounded(lifetime) };
}

/** No tenant means more than a safe integer. */
const bounded = (seconds: Seconds): Seconds => Math.min(seconds, Number.MAX_SAFE_INTEGER - GRACE);

/** Of equals the one whose words come first, so that the order of Auth0's lists changes nothing. */
const longer = (a: Lifetime, b: Lifetime): Lifetime =>
  b.seconds > a.seconds || (b.seconds === a.seconds && b.tokens < a.tokens) ? b : a;
