import type { Secret } from "../../model/secret.ts";
import type { Replaced } from "../ledger/under-way.ts";
import { CURRENT, PREVIOUS } from "../ports.ts";
import { noneIfRefused } from "../refusal.ts";
import { versionWith } from "../vault/standing.ts";
import { storedCredential } from "../vault/stored-credentials.ts";
import type { Work } from "../work.ts";
import type { Ask, Said } from "./asking.ts";

/** So often is one asked about whose answer says nothing: what is to be overwritten does not wait for an answer. */
const TRIES = 2;

/**
 * Which stored credential the tenant accepts just before it is overwritten, whichever that is. Nothing hangs on it but
 * what is said afterwards of the old one, so no time is lost on it.
 *
 * @returns what is current where none is seen to be accepted
 */
export async function storedInUse(work: Work, ask: Ask): Promise<Replaced | undefined> {
  const secret = await work.parts.vault.describe(work.target.arn);
  const [current, previous] = [CURRENT, PREVIOUS].map((label) => versionWith(secret, label));
  for (const version of [current, previous]) {
    if (version === undefined || version === work.version) continue;
    const stored = await storedCredential(work, version).catch(noneIfRefused);
    if (stored && (await isAccepted(ask, stored.credential))) return { version, wasAccepted: true };
  }
  return storedAsCurrent(work);
}

/** What is current, of which nobody knows whether it is accepted; undefined where that is the new one or none. */
export async function storedAsCurrent({ parts, target, version }: Work): Promise<Replaced | undefined> {
  const current = versionWith(await parts.vault.describe(target.arn), CURRENT);
  return current === undefined || current === version ? undefined : { version: current, wasAccepted: false };
}

async function isAccepted(ask: Ask, credential: Secret): Promise<boolean> {
  let said: Said = "unknown";
  for (let tried = 1; tried <= TRIES && said === "unknown"; tried += 1) said = await ask(credential);
  return said === "accepted";
}
