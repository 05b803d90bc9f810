import { KINDS } from "../kinds/kinds.ts";
import { type Aftercare, isOpen, type RotationRecord } from "../ledger/rotation-record.ts";
import { replacedBy } from "../ledger/under-way.ts";
import type { VersionId } from "../ports.ts";
import { noneIfRefused } from "../refusal.ts";
import { changedBeside } from "../vault/payload.ts";
import { type StoredCredential, storedCredential } from "../vault/stored-credentials.ts";
import { nowOf, remember, type Work } from "../work.ts";

/**
 * Records what will be left to do. It counts from the promotion on, if it comes to that. What an earlier rotation left
 * to do with the same key is over: a person made that key current again, and its time begins anew.
 *
 * @param record as it is before the promotion; what was planned for the same version before goes on, also where it had
 *   ended because people went back to what was to be proven dead: that is not in use any more
 * @param former what is current until the promotion: a person's, where it is not what was replaced
 */
export async function planAftercare(work: Work, record: RotationRecord | undefined, former: VersionId): Promise<void> {
  const now = nowOf(work);
  const known = record?.aftercare.find(
    (one) => one.current === work.version && (isOpen(one) || one.ending === "in-use"),
  );
  const planned = known && { version: known.old, wasAccepted: known.wasAccepted === true };
  const replaced = replacedBy(work, record) ?? planned;
  const old = replaced?.version ?? former;
  const wasAccepted = replaced?.wasAccepted ? { wasAccepted: true as const } : {};
  const oldToo = former === old ? {} : { oldToo: former };
  const base = { current: work.version, old, recordedAt: now, from: now, lastWriteAt: now, answers: [] };
  const own = await storedCredential(work, work.version);
  const [ofOld, ofFormer] = await storedBefore(work, old, former);
  // A client has two keys at the most, so of both old ones at most one is registered beside the new one.
  const part = await oldPart(work, ofOld, own);
  const gone = part.oldKey || former === old ? part : await oldPart(work, ofFormer, own);
  const care: Aftercare = { ...base, ...wasAccepted, ...oldToo, ...gone, ...takesBack(work, ofFormer, own) };
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

type Stored = StoredCredential | undefined;

/** What the old versions hold. A value that cannot be used keeps nothing from going forward; it is said later of it. */
async function storedBefore(work: Work, old: VersionId, former: VersionId): Promise<[Stored, Stored]> {
  const read = (version: VersionId) => storedCredential(work, version).catch(noneIfRefused);
  const stored = await read(old);
  return [stored, former === old ? stored : await read(former)];
}

async function oldPart(work: Work, old: Stored, own: Stored): Promise<Pick<Aftercare, "oldKey">> {
  if (!old || !own) return {};
  const look = async () => KINDS[work.settings.kind].oldPart(work, old.credential, own.credential);
  return (await look().catch(noneIfRefused)) ?? {};
}

/** The new value was made of the one that was current then; what was stored since beside the credential is not in it. */
function takesBack({ settings }: Work, former: Stored, own: Stored): Pick<Aftercare, "takesBack"> {
  const fields = former && own ? changedBeside(former.payload, own.payload, settings.kind) : [];
  return former && fields.length > 0
    ? { takesBack: { fields: fields.slice(0, MOST_FIELDS), from: former.version } }
    : {};
}

/** Of as many fields are the names kept. */
const MOST_FIELDS = 20;
