import { dropped } from "./ledger/dropped.ts";
import { type RotationRecord, withOwnKey } from "./ledger/rotation-record.ts";
import type { Replaced } from "./ledger/under-way.ts";
import type { VersionId } from "./ports.ts";
import type { Refused } from "./refusal.ts";
import { isTold, nowOf, remember, type Work } from "./work.ts";

type UnderWay = NonNullable<RotationRecord["underWay"]>;

/** Records that a version is being made. */
export const markBegun = (work: Work): Promise<RotationRecord> => mark(work, (underWay) => underWay);

/** Records that a version is promoted once more that was replaced before; who comes after a death records the promotion. */
export const markReplaced = (work: Work): Promise<RotationRecord> =>
  mark(work, (underWay) => ({ ...underWay, wasReplaced: true }));

/** Records that the tenant refuses the version, which is current, although it was told of it. */
export const markRefused = (work: Work): Promise<RotationRecord> =>
  remember(work, (record) => {
    const { underWay } = record;
    return underWay && isTold(work, record) ? { ...record, underWay: { ...underWay, wasRefused: true } } : record;
  });

/**
 * Records that the tenant may be told of the version from now on; written before it is. What it was seen to accept last
 * counts; what only bore AWSCURRENT counts where nothing is known, since people may have stored another value since.
 *
 * @param replaced left out where that is not known anew
 */
export const markTold = (work: Work, replaced?: Replaced): Promise<RotationRecord> =>
  mark(work, (underWay) => ({
    ...told(work, underWay, replaced),
    ...(work.settings.kind === "client-secret" ? { sentAt: nowOf(work) } : {}),
  }));

/** Records that the tenant accepts the version already. Where it was not told before, a person set it there. */
export const markAccepted = (work: Work, replaced?: Replaced): Promise<RotationRecord> =>
  mark(work, (underWay) => ({
    ...told(work, underWay, replaced),
    ...(underWay.setAt === undefined ? { setByHand: true as const } : {}),
  }));

const told = (work: Work, underWay: UnderWay, replaced: Replaced | undefined): UnderWay => ({
  ...toldNow(work, underWay),
  ...(replaced && (replaced.wasAccepted || underWay.replaces === undefined) ? noted(replaced) : {}),
});

/**
 * Records which registered key is Curfew's own, before it is attached: so whoever looks at an application's keys never
 * takes it for somebody else's. Its `kid` would not do, which others may give to a key of theirs.
 */
export const markAttaching = (work: Work, keyId: string): Promise<RotationRecord> =>
  remember(work, (record) => withOwnKey({ ...record, underWay: toldNow(work, ownUnderWay(work, record)) }, keyId));

const toldNow = (work: Work, underWay: UnderWay): UnderWay => ({ ...underWay, setAt: underWay.setAt ?? nowOf(work) });

const noted = ({ version, wasAccepted }: Replaced): Pick<UnderWay, "replaces" | "wasAccepted"> => ({
  replaces: version,
  ...(wasAccepted ? { wasAccepted } : {}),
});

/** Records that people went back to another version. */
export const markWentBack = (work: Work, to: VersionId): Promise<RotationRecord> =>
  remember(work, (record) => ({ ...record, wentBack: { to, seenAt: nowOf(work) } }));

/**
 * Records that nothing comes of the version.
 *
 * @param refused why, where people are to hear of it as of a rotation that failed
 */
export const markDropped = (work: Work, refused?: Refused): Promise<RotationRecord> =>
  remember(work, (record) => {
    const at = nowOf(work);
    const { version } = work;
    const failure = { version, step: "createSecret", at, code: "rotation-refused" } as const;
    return dropped(refused ? { ...record, lastFailure: { ...failure, ...refused } } : record, version, at);
  });

const mark = (work: Work, change: (underWay: UnderWay) => UnderWay): Promise<RotationRecord> =>
  remember(work, (record) => ({ ...record, underWay: change(ownUnderWay(work, record)) }));

const ownUnderWay = (work: Work, { underWay }: RotationRecord): UnderWay =>
  underWay?.version === work.version ? underWay : { version: work.version, startedAt: nowOf(work) };
