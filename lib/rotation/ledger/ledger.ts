import { isDeepStrictEqual } from "node:util";
import { updateRow } from "../../history/update-row.ts";
import { type Table, tenantPartition } from "../../store/table.ts";
import { refusedError } from "../refusal.ts";
import { isOpen, ROTATION_PREFIX, type RotationOrder, type RotationRecord, rotationKey } from "./rotation-record.ts";
import { type RotationTarget, targetKey } from "./target.ts";

/** Whose secret this is; undefined when nobody said so. */
export async function readTarget(table: Table, arn: string): Promise<RotationTarget | undefined> {
  return (await table.get<RotationTarget>(targetKey(arn)))?.value;
}

/**
 * Says whose secret this is. What was said once stays: a secret never changes its client. What a configuration alone
 * said may be a slip, and is said anew as long as nothing came of it.
 *
 * @returns false, with nothing written, when the secret belongs to another tenant, client or kind already
 */
export async function writeTarget(table: Table, target: RotationTarget): Promise<boolean> {
  const key = targetKey(target.arn);
  const row = await table.get<RotationTarget>(key);
  if (row && isSameOwner(row.value, target) && !isWord(target, row.value)) return true;
  if (row && !isSameOwner(row.value, target) && (await isSettled(table, row.value))) return false;
  return (await table.put(key, target, { ifVersion: row?.version ?? 0 })) || writeTarget(table, target);
}

/** Whose secret this is for good; undefined as long as a configuration may say something else. */
export async function settledOwner(table: Table, arn: string): Promise<RotationTarget | undefined> {
  const known = await readTarget(table, arn);
  return known && (await isSettled(table, known)) ? known : undefined;
}

/** Whoever adopts a secret has seen Auth0 accept it, and an incident tells Auth0: neither is a slip in a file. */
async function isSettled(table: Table, target: RotationTarget): Promise<boolean> {
  if (target.writtenBy !== "deploy") return true;
  const record = await recordOfCredential(table, target);
  if (record?.former?.arn === target.arn) return true;
  return record?.arn === target.arn && (record.promoted ?? record.underWay) !== undefined;
}

/** A person's word for what only a configuration said before. */
const isWord = (target: RotationTarget, known: RotationTarget): boolean =>
  known.writtenBy === "deploy" && target.writtenBy !== "deploy";

const isSameOwner = (one: RotationTarget, other: RotationTarget): boolean =>
  isDeepStrictEqual(identity(one), identity(other));

const identity = ({ arn, tenant, clientId, kind }: RotationTarget) => ({ arn, tenant, clientId, kind });

/** What is remembered of the rotations of a credential; undefined when there was none. */
export async function readRotation(table: Table, target: RotationTarget): Promise<RotationRecord | undefined> {
  const row = await table.get<RotationRecord>(rotationKey(target.tenant, target.clientId));
  return row && recordFor(target, row.value);
}

/** What is remembered of the credential, whatever secret that is about. */
export async function recordOfCredential(
  table: Table,
  { tenant, clientId }: Pick<RotationTarget, "tenant" | "clientId">,
): Promise<RotationRecord | undefined> {
  return (await table.get<RotationRecord>(rotationKey(tenant, clientId)))?.value;
}

/**
 * Changes what is remembered, so that nobody's change is lost: `change` is applied again to what somebody else wrote
 * meanwhile. Nothing is written where nothing changes.
 *
 * @returns the record as it is now
 * @throws CurfewError `rotation-refused` (`not-configured`) while the record is about another secret that is unfinished
 */
export async function changeRotation(
  table: Table,
  target: RotationTarget,
  change: (record: RotationRecord) => RotationRecord,
): Promise<RotationRecord> {
  return changeRow(table, target, (known) => change(recordFor(target, known)));
}

/**
 * As {@link changeRotation}, for what is to be remembered of the credential whatever secret the record is about: also
 * that one secret waits for the other is seen only if it is on record.
 */
