import type { Login } from "../../auth0/login.ts";
import type { Calibration, ProbeAnswer, ProbeEndpoint } from "../../auth0/probe.ts";
import { hasCode } from "../../model/curfew-error.ts";
import type { Secret } from "../../model/secret.ts";
import type { RotationSettings } from "../parts.ts";
import type { RotationTenant } from "../ports.ts";
import { refusedError } from "../refusal.ts";
import { unfinished } from "../unfinished.ts";
import type { Work } from "../work.ts";

/** What Auth0 says of a credential, where its answers can tell a right one from a wrong one. */
export type Said = ProbeAnswer["answer"];

/** Asks whether the tenant accepts a credential of the client. */
export type Ask = (credential: Secret) => Promise<Said>;

/** For so long after a change Auth0 may accept the old credential or the new one; documented are 30 s. Milliseconds. */
export const SETTLING = 45_000;

/** Between two rounds of questions. Milliseconds. */
export const PAUSE = 5_000;

/** Whose credentials are asked about, and who is asked. */
export interface Asking {
  settings: Pick<RotationSettings, "clientId" | "kind">;
  tenant(): Promise<Pick<RotationTenant, "calibrate" | "probe" | "obtainToken">>;
}

/** What the client logs in with. */
const loginWith = ({ settings }: Pick<Asking, "settings">, credential: Secret): Login =>
  settings.kind === "client-secret"
    ? { method: "client-secret", clientId: settings.clientId, secret: credential }
    : { method: "private-key", clientId: settings.clientId, privateKeyJwk: credential };

/**
 * Finds out where the tenant's answers mean anything: where a random credential of this client is refused. What is
 * accepted there is proof; what is refused there may only show an endpoint that refuses everybody, so all of them are
 * asked until one was seen to accept something.
 *
 * @param credential any stored one, best one that is accepted: then one endpoint is enough from the beginning
 * @throws CurfewError `rotation-refused` (`not-calibrated`; `payload-unusable` for a key that cannot sign), and
 * `rotation-unfinished`, retryable, when Auth0 did not answer
 */
export async function calibratedAsk(asking: Asking, credential: Secret): Promise<Ask> {
  const tenant = await asking.tenant();
  let endpoints = endpointsOf(
    await usable(() => tenant.calibrate(loginWith(asking, credential))),
    asking.settings.clientId,
  );
  return async (one) => {
    let said: Said = "refused";
    for (const endpoint of endpoints) {
      const { answer } = await usable(() => tenant.probe(loginWith(asking, one), endpoint));
      if (answer === "accepted") {
        endpoints = [endpoint];
        return answer;
      }
      if (answer === "unknown") said = answer;
    }
    return said;
  };
}

function endpointsOf(calibration: Calibration, clientId: string): readonly ProbeEndpoint[] {
  if (calibration.endpoint !== null) return [calibration.endpoint];
  if (calibration.reason === "not-accepted") return calibration.endpoints;
  if (calibration.reason === "no-answer") {
    throw unfinished(`Auth0 does not say whether it accepts credentials of ${clientId} (${calibration.detail}).`);
  }
  const message = `Auth0 accepts even a random credential for ${clientId}, so nobody could tell whether a new one works; it is not rotated.`;
  throw refusedError({ refusal: "not-calibrated", message });
}

/**
 * Whether the token endpoint gives the client a token, as its consumers ask for one.
 *
 * @throws CurfewError `rotation-refused` (`payload-unusable`) for a key that cannot sign
 */
export async function obtainToken(asking: Asking, credential: Secret): Promise<ProbeAnswer> {
  const tenant = await asking.tenant();
  return usable(() => tenant.obtainToken(loginWith(asking, credential)));
}

/** A key that cannot sign is no credential. */
async function usable<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!hasCode(error, "reference-unresolved")) throw error;
    throw refusedError({ refusal: "payload-unusable", message: error.message });
  }
}

/**
 * Asks about credentials in turn, round after round, until one is accepted: while a change spreads through Auth0 the
 * old one, the new one, or now this and now that may be.
 *
 * @param credentials the most wanted one first
 * @returns the accepted one's index, `refused` when every answer of the whole time was a refusal, else `unknown`:
 * unknown is never taken for refused, and neither is a time that was too short
 */
export async function firstAccepted(
  { parts, until }: Work,
  ask: Ask,
  credentials: readonly Secret[],
): Promise<number | "refused" | "unknown"> {
  const end = parts.clock.now() + SETTLING;
  let sawUnknown = false;
  for (;;) {
    for (const [index, credential] of credentials.entries()) {
      const said = await ask(credential);
      if (said === "accepted") return index;
      if (said === "unknown") sawUnknown = true;
    }
    const now = parts.clock.now();
    if (now >= end) return sawUnknown ? "unknown" : "refused";
    if (now + PAUSE > until) return "unknown";
    await parts.clock.sleep(PAUSE);
  }
}
