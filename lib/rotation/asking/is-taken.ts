import type { Secret } from "../../model/secret.ts";
import { doesNotSay } from "../judgements/overwriting.ts";
import type { Work } from "../work.ts";
import { type Ask, firstAccepted } from "./asking.ts";

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