export const noteRotation = (
  table: Table,
  target: RotationTarget,
  change: (record: RotationRecord) => RotationRecord,
): Promise<RotationRecord> =>
  changeRow(table, target, (known) => change(known && isUnfinished(known) ? known : recordFor(target, known)));

async function changeRow(
  table: Table,
  { tenant, clientId }: Pick<RotationTarget, "tenant" | "clientId">,
  change: (known: RotationRecord | undefined) => RotationRecord,
): Promise<RotationRecord> {
  const key = rotationKey(tenant, clientId);
  return (await updateRow(table, key, await table.get<RotationRecord>(key), change)).value;
}

/** The records of all credentials of a tenant that were ever rotated or ordered to be. */
export async function listRotations(table: Table, tenant: string): Promise<RotationRecord[]> {
  const records: RotationRecord[] = [];
  for await (const { value } of table.list<RotationRecord>(tenantPartition(tenant), { prefix: ROTATION_PREFIX })) {
    records.push(value);
  }
  return records;
}

/**
 * Records who asks for a version, before anybody calls RotateSecret with it or finishes it forward. A version that
 * hangs is ordered again, by its own id; where it was promoted once, that is kept with the order.
 */
export const orderRotation = (table: Table, target: RotationTarget, order: RotationOrder): Promise<RotationRecord> =>
  changeRotation(table, target, (record) => {
    const { version, at } = record.promoted ?? {};
    const before = version === order.version && at !== undefined ? { promotedBefore: at } : {};
    return { ...record, order: { ...order, ...before } };
  });

/** A person lets automatic tries go on, whatever secret the record is about: what status shows as held, this lifts. */
export const resumeRotation = (table: Table, target: RotationTarget): Promise<RotationRecord> =>
  changeRow(table, target, (known) => {
    const { held: _, failedOrder: __, ...record } = known ?? recordFor(target, known);
    return { ...record, failures: 0 };
  });

/**
 * A credential may be moved to another secret. What is remembered of the former one ends then, but not while a value
 * of it is on its way or an old one still to be taken away: versions of one secret mean nothing to the other. What
 * could not be proven of an old one stays on record, and so do a hold and what is known of the application and of what
 * promotions took back; what was promoted in the former secret counts again where that is configured again, after a mistake for instance.
 */
function recordFor(target: RotationTarget, known: RotationRecord | undefined): RotationRecord {
  const { clientId, arn, kind } = target;
  if (known?.arn === arn) return known;
  if (known && isUnfinished(known)) {
    throw refusedError({
      refusal: "not-configured",
      message: `The last rotation of ${clientId} is not finished, and it was in the secret ${known.arn}; configure that one until it is.`,
    });
  }
  const { aftercare = [], lastProof, former, ownKeys, tookBack } = known ?? {};
  return {
    ...{ clientId, arn, kind, failures: 0, aftercare },
    ...(known ? holdOf(known) : {}),
    ...(known?.kind === kind && known.acceptedAt !== undefined ? { acceptedAt: known.acceptedAt } : {}),
    ...(lastProof ? { lastProof } : {}),
    ...(ownKeys ? { ownKeys } : {}),
    ...(tookBack ? { tookBack } : {}),
    ...(former?.arn === arn ? { promoted: former.promoted } : {}),
    ...(known?.promoted ? { former: { arn: known.arn, promoted: known.promoted } } : former ? { former } : {}),
  };
}

/** Only a person lifts a hold, whatever is configured meanwhile; what it was for goes along. */
const holdOf = ({ held, failures, lastFailure }: RotationRecord): Partial<RotationRecord> =>
  held ? { held, failures, ...(lastFailure ? { lastFailure } : {}) } : {};

/** A value that its tenant may have been told of, or an old one that is still to be taken away. */
export const isUnfinished = ({ underWay, aftercare }: RotationRecord): boolean =>
  underWay?.setAt !== undefined || aftercare.some(isOpen);
