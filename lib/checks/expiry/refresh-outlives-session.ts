import type { Client } from "../../auth0/resources/client.ts";
import { formatDuration, type Seconds } from "../../model/duration.ts";
import { isUnreadable } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { grantUse } from "../grant-types.ts";
import { type Failure, fail, type NotSaid, pass, unknown, unreadable, worstOf } from "../outcome.ts";
import { AUTH0_REFRESH_TOKEN_EXPIRATION, AUTH0_SESSION_LIFETIME, asvsSession } from "../references.ts";
import { absoluteExpiry, defaultLifetimes } from "../refresh-tokens.ts";
import { mentionClient, tenantResource } from "../resources.ts";
import { DEFAULT_SESSION_SECONDS, sessionSeconds } from "../session-hours.ts";

export default defineCheck({
  id: "expiry.refresh.outlives-session",
  title: "Refresh tokens outlive the login session",
  why: 'When the session ends, Auth0 asks people to log in again. An application with a refresh token does not have to ask: it carries on until that token ends. Whoever reads the session lifetime as "everybody is out after that" is wrong.',
  remediation: {
    summary:
      "Decide how long people may stay logged in, write it down, and bring the session and the refresh token lifetimes in line with it.",
    dashboard:
      "Settings > Advanced > Session Expiration, and Applications > Applications > the application > Settings > Refresh Token Expiration.",
    api: 'PATCH /api/v2/clients/{id} with { "refresh_token": { "rotation_type": "…", "expiration_type": "expiring", "token_lifetime": 604800 } }',
  },
  references: [AUTH0_REFRESH_TOKEN_EXPIRATION, AUTH0_SESSION_LIFETIME, asvsSession("7.6.1")],
  fix: "no",
  needs: ["clients", "tenantSettings"],
  unit: null,
  limits: { baseline: "info", strict: "info", "auth0-default": "info" },
  *evaluate({ clients, tenantSettings }, severity, { domain }) {
    const tenant = tenantResource(domain);
    const reported = sessionSeconds(tenantSettings, "session_lifetime");
    if (isUnreadable(reported)) {
      yield unknown(tenant, unreadable("session_lifetime", reported));
      return;
    }
    const session = reported ?? DEFAULT_SESSION_SECONDS.session_lifetime;
    const lifetimes = clients.map(refreshTokenLifetime).filter((lifetime) => lifetime !== undefined);
    const longest = longestOf(lifetimes.filter((lifetime) => "seconds" in lifetime));
    const unclear = worstOf(lifetimes.filter((lifetime) => "detail" in lifetime));
    // One application that outlives the session is enough, whatever could not be read of the others.
    if (longest && longest.seconds > session) yield fail(tenant, describe(longest, session, severity));
    else if (unclear) yield unknown(tenant, unclear);
    else yield pass(tenant);
  },
});

/** How long an application's refresh tokens live; infinite where they never end. */
interface Lifetime {
  client: Client;
  seconds: Seconds;
}

function refreshTokenLifetime(client: Client): Lifetime | NotSaid | undefined {
  const use = grantUse(client, "refresh_token");
  if (use === "no") return undefined;
  if (isUnreadable(use)) return unreadable("grant_types", use);
  const settings = client.refresh_token;
  if (isUnreadable(settings)) return unreadable("refresh_token", settings);
  const expiry = absoluteExpiry(settings);
  if (expiry.ends === "unknown") return expiry;
  if (expiry.ends === "never" || settings === undefined) return { client, seconds: Number.POSITIVE_INFINITY };
  const seconds = settings.token_lifetime ?? defaultLifetimes(settings).absolute;
  if (isUnreadable(seconds)) return unreadable("refresh_token.token_lifetime", seconds);
  return { client, seconds: Math.min(seconds, Number.MAX_SAFE_INTEGER) };
}

/** Among equals the smallest id, so that the order of Auth0's list changes nothing. */
function longestOf(lifetimes: readonly Lifetime[]): Lifetime | undefined {
  return lifetimes.reduce<Lifetime | undefined>((longest, lifetime) => {
    if (!longest || lifetime.seconds > longest.seconds) return lifetime;
    const isEarlierEqual = lifetime.seconds === longest.seconds && lifetime.client.client_id < longest.client.client_id;
    return isEarlierEqual ? lifetime : longest;
  }, undefined);
}

function describe({ client, seconds }: Lifetime, session: Seconds, severity: Severity): Failure {
  const ends = Number.isFinite(seconds);
  const life = ends ? `live ${formatDuration(seconds)}` : "never expire";
  return {
    severity,
    message: `Sessions end after ${formatDuration(session)}, but refresh tokens of the application ${mentionClient(client)} ${life}.`,
    limit: session,
    unit: "seconds",
    ...(ends ? { observed: seconds } : {}),
  };
}
