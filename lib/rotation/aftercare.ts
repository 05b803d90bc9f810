import type { Instant } from "../history/history.ts";
import { CurfewError } from "../model/curfew-error.ts";
import type { RotationParts } from "./parts.ts";
import type { Aftercare } from "./rotation-record.ts";
import type { RotationTarget } from "./target.ts";

/**
 * Does what can be done by the deadline of everything that is left of a credential's rotations: proves that old
 * secrets are dead; waits out the overlap of old keys, detaches and deletes them, and proves the same. May be run at
 * any time again.
 *
 * @param deadline when this process is ended: milliseconds since the epoch
 * @returns what is still to be done
 * @throws as `rotationStep`
 */
export async function runAftercare(
  target: RotationTarget,
  _deadline: Instant,
  _parts: RotationParts,
): Promise<readonly Aftercare[]> {
  throw new CurfewError("rotation-unfinished", `The aftercare of ${target.clientId} is not written yet.`);
}
