import { FOR_ITSELF } from "../contain/known-client.ts";
import { isOfMachine } from "../leak/classify.ts";
import type { TokenFacts } from "../leak/leaked-token.ts";

/** For what an application may have been given tokens. */
export interface Reach {
  /** The identifiers of APIs; `any` where every API of the tenant must be counted. */
  audiences: readonly string[] | "any";
  /** Whether it may have been given tokens in the names of users, refresh tokens among them; nobody may have seen it. */
  users: boolean | "not seen";
}

/** What an application was before anything was taken away from it. */
export interface FormerClient {
  clientId: string;
  /** Those of the first look, and of the audits of the last 30 days. Undefined where Auth0 did not say, or the application is gone. */
  grantTypes: readonly string[] | undefined;
  /**
   * The audiences of its grants, those of the audits of the last 30 days too: one that was deleted since then left tokens
   * behind. For third-party applications those of the grants with `default_for` as well.
   * Undefined where they could not be listed, or nobody looked for too long.
   */
  grantedAudiences: readonly string[] | undefined;
}

/**
 * Which APIs' tokens may be out. With user logins that is every API: one whose user policy is `allow_all` needs no
 * grant. Whatever is not known counts as possible.
 *
 * @param isSeenWithUsers whether the log shows tokens that name users
 */
export function reachOf(
  { clientId, grantTypes, grantedAudiences }: FormerClient,
  token: TokenFacts | null,
  isSeenWithUsers: boolean,
): Reach {
  // One that nobody can read may be a user's.
  const isOfUser = token !== null && (token.form === "opaque" || !isOfMachine(token, clientId));
  const users = isSeenWithUsers || isOfUser || (grantTypes?.some((type) => type !== FOR_ITSELF) ?? "not seen");
  if (users || grantedAudiences === undefined) return { audiences: "any", users };
  return { audiences: [...new Set([...grantedAudiences, ...(token?.audience ?? [])])], users };
}

/** The same, with what tokens were seen to be given out for. */
export const withAudiences = ({ audiences, users }: Reach, seen: Reach["audiences"]): Reach => ({
  audiences: audiences === "any" || seen === "any" ? "any" : [...new Set([...audiences, ...seen])],
  users,
});
