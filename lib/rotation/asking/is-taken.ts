import type { Secret } from "../../model/secret.ts";
import { doesNotSay } from "../judgements/overwriting.ts";
import { storedCredential } from "../vault/stored-credentials.ts";
import type { Work } from "../work.ts";
import { type Ask, calibratedAsk, firstAccepted } from "./asking.ts";

/**
 * Whether the tenant accepts a credential. Asked for as long as a change takes to spread: what it was told of last may
 * not be there yet.
 *
 * @throws CurfewError `rotation-unfinished` when Auth0 does not say: that is never taken for a refusal
 */
export async function isTaken(work: Work, ask: Ask, credential: Secret): Promise<boolean> {
  const accepted = await firstAccepted(work, ask, [credential]);
  if (accepted === "unknown") throw doesNotSay(work.settings);
  return accepted === 0;
}

/**
 * Whether it accepts the version that is worked on; false where nothing is stored.
 *
 * @throws as {@link isTaken}
 */
export async function isOwnTaken(work: Work): Promise<boolean> {
  const stored = await storedCredential(work, work.version);
  return stored !== undefined && isTaken(work, await calibratedAsk(work, stored.credential), stored.credential);
}
