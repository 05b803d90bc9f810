import type { Instant } from "../../history/history.ts";
import { hasCode } from "../../model/curfew-error.ts";
import { secretNameOf } from "../credentials/credential-text.ts";
import { isUnfinished, noteRotation } from "../ledger/ledger.ts";
import { type Aftercare, isOpen, type RotationRecord } from "../ledger/rotation-record.ts";
import type { RotationTarget } from "../ledger/target.ts";
import type { RotationParts } from "../parts.ts";

const GONE = "The secret that held the old credential was deleted, so nobody can be asked about it.";

/**
 * Ends what is unfinished of a secret that does not exist any more, because somebody deleted it and made another one
 * in its place: a value that is gone with it can neither be finished nor proven dead. Without this the credential would
 * wait for the former secret for ever.
 *
 * @param target the credential with the secret that it has now
 * @returns the record as it is now
 * @throws CurfewError `store-failed`
 */
export async function leaveGoneSecret(
  target: RotationTarget,
  record: RotationRecord | undefined,
  parts: Pick<RotationParts, "vault" | "table" | "clock">,
): Promise<RotationRecord | undefined> {
  if (!record || record.arn === target.arn || !isUnfinished(record) || !(await isGone(record.arn, target, parts))) {
    return record;
  }
  const now = Math.round(parts.clock.now());
  return noteRotation(parts.table, target, (known) => (known.arn === record.arn ? withoutSecret(known, now) : known));
}

/**
 * No two secrets have one name, so one that bears the name by now says that the former is gone. The function that
 * asks may use secrets with a tag only, and one that is gone has none: then that it is gone stays unknown.
 */
async function isGone(former: string, { arn }: RotationTarget, { vault }: Pick<RotationParts, "vault">) {
  if (secretNameOf(former) === secretNameOf(arn)) return true;
  try {
    await vault.describe(former);
    return false;
  } catch (error) {
    return hasCode(error, "not-found");
  }
}

function withoutSecret({ underWay: _, ...record }: RotationRecord, givenUpAt: Instant): RotationRecord {
  const closed = (care: Aftercare): Aftercare => (isOpen(care) ? { ...care, notProvable: GONE, givenUpAt } : care);
  return { ...record, aftercare: record.aftercare.map(closed) };
}
