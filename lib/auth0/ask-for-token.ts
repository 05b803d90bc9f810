import { hasCode } from "../model/curfew-error.ts";
import type { Login } from "./login.ts";
import { orUnknown, type ProbeParts, type Unknown } from "./probe.ts";
import type { TenantAddress } from "./tenant-address.ts";
import { requestToken, type TokenWay } from "./token.ts";

/** What the token endpoint said to a request for a token. The token itself is dropped at once. */
export type TokenAnswer =
  /** It gave one out, with these scopes; undefined where it did not say. */
  | { answer: "issued"; scopes: readonly string[] | undefined }
  /** It said that this application gets none: the credential was right, and there is no grant, or not that grant type. */
  | { answer: "denied" }
  /** It did not take the credential. */
  | { answer: "refused" }
  | Unknown;

/**
 * Asks a tenant for a token as an application would. A client secret is sent in the body and, where that is refused, by
 * HTTP Basic: a client is set to one of the two, and is refused by the other whatever its secret.
 *
 * @throws CurfewError `interrupted` when a person ends it, `reference-unresolved` for an unusable private key
 */
export async function askForToken(
  address: TenantAddress,
  login: Login,
  audience: string,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const ask = (way: TokenWay): Promise<TokenAnswer> =>
    orUnknown(() => askOnce(address, login, { audience, way }, parts, signal), parts, signal);
  const answer = await ask("body");
  return answer.answer === "refused" && login.method === "client-secret" ? ask("basic") : answer;
}

async function askOnce(
  address: TenantAddress,
  login: Login,
  wanted: { audience: string; way: TokenWay },
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  try {
    const { scopes } = await requestToken(address, login, parts, signal, wanted);
    return { answer: "issued", scopes: scopes && [...scopes] };
  } catch (error) {
    if (hasCode(error, "credentials-refused")) return { answer: "refused" };
    if (hasCode(error, "no-grant")) return { answer: "denied" };
    throw error;
  }
}
