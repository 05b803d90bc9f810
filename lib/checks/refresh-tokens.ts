import type { Client } from "../auth0/resources/client.ts";
import { days, type Seconds } from "../model/duration.ts";
import { isUnreadable, type Reported, type Unreadable } from "../model/reported.ts";
import type { Resource } from "../model/resource.ts";
import { grantUse } from "./grant-types.ts";
import { type NotSaid, type Outcome, undocumented, unknown, unreadable } from "./outcome.ts";
import { clientResource } from "./resources.ts";

/** What an application's `refresh_token` block says; `undefined` when Auth0 reported none. */
export type RefreshTokenSettings = Exclude<Client["refresh_token"], Unreadable>;

/** An application that may hold refresh tokens. */
export interface RefreshTokenClient {
  client: Client;
  resource: Resource;
  settings: RefreshTokenSettings;
}

/**
 * Judges every application that may hold refresh tokens: those whose `grant_types` name `refresh_token`.
 * Every application carries a `refresh_token` block, machine-to-machine ones included, so the block proves nothing.
 * The global client is left out: it stands for the tenant and obtains no tokens.
 *
 * @param judge says nothing (`undefined`) about an application that its check does not apply to
 */
export function* judgeRefreshTokens(
  clients: readonly Client[],
  judge: (application: RefreshTokenClient) => Outcome | undefined,
): Iterable<Outcome> {
  for (const client of clients) {
    const use = grantUse(client, "refresh_token");
    if (use === "no") continue;
    const resource = clientResource(client);
    const settings = client.refresh_token;
    if (isUnreadable(use)) yield unknown(resource, unreadable("grant_types", use));
    else if (isUnreadable(settings)) yield unknown(resource, unreadable("refresh_token", settings));
    else {
      const outcome = judge({ client, resource, settings });
      if (outcome) yield outcome;
    }
  }
}

/** Whether something ends: it never does, it does at some time, or the answer does not tell. */
export type Expiry = { ends: "never"; because: string } | { ends: "in time" } | ({ ends: "unknown" } & NotSaid);

/**
 * Whether refresh tokens have an absolute lifetime. Precedence as Auth0's SDK documents it: the `infinite` flag
 * wins over the number; real answers also hold the flag together with `expiration_type: expiring`.
 * An absent type means `non-expiring`, the default of Auth0's OpenAPI document.
 */
export function absoluteExpiry(settings: RefreshTokenSettings): Expiry {
  if (settings === undefined) return { ends: "never", because: "Auth0 reports no refresh token settings for it" };
  const { expiration_type: type, infinite_token_lifetime: infinite } = settings;
  if (infinite === true) return { ends: "never", because: "infinite_token_lifetime is true" };
  if (type === undefined) return { ends: "never", because: "expiration_type is not set" };
  if (type === "non-expiring") return { ends: "never", because: "expiration_type is non-expiring" };
  if (isUnreadable(infinite))
    return { ends: "unknown", ...unreadable("refresh_token.infinite_token_lifetime", infinite) };
  if (isUnreadable(type)) return { ends: "unknown", ...unreadable("refresh_token.expiration_type", type) };
  if (type !== "expiring") return { ends: "unknown", ...undocumented("refresh_token.expiration_type") };
  return { ends: "in time" };
}

/**
 * Whether unused refresh tokens end. An absent flag means `false`, the default of Auth0's OpenAPI document.
 */
export function idleExpiry(settings: NonNullable<RefreshTokenSettings>): Expiry {
  const infinite = settings.infinite_idle_token_lifetime;
  if (infinite === true) return { ends: "never", because: "infinite_idle_token_lifetime is true" };
  if (isUnreadable(infinite))
    return { ends: "unknown", ...unreadable("refresh_token.infinite_idle_token_lifetime", infinite) };
  return { ends: "in time" };
}

/**
 * What absent lifetimes mean. With rotation 30 and 15 days (Auth0's documentation, "Configure Refresh Token
 * Rotation" and "Configure Refresh Token Expiration"). Without rotation Auth0's answers hold either those or
 * 31,557,600 s and 30 days: the longer ones are taken, so that a missing number never looks better than it is.
 */
const ROTATING_DEFAULTS = { absolute: days(30), idle: days(15) } as const;
export const NON_ROTATING_DEFAULTS = { absolute: 31_557_600, idle: days(30) } as const;

/** The lifetimes that absent numbers stand for in these settings, in seconds. */
export function defaultLifetimes(settings: NonNullable<RefreshTokenSettings>): { absolute: Seconds; idle: Seconds } {
  return settings.rotation_type === "rotating" ? ROTATING_DEFAULTS : NON_ROTATING_DEFAULTS;
}

/**
 * Whether an application cannot keep a secret: `token_endpoint_auth_method` is `none`, or it is a single-page or
 * native one. An absent method on any other type means `client_secret_post`, so the application is confidential.
 *
 * @returns the unreadable value when that is what the answer hangs on
 */
export function isPublic(client: Client): boolean | { field: string; value: Unreadable } {
  const { token_endpoint_auth_method: method, app_type: type } = client;
  if (method === "none" || type === "spa" || type === "native") return true;
  return firstUnreadable({ token_endpoint_auth_method: method, app_type: type }) ?? false;
}

function firstUnreadable(fields: Record<string, Reported<unknown>>): { field: string; value: Unreadable } | undefined {
  for (const [field, value] of Object.entries(fields)) if (isUnreadable(value)) return { field, value };
  return undefined;
}
