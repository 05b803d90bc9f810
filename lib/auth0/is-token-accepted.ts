import { CurfewError } from "../model/curfew-error.ts";
import { exchange } from "./exchange.ts";
import type { ProbeParts } from "./probe.ts";
import { withRetries } from "./retry.ts";
import { type TenantAddress, tenantUrl } from "./tenant-address.ts";
import type { AccessToken } from "./token.ts";

const LABEL = "GET /keys/signing";

/**
 * Whether the Management API takes a token; undefined when nobody knows: no answer, another refusal than that of the
 * token, or the token's own time is over, which is a reason to refuse it that has nothing to do with its key.
 *
 * Asks for the tenant's signing keys, which are public, because whoever asks may read them.
 *
 * @throws CurfewError `interrupted` when a person ends it
 */
export async function isTokenAccepted(
  address: TenantAddress,
  token: AccessToken,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const { clock, random, retryPolicy: policy } = parts;
  const url = tenantUrl(address, "/api/v2/keys/signing");
  const ask = () =>
    exchange(
      { method: "GET", url, label: LABEL, headers: { authorization: `Bearer ${token.value.reveal()}` } },
      parts,
      signal,
    );
  try {
    const { status } = await withRetries(ask, { clock, random, policy, onRetry: () => undefined }, signal);
    if (status === 200) return true;
    return status === 401 && clock.now() < token.expiresAt ? false : undefined;
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
    return undefined;
  }
}
