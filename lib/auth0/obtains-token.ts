import { hasCode } from "../model/curfew-error.ts";
import type { Login } from "./login.ts";
import { answerOrUnknown, type ProbeAnswer, type ProbeParts } from "./probe.ts";
import type { TenantAddress } from "./tenant-address.ts";
import { requestToken } from "./token.ts";

/**
 * Asks a tenant whether an application gets a token with a credential, as its consumers do. The token is dropped at
 * once. An application without a grant for the Management API gets none, but is told so only after it authenticated
 * (RFC 6749, 5.2): that is `accepted` too.
 *
 * @throws CurfewError `interrupted` when a person ends it, `reference-unresolved` for an unusable private key
 */
export const obtainsToken = (
  address: TenantAddress,
  login: Login,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<ProbeAnswer> =>
  answerOrUnknown(
    async () => {
      try {
        await requestToken(address, login, parts, signal);
      } catch (error) {
        if (hasCode(error, "credentials-refused")) return { answer: "refused" };
        if (!hasCode(error, "no-grant")) throw error;
      }
      return { answer: "accepted" };
    },
    parts,
    signal,
  );
