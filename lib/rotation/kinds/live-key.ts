import type { Secret } from "../../model/secret.ts";
import { calibratedAsk } from "../asking/asking.ts";
import { isTaken } from "../asking/is-taken.ts";
import { CURRENT, type VersionId } from "../ports.ts";
import { refusalOf } from "../refusal.ts";
import { versionWith } from "../vault/standing.ts";
import { storedCredential } from "../vault/stored-credentials.ts";
import type { Work } from "../work.ts";
import { publicKeyOf } from "./public-key.ts";

/**
 * Whether Auth0 accepts the key of a version beside the current one and the one that is worked on, of which it is
 * neither: an application has several keys at once. Such a key must bear a label: consumers may use it, and nobody
 * would find it again.
 *
 * @throws CurfewError `rotation-unfinished` when Auth0 does not say
 */
export async function isLiveKey(work: Work, version: VersionId): Promise<boolean> {
  const key = await keyOf(work, version);
  if (!key) return false;
  const current = versionWith(await work.parts.vault.describe(work.target.arn), CURRENT);
  for (const other of [current, work.version]) {
    const beside = other === undefined || other === version ? undefined : await keyOf(work, other);
    if (beside && isSameKey(key, beside)) return false;
  }
  return isTaken(work, await calibratedAsk(work, key), key);
}

/** By their public halves, however they are stored. */
export function isSameKey(stored: Secret, current: Secret): boolean {
  const { pem } = publicKeyOf(current);
  try {
    return publicKeyOf(stored).pem === pem;
  } catch (error) {
    if (refusalOf(error) === null) throw error;
    return false; // what is no key was none
  }
}

/** Undefined where the version holds no usable key: what is none is not accepted either. */
async function keyOf(work: Work, version: VersionId): Promise<Secret | undefined> {
  try {
    return (await storedCredential(work, version))?.credential;
  } catch (error) {
    if (refusalOf(error) === null) throw error;
    return undefined;
  }
}
