import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import type { VersionId } from "../ports.ts";
import { nowOf, remember, type Work } from "../work.ts";
import { changeRotation } from "./ledger.ts";
import { type Aftercare, type RotationRecord, withOwnKey } from "./rotation-record.ts";
import type { RotationTarget } from "./target.ts";

type UnderWay = NonNullable<RotationRecord["underWay"]>;

/** What a new credential takes the place of. */
export interface Replaced {
  version: VersionId;
  /** Whether the tenant was seen to accept it until then; else it only bore AWSCURRENT. */
  wasAccepted: boolean;
}

/** Records that a version is being made. */
export const markBegun = (work: Work): Promise<RotationRecord> => mark(work, (underWay) => underWay);

/** Records that a version is promoted once more that was replaced before; who comes after a death records the promotion. */
export const markReplaced = (work: Work): Promise<RotationRecord> =>
  mark(work, (underWay) => ({ ...underWay, wasReplaced: true }));

/**
 * Records that the tenant may be told of the version from now on; written before it is. What it was seen to accept last
 * counts; what only bore AWSCURRENT counts where nothing is known, since people may have stored another value since.
 *
 * @param replaced left out where that is not known anew
 */
export const markTold = (work: Work, replaced?: Replaced): Promise<RotationRecord> =>
  mark(work, (underWay) => ({
    ...toldNow(work, underWay),
    ...(replaced && (replaced.wasAccepted || underWay.replaces === undefined) ? noted(replaced) : {}),
  }));

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

/** What this version took the place of when the tenant was told of it; undefined where it was not. */
export function replacedBy({ version }: Work, record: RotationRecord | undefined): Replaced | undefined {
  const { underWay } = record ?? {};
  if (underWay?.version !== version || underWay.replaces === undefined) return undefined;
  return { version: underWay.replaces, wasAccepted: underWay.wasAccepted === true };
}

/**
 * Records that nothing comes of the version: the tenant does not take it. What was planned for after its promotion is
 * not to be done either; where it was promoted and nobody came to record it, somebody set another one since. The order
 * stays, since it may say that the version was promoted before, but it is over.
 */
export const markDropped = (work: Work): Promise<RotationRecord> =>
  remember(work, ({ underWay, order, ...record }) => ({
    ...record,
    ...(underWay && underWay.version !== work.version ? { underWay } : {}),
    ...(order ? { order: order.version === work.version ? { ...order, cameToNothing: nowOf(work) } : order } : {}),
    aftercare: record.aftercare.map((one) =>
      one.current === work.version && one.promotedAt === undefined ? { ...one, ...NOTHING_CAME } : one,
    ),
  }));

/** The version of a secret that its tenant was told of, whatever became of its label: it comes to its end in any case. */
export const toldVersion = (record: RotationRecord | undefined, arn: string): VersionId | undefined =>
  record?.arn !== arn || record.underWay?.setAt === undefined ? undefined : record.underWay.version;

/**
 * Of a version that is current: whether it is to be seen to that Auth0 accepts it, as for one that is pending. A person
 * may have made it current before Auth0 was told of it, or set another secret at Auth0. What was replaced once is never
 * set again.
 */
export const isToBeTold = ({ underWay }: Pick<RotationRecord, "underWay"> = {}, version: VersionId): boolean =>
  underWay?.version === version && underWay.wasReplaced !== true;

/**
 * Records what was seen of the labels: which version is current although Auth0 was not told of it, and since when.
 *
 * @param early undefined where none is
 */
export const noteEarly = (table: Table, target: RotationTarget, early: VersionId | undefined, now: Instant) =>
  changeRotation(table, target, (record) => {
    if (!record.underWay) return record;
    const { earlySince = now, ...underWay } = record.underWay;
    return { ...record, underWay: underWay.version === early ? { ...underWay, earlySince } : underWay };
  });

/** Since when applications are refused, as far as is known, because a person made a version current too early. */
export const earlySince = ({ underWay }: Pick<RotationRecord, "underWay">): Instant | undefined =>
  underWay?.setAt === undefined ? underWay?.earlySince : undefined;

const NOTHING_CAME: Pick<Aftercare, "notProvable" | "ending"> = {
  notProvable: "Nothing came of the version that was to replace the old credential.",
  ending: "nothing-came",
};

const mark = (work: Work, change: (underWay: UnderWay) => UnderWay): Promise<RotationRecord> =>
  remember(work, (record) => ({ ...record, underWay: change(ownUnderWay(work, record)) }));

const ownUnderWay = (work: Work, { underWay }: RotationRecord): UnderWay =>
  underWay?.version === work.version ? underWay : { version: work.version, startedAt: nowOf(work) };
