import type { Instant } from "../../history/history.ts";
import { readAt } from "../../history/secret-age.ts";
import type { KnownCredential } from "../credentials/known-credentials.ts";
import { changeRotation } from "../ledger/ledger.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";
import type { RotationParts } from "../parts.ts";
import { targetOf } from "./look-at-secret.ts";

/** So long nobody but a person replaces what people went back to: it is announced as every other one. Milliseconds. */
const TIME_TO_ANNOUNCE = 7 * 86_400_000;

type Back = Pick<KnownCredential, "stored" | "rotation">;

/**
 * The vault was seen to hold what people are known to have gone back to; or, since the last promotion, another version
 * than was promoted, and an older one.
 */
function isBack({ stored, rotation }: Back): boolean {
  const { promoted, wentBack } = rotation ?? {};
  if (stored === undefined) return false;
  if (stored.id === wentBack?.to) return true;
  if (promoted === undefined || stored.id === promoted.version) return false;
  return stored.at < promoted.at && readAt(stored) > promoted.at;
}

/**
 * Not before then a run replaces what people went back to; undefined where they did not, or no run has seen it yet.
 *
 * @param nextSeenAt when the next run sees it at the earliest, where one does
 */
export function backUntil(credential: Back, nextSeenAt?: Instant): Instant | undefined {
  if (!isBack(credential)) return undefined;
  const { wentBack } = credential.rotation ?? {};
  const seenAt = wentBack?.to === credential.stored?.id ? wentBack?.seenAt : nextSeenAt;
  return seenAt === undefined ? undefined : seenAt + TIME_TO_ANNOUNCE;
}

/**
 * Records since when runs see that people went back to an older version; and forgets it once one sees that they do not,
 * since to go back once more is announced anew.
 *
 * @returns the credential with what is remembered of it now
 * @throws CurfewError as `changeRotation`
 */
export async function noteWentBack(
  credential: KnownCredential,
  { table, clock }: Pick<RotationParts, "table" | "clock">,
): Promise<KnownCredential> {
  const { rotation, stored } = credential;
  if (!rotation || !stored) return credential;
  const { wentBack } = rotation;
  const isNew = isBack(credential) && stored.id !== wentBack?.to;
  const isOver = !isBack(credential) && wentBack !== undefined && readAt(stored) > wentBack.seenAt;
  if (!isNew && !isOver) return credential;
  const seenAt = Math.round(clock.now());
  const noted = ({ wentBack: _, ...record }: RotationRecord): RotationRecord =>
    isNew ? { ...record, wentBack: { to: stored.id, seenAt } } : record;
  const target = targetOf({ ...credential, kind: rotation.kind }, rotation.arn, seenAt);
  return { ...credential, rotation: await changeRotation(table, target, noted) };
}
