import type { ClientGrant } from "../auth0/resources/client-grant.ts";
import { isUnreadable } from "../model/reported.ts";
import { type NotSaid, unreadable } from "./outcome.ts";

/** What a client grant allows. */
export interface GrantedScopes {
  /** True with `allow_all_scopes`: every scope of the API, those of the future too. The list then says nothing. */
  all: boolean;
  /** The scopes named in the list, each once. */
  named: ReadonlySet<string>;
  /** Set when the answer cannot be read, so that there may be more than is named; says why. */
  unclear?: NotSaid;
}

/**
 * The scopes of a grant. An absent list names none: Auth0 leaves it out with `allow_all_scopes` only.
 * Spaces around a scope do not count: a real tenant has " read:resource_servers", which is no write scope.
 */
export function grantedScopes({ allow_all_scopes: all, scope }: ClientGrant): GrantedScopes {
  if (all === true) return { all: true, named: new Set() };
  if (isUnreadable(scope)) return { all: false, named: new Set(), unclear: unreadable("scope", scope) };
  const named = new Set((scope ?? []).map((name) => name.trim()).filter((name) => name !== ""));
  if (isUnreadable(all)) return { all: false, named, unclear: unreadable("allow_all_scopes", all) };
  return { all: false, named };
}

/** Whether a scope lets its holder change something: every scope that is not named after reading. */
export const isWriteScope = (scope: string): boolean => !scope.startsWith("read:");

const MENTIONED = 5;
const MENTION_LENGTH = 60;

/** A few scopes in a sentence, sorted; how many more there are when that would be too long. */
export function mentionScopes(scopes: readonly string[]): string {
  const sorted = scopes.toSorted();
  const shown = sorted.slice(0, MENTIONED).map(plain).join(", ");
  return sorted.length > MENTIONED ? `${shown} and ${sorted.length - MENTIONED} more` : shown;
}

/** A scope is made of the characters that RFC 6749, section 3.3, allows; whatever else one holds is not repeated. */
function plain(scope: string): string {
  const legal = scope.replace(/[^\x21\x23-\x5b\x5d-\x7e]/gu, "?");
  return legal.length <= MENTION_LENGTH ? legal : `${legal.slice(0, MENTION_LENGTH)}…`;
}
