import { CurfewError } from "../model/curfew-error.ts";

/**
 * Why a rotation is not begun, or not carried on. Trying the same again changes none of these; whatever may pass by
 * itself (Auth0 does not answer, another rotation holds the lease) is an error that is tried again and not one of these.
 */
export const REFUSALS = [
  "no-target", // no SECRET# record says whose secret this is
  "not-configured", // the tenant, its rotator or the credential is not in the configuration, or disagrees with it
  "target-disagrees", // the stored value names another domain or client
  "payload-unusable", // no credential of the configured kind can be read out of the stored value
  "rotation-disabled", // Secrets Manager has rotation switched off for the secret
  "version-unknown", // the version is not one of the secret's, or neither pending nor current
  "fields-changed", // beside the credential, since the version was made and before Auth0 was told: it was dropped
  "rotate-off", // `rotate: off`, and no person asked
  "held", // it kept failing; `curfew rotate resume` goes on
  "client-gone",
  "global-client",
  "public-client",
  "hs256-client",
  "kind-mismatch", // the client authenticates in another way than the configured kind
  "not-calibrated", // Auth0's answers cannot tell a right credential from a wrong one for this client
  "current-refused", // neither the stored current nor the pending value is accepted: somebody changed one by hand
  "never-accepted", // the stored current is refused, and no credential of the client was ever seen to be accepted
  "no-place", // both places for keys are taken by keys that something refers to
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** A refusal, and one sentence for people: what is wrong and what to do. */
export interface Refused {
  refusal: Refusal;
  message: string;
}

/** The error that a refused step rejects with; trying again does not help. */
export const refusedError = ({ refusal, message }: Refused): CurfewError =>
  new CurfewError("rotation-refused", message, { detail: refusal });

/** Why `error` refused a rotation; null for errors of any other kind. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof CurfewError) || error.code !== "rotation-refused") return null;
  return REFUSALS.find((refusal) => refusal === error.detail) ?? null;
}

/**
 * For `catch`, where what is stored is refused and therefore is no credential: then there is none.
 *
 * @throws every other error again
 */
export function noneIfRefused(error: unknown): undefined {
  if (refusalOf(error) === null) throw error;
}
