import type { Instant } from "../history/history.ts";
import { CurfewError } from "../model/curfew-error.ts";
import type { RotationParts } from "./parts.ts";
import type { VersionId } from "./ports.ts";
import type { RotationTarget } from "./target.ts";

/**
 * Runs the steps of a version that hangs in this process, each as far as it is not done: Secrets Manager begins no
 * other rotation before. What the tenant was told of is finished even where rotation is held or switched off by now.
 *
 * @param deadline when this process is ended: milliseconds since the epoch
 * @throws as `rotationStep`
 */
export async function finishForward(
  target: RotationTarget,
  _version: VersionId,
  _deadline: Instant,
  _parts: RotationParts,
): Promise<void> {
  throw new CurfewError("rotation-unfinished", `Finishing the rotation of ${target.clientId} is not written yet.`);
}
