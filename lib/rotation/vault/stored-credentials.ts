import type { Secret } from "../../model/secret.ts";
import { CURRENT, PREVIOUS, type VersionId } from "../ports.ts";
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
  return labelledCredential(work, versionWith(await work.parts.vault.describe(work.target.arn), CURRENT));
}

/**
 * The value that the version takes the place of: what consumers use, or used until a person made the new one current.
 *
 * @throws as {@link currentCredential}
 */
export async function formerCredential(work: Work): Promise<StoredCredential> {
  const secret = await work.parts.vault.describe(work.target.arn);
  const current = versionWith(secret, CURRENT);
  return labelledCredential(work, current === work.version ? versionWith(secret, PREVIOUS) : current);
}

async function labelledCredential(work: Work, version: VersionId | undefined): Promise<StoredCredential> {
  const { target } = work;
  const stored = version === undefined ? undefined : await storedCredential(work, version);
  if (stored) return stored;
  const message = `The secret of ${target.clientId} has no current value; store the application's credential there first.`;
  throw refusedError({ refusal: "payload-unusable", message });
}
