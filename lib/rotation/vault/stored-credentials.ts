import type { Secret } from "../../model/secret.ts";
import { CURRENT, type VersionId } from "../ports.ts";
import { refusedError } from "../refusal.ts";
import type { Work } from "../work.ts";
import { credentialIn } from "./payload.ts";
import { versionWith } from "./standing.ts";

/** A stored value, and the credential in it. */
export interface StoredCredential {
  version: VersionId;
  payload: Secret;
  credential: Secret;
}

/**
 * The value of a version; undefined where it has none.
 *
 * @throws CurfewError `rotation-refused` (`target-disagrees`, `payload-unusable`)
 */
export async function storedCredential(
  { parts, target, settings }: Work,
  version: VersionId,
): Promise<StoredCredential | undefined> {
  const payload = await parts.vault.read(target.arn, version);
  return payload && { version, payload, credential: credentialIn(payload, settings, target.arn) };
}

/**
 * The value that consumers use.
 *
 * @throws CurfewError `rotation-refused`, also where there is none
 */
export async function currentCredential(work: Work): Promise<StoredCredential> {
  const { parts, target } = work;
  const version = versionWith(await parts.vault.describe(target.arn), CURRENT);
  const stored = version === undefined ? undefined : await storedCredential(work, version);
  if (stored) return stored;
  const message = `The secret of ${target.clientId} has no current value; store the application's credential there first.`;
  throw refusedError({ refusal: "payload-unusable", message });
}
