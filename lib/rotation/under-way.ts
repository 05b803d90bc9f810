import type { RotationRecord } from "./rotation-record.ts";
import { nowOf, remember, type Work } from "./work.ts";

type UnderWay = NonNullable<RotationRecord["underWay"]>;

/** Records that a version is being made. */
export const markBegun = (work: Work): Promise<RotationRecord> => mark(work, (underWay) => underWay);

/** Records that the tenant may be told of the version from now on; written before it is. */
export const markTold = (work: Work): Promise<RotationRecord> =>
  mark(work, (underWay) => ({ ...underWay, setAt: underWay.setAt ?? nowOf(work) }));

/** Records that nothing comes of the version: the tenant never took it. */
export const markDropped = (work: Work): Promise<RotationRecord> =>
  remember(work, ({ underWay, ...record }) =>
    underWay && underWay.version !== work.version ? { ...record, underWay } : record,
  );

const mark = (work: Work, change: (underWay: UnderWay) => UnderWay): Promise<RotationRecord> =>
  remember(work, (record) => ({ ...record, underWay: change(ownUnderWay(work, record)) }));

const ownUnderWay = (work: Work, { underWay }: RotationRecord): UnderWay =>
  underWay?.version === work.version ? underWay : { version: work.version, startedAt: nowOf(work) };
