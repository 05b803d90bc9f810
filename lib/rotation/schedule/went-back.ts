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

/** Since the last promotion the vault was seen to hold another version as current, an older one: people went back to it. */
function isBack({ stored, rotation }: Back): boolean {
  const { version, at } = rotation?.promoted ?? {};
  if (stored === undefined || at === undefined || stored.id === version) return false;
  return stored.at < at && readAt(stored) > at;
}

/**
 * Not before then a run replaces what people went back to; undefined where they did not, or no run has seen it yet.
 *
 * @param nextSeenAt when the next run sees it at the earliest, where one does
 */
export function backUntil(credential: Back, nextSeenAt?: Instant): Instant | undefined {
  if (!isBack(credential)) return undefined;
  const { wentBack, promoted } = credential.rotation ?? {};
  const seenAt = wentBack?.from === promoted?.version ? wentBack?.seenAt : nextSeenAt;
  return seenAt === undefined ? undefined : seenAt + TIME_TO_ANNOUNCE;
}

/**
 * Records since when runs see that people went back from what was promoted last; and forgets it once they do not, since
 * to go back once more is announced anew.
 *
 * @returns the credential with what is remembered of it now
 * @throws CurfewError as `changeRotation`
 */
export async function noteWentBack(
  credential: KnownCredential,
  { table, clock }: Pick<RotationParts, "table" | "clock">,
): Promise<KnownCredential> {
  const { rotation } = credential;
  if (!rotation || (isBack(credential) ? backUntil(credential) !== undefined : !rotation.wentBack)) return credential;
  const seenAt = Math.round(clock.now());
  const noted = ({ wentBack: _, ...record }: RotationRecord): RotationRecord =>
    isBack(credential) && record.promoted ? { ...record, wentBack: { from: record.promoted.version, seenAt } } : record;
  const target = targetOf({ ...credential, kind: rotation.kind }, rotation.arn, seenAt);
  return { ...credential, rotation: await changeRotation(table, target, noted) };
}
