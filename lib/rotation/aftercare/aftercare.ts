import type { Instant } from "../../history/history.ts";
import { boundedParts } from "../bounded-parts.ts";
import { recordingFailure } from "../failures.ts";
import { readRotation } from "../ledger/ledger.ts";
import { type Aftercare, isOpen } from "../ledger/rotation-record.ts";
import type { RotationTarget } from "../ledger/target.ts";
import type { RotationParts } from "../parts.ts";
import type { VersionId } from "../ports.ts";
import { atWork } from "../work.ts";
import { takeCare } from "./care.ts";

/**
 * Does what can be done by the deadline of everything that is left of a credential's rotations: proves that old
 * secrets are dead; waits out the overlap of old keys, detaches and deletes them, and proves the same. May be run at
 * any time again.
 *
 * @param deadline when this process is ended: milliseconds since the epoch
 * @returns what is still to be done
 * @throws as `rotationStep`, when everything was tried
 */
export async function runAftercare(
  target: RotationTarget,
  deadline: Instant,
  parts: RotationParts,
): Promise<readonly Aftercare[]> {
  const open = () => openAftercare(target, deadline, parts);
  const failures: unknown[] = [];
  for (const { current } of await open()) {
    await careFor(target, current, deadline, parts).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
  return open();
}

async function openAftercare(
  target: RotationTarget,
  deadline: Instant,
  parts: RotationParts,
): Promise<readonly Aftercare[]> {
  const record = await readRotation(boundedParts(parts, deadline).table, target);
  return record?.aftercare.filter(isOpen) ?? [];
}

/** Under the lease of the rotation that it belongs to: its own steps may go on at the same time, no other's. */
function careFor(target: RotationTarget, version: VersionId, deadline: Instant, parts: RotationParts): Promise<void> {
  const request = { target, version, deadline };
  return recordingFailure({ ...request, step: "aftercare" }, parts, () => atWork(request, parts, takeCare));
}
