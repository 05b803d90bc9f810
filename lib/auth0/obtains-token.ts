import { askForToken } from "./ask-for-token.ts";
import type { Login } from "./login.ts";
import type { ProbeAnswer, ProbeParts } from "./probe.ts";
import { managementAudience, type TenantAddress } from "./tenant-address.ts";

/**
 * Asks a tenant whether an application gets a token with a credential, as its consumers do. The token is dropped at
 * once. An application without a grant for the Management API gets none, but is told so only after it authenticated
 * (RFC 6749, 5.2): that is `accepted` too.
 *
 * @throws as {@link askForToken}
 */
export async function obtainsToken(
  address: TenantAddress,
  login: Login,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  const said = await askForToken(address, login, managementAudience(address.domain), parts, signal);
  return said.answer === "issued" || said.answer === "denied" ? { answer: "accepted" } : said;
}
