import type { JWK } from "jose";
import * as z from "zod";
import { CurfewError } from "../model/curfew-error.ts";
import { commonError } from "./answer-error.ts";
import { exchange } from "./exchange.ts";
import type { ProbeParts } from "./probe.ts";
import { withRetries } from "./retry.ts";
import { type TenantAddress, tenantUrl } from "./tenant-address.ts";

const keySet = z.object({
  keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() }).catch({ kid: "", kty: "" })),
});

/**
 * Reads the public keys with which a tenant's tokens are verified: the current one, the next one, and the previous one
 * until it is revoked. Needs no token. Source: Auth0 documentation, "Rotate Signing Keys" and "JSON Web Key Sets".
 *
 * @throws CurfewError with one of the codes for talking to Auth0
 */
export function readTenantKeys(address: TenantAddress, parts: ProbeParts, signal: AbortSignal): Promise<JWK[]> {
  const { clock, random, retryPolicy: policy } = parts;
  return withRetries(
    () => askOnce(address, parts, signal),
    { clock, random, policy, onRetry: () => undefined },
    signal,
  );
}

const LABEL = "GET /.well-known/jwks.json";

async function askOnce(address: TenantAddress, parts: ProbeParts, signal: AbortSignal): Promise<JWK[]> {
  const answer = await exchange(
    { method: "GET", url: tenantUrl(address, "/.well-known/jwks.json"), label: LABEL },
    parts,
    signal,
  );
  if (answer.status !== 200) throw commonError(answer, LABEL, parts.clock);
  const parsed = keySet.safeParse(answer.body);
  if (!parsed.success) throw new CurfewError("unexpected-answer", `The answer to ${LABEL} holds no keys.`);
  return parsed.data.keys.filter(({ kid, kty }) => kid !== "" && kty !== "");
}
