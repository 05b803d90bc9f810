import type { NewGrant, RevokedGrant } from "../ports.ts";

/** Auth0 has one grant of an application for each audience and kind of subject; an absent kind means `client`. */
export const isForSame = (
  one: Pick<NewGrant, "audience" | "subjectType">,
  other: Pick<NewGrant, "audience" | "subjectType">,
): boolean => one.audience === other.audience && (one.subjectType ?? "client") === (other.subjectType ?? "client");

/** How a grant that is there compares with what was approved for it. */
export interface GrantDifference {
  /** Allows something that was not approved. */
  isMore: boolean;
  /** Lacks something that was, organizations aside. */
  isLess: boolean;
  /** Organizations that were approved and are not there. */
  missing: readonly string[];
}

/** Compares a grant, with its organizations as far as they are known, with what was approved. */
export function compareGrant(found: Omit<RevokedGrant, "id" | "isSystem">, approved: NewGrant): GrantDifference {
  const extraScopes = without(found.scopes, approved.scopes);
  const all = { found: found.allowsAllScopes === true, approved: approved.allowsAllScopes === true };
  const any = { found: found.allowsAnyOrganization === true, approved: approved.allowsAnyOrganization === true };
  const usage = { found: found.organizationUsage ?? "deny", approved: approved.organizationUsage ?? "deny" };
  const details = { found: found.authorizationDetailsTypes ?? [], approved: approved.authorizationDetailsTypes ?? [] };
  const isOtherUsage = usage.found !== usage.approved;
  return {
    isMore:
      (all.found && !all.approved) ||
      (any.found && !any.approved) ||
      (!all.approved && extraScopes.length > 0) ||
      without(found.organizations, approved.organizations).length > 0 ||
      without(details.found, details.approved).length > 0 ||
      isOtherUsage,
    isLess:
      (all.approved && !all.found) ||
      (any.approved && !any.found) ||
      (!all.found && without(approved.scopes, found.scopes).length > 0) ||
      without(details.approved, details.found).length > 0 ||
      isOtherUsage,
    missing: without(approved.organizations, found.organizations),
  };
}

const without = (all: readonly string[], taken: readonly string[]): string[] =>
  all.filter((one) => !taken.includes(one));
