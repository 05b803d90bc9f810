import type { KeyObject } from "node:crypto";
import type { Secret } from "../../model/secret.ts";
import { calibratedAsk } from "../asking/asking.ts";
import { isTaken } from "../asking/is-taken.ts";
import { isOfIncident } from "../judgements/overwriting.ts";
import { CURRENT, type VersionId } from "../ports.ts";
import { noneIfRefused } from "../refusal.ts";
import { unfinished } from "../unfinished.ts";
import { credentialIn } from "../vault/payload.ts";
import { versionWith } from "../vault/standing.ts";
import { recall, type Work } from "../work.ts";
import { type ComparableKey, comparableKey } from "./public-key.ts";

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
    if (beside?.key.equals(key.key)) return false;
  }
  return isTaken(work, await calibratedAsk(work, key.credential), key.credential);
}

/**
 * Only a person knows what they wanted who stored another key over one that Auth0 accepts. An emergency does not wait
 * for them where it may be the key that leaked: that one goes.
 */
export async function partWithKey(work: Work, leaving: VersionId): Promise<void> {
  if (await mayHaveLeaked(work, leaving)) return;
  if (!(await isLiveKey(work, leaving))) return;
  throw unfinished(
    `The new key of ${work.settings.clientId} is not made the current one while Auth0 accepts the key of the version ${leaving}, which would lose its last label, AWSPREVIOUS: where nobody uses that key, detach and delete it at Auth0; where applications use it, move AWSCURRENT to its version; with either the next try goes on.`,
  );
}

async function mayHaveLeaked(work: Work, version: VersionId): Promise<boolean> {
  const order = (await recall(work))?.order;
  if (order?.version !== work.version || !isOfIncident(order)) return false;
  const { leakedKeys } = order;
  if (leakedKeys === undefined) return true;
  const kid = (await keyOf(work, version))?.kid;
  const registered = (await (await work.tenant()).keys()).find((key) => key.kid === kid);
  return [kid, registered?.id].some((name) => name !== undefined && leakedKeys.includes(name));
}

/** By their public halves, however they are stored; what is no key is none. */
export const isSameKey = (stored: Secret, current: KeyObject): boolean =>
  orNone(() => comparableKey(stored))?.key.equals(current) ?? false;

/** Undefined where the version holds no usable key: what is none is not accepted either. */
async function keyOf(work: Work, version: VersionId): Promise<(ComparableKey & { credential: Secret }) | undefined> {
  const payload = await work.parts.vault.read(work.target.arn, version);
  if (!payload) return undefined;
  return orNone(() => {
    const credential = credentialIn(payload, work.settings, work.target.arn);
    return { credential, ...comparableKey(credential) };
  });
}

function orNone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    return noneIfRefused(error);
  }
}
