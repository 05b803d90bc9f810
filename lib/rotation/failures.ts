import { CurfewError, type ErrorCode } from "../model/curfew-error.ts";
import { boundedParts } from "./bounded-parts.ts";
import { isRefusedOrder, wasDropped } from "./ledger/failing.ts";
import { noteRotation } from "./ledger/ledger.ts";
import { overdueFrom } from "./ledger/overdue.ts";
import {
  type Failure,
  isOpen,
  type RotationFailure,
  type RotationRecord,
  type RotationStep,
} from "./ledger/rotation-record.ts";
import type { RotationParts } from "./parts.ts";
import type { VersionId } from "./ports.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import type { WorkRequest } from "./work.ts";

/** So many failed tries of automatic orders, one after the other, hold a credential. */
const TRIES = 3;

/** There is nothing that a person must put right before a rotation could succeed. */
const NOT_HELD: readonly (Refusal | null)[] = ["rotate-off", "rotation-disabled", "version-unknown", "fields-changed"];

/** They say nothing about the rotation itself. */
const NOT_COUNTED: readonly ErrorCode[] = ["rotation-busy", "interrupted"];

/** What is tried: a step of a rotation, or what its promotion left to do. */
type Try = WorkRequest & { step: RotationStep | "aftercare" };

/**
 * Does one step, and records what goes wrong with it before it is thrown on.
 *
 * @throws whatever the step rejects with, also when it cannot be recorded
 */
export async function recordingFailure<T>(request: Try, parts: RotationParts, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    await recordFailure(request, parts, error);
    throw error;
  }
}

async function recordFailure(
  { target, version, step, deadline }: Try,
  parts: RotationParts,
  error: unknown,
): Promise<void> {
  const failure = { at: Math.round(parts.clock.now()), ...described(error) };
  const { table } = boundedParts(parts, deadline);
  try {
    await noteRotation(table, target, (record) =>
      step === "aftercare"
        ? withCareFailure(record, version, failure)
        : withFailure(record, { version, step, ...failure }),
    );
  } catch (second) {
    // The step's own error is thrown: it is the one that says what to do, and it is counted the next time.
    if (!(second instanceof CurfewError)) throw second;
  }
}

function described(error: unknown): Omit<Failure, "at"> {
  if (error instanceof CurfewError) return { code: error.code, refusal: refusalOf(error), message: error.message };
  const name = error instanceof Error && /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : "Error";
  return { code: "rotation-unfinished", refusal: null, message: `The step failed unexpectedly (${name}).` };
}

/**
 * What becomes of a record by a failure. A refusal holds the credential at once, since only a person can change it,
 * unless it is the answer to a person who watches and nothing was begun; otherwise failed tries of automatic orders are
 * counted, each order once, and too many hold it.
 */
export function withFailure(record: RotationRecord, failure: RotationFailure): RotationRecord {
  // What holds it is on record; that it is held says nothing new.
  if (isForeign(record, failure) || failure.refusal === "held") return record;
  const failed: RotationRecord = { ...record, lastFailure: failure };
  if (NOT_COUNTED.includes(failure.code)) return failed;
  if (failure.refusal === null) return counted(failed, failure);
  return NOT_HELD.includes(failure.refusal) || isRefusedOrder(failed) ? failed : hold(failed, failure);
}

/**
 * Failures that are none of the rotation's: Secrets Manager tests a configuration with a version of its own, which
 * nobody rotates to, and that changes nothing; and a version that is promoted has succeeded, whatever fails after that,
 * unless it was ordered again since, to rid it of a label. Nor is what fails of a version that was dropped.
 */
function isForeign(record: RotationRecord, { step, version }: RotationFailure): boolean {
  const { underWay, promoted, order } = record;
  if (wasDropped(record, version)) return true;
  if (promoted?.version === version) return order?.version !== version || order.promotedBefore !== promoted.at;
  return step === "testSecret" && underWay?.version !== version;
}

/**
 * What becomes of a record by a failure of what the promotion of a version left to do. Who waits for their turn has not
 * failed. An old credential that cannot even be asked about is as bad as one that is accepted: whoever has it may get in.
 */
export function withCareFailure(record: RotationRecord, version: VersionId, failure: Failure): RotationRecord {
  if (failure.code === "rotation-busy") return record;
  const aftercare = record.aftercare.map((care) => {
    if (care.current !== version || !isOpen(care)) return care;
    const isLate = care.promotedAt !== undefined && failure.at >= overdueFrom(care);
    return { ...care, failure, ...(isLate ? { overdueSince: care.overdueSince ?? failure.at } : {}) };
  });
  return { ...record, aftercare };
}

function counted(record: RotationRecord, failure: RotationFailure): RotationRecord {
  if (!isAutomatic(record, failure.version) || record.order?.at === record.failedOrder) return record;
  const failures = record.failures + 1;
  const next: RotationRecord = { ...record, failures, ...(record.order ? { failedOrder: record.order.at } : {}) };
  return failures < TRIES ? next : hold(next, failure);
}

const isAutomatic = ({ order }: RotationRecord, version: VersionId): boolean =>
  order?.version === version && order.by === "schedule";

const hold = (record: RotationRecord, { at, refusal, message }: RotationFailure): RotationRecord => ({
  ...record,
  held: { since: record.held?.since ?? at, refusal, message },
});
