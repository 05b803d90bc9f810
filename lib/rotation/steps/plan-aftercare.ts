import { KINDS } from "../kinds/kinds.ts";
import { type Aftercare, isOpen, type RotationRecord } from "../ledger/rotation-record.ts";
import { replacedBy } from "../ledger/under-way.ts";
import type { VersionId } from "../ports.ts";
import { noneIfRefused } from "../refusal.ts";
import { storedCredential } from "../vault/stored-credentials.ts";
import { nowOf, remember, type Work } from "../work.ts";

/**
 * Records what will be left to do. It counts from the promotion on, if it comes to that. What an earlier rotation left
 * to do with the same key is over: a person made that key current again, and its time begins anew.
 *
 * @param record as it is before the promotion; what was planned for the same version before goes on
 * @param former what is current until the promotion: a person's, where it is not what was replaced
 */
export async function planAftercare(work: Work, record: RotationRecord | undefined, former: VersionId): Promise<void> {
  const now = nowOf(work);
  const known = record?.aftercare.find((one) => one.current === work.version && isOpen(one));
  const planned = known && { version: known.old, wasAccepted: known.wasAccepted === true };
  const replaced = replacedBy(work, record) ?? planned;
  const old = replaced?.version ?? former;
  const wasAccepted = replaced?.wasAccepted ? { wasAccepted: true as const } : {};
  const oldToo = former === old ? {} : { oldToo: former };
  const base = { current: work.version, old, recordedAt: now, from: now, lastWriteAt: now, answers: [] };
  // A client has two keys at the most, so of both old ones at most one is registered beside the new one.
  const part = await oldPart(work, old);
  const gone = part.oldKey || former === old ? part : await oldPart(work, former);
  const care: Aftercare = { ...base, ...wasAccepted, ...oldToo, ...gone };
  await remember(work, (now) =>
    isRecorded(work, now)
      ? now
      : {
          ...now,
          aftercare: [...now.aftercare.filter((one) => one.current !== work.version && !isReplaced(one, care)), care],
        },
  );
}

/**
 * Another process came to the end of the same version meanwhile: what it recorded has the true moments, and this one
 * loses its lease with the promotion. A version that is promoted once more is under way again.
 */
const isRecorded = ({ version }: Work, { promoted, underWay }: RotationRecord): boolean =>
  promoted?.version === version && underWay?.version !== version;

const isReplaced = (care: Aftercare, { oldKey }: Aftercare): boolean =>
  oldKey !== undefined && care.oldKey?.id === oldKey.id && isOpen(care);

/** An old value that cannot be read keeps nothing from going forward; what is to be proven of it is said later. */
async function oldPart(work: Work, old: VersionId): Promise<Pick<Aftercare, "oldKey">> {
  const current = await storedCredential(work, work.version);
  const look = async () => {
    const former = await storedCredential(work, old);
    return former && current && KINDS[work.settings.kind].oldPart(work, former.credential, current.credential);
  };
  return (await look().catch(noneIfRefused)) ?? {};
}
