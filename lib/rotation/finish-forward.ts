import type { Instant } from "../history/history.ts";
import { ROTATION_STEPS } from "./ledger/rotation-record.ts";
import type { RotationTarget } from "./ledger/target.ts";
import type { RotationParts } from "./parts.ts";
import type { VersionId } from "./ports.ts";
import { rotationStep } from "./rotation-step.ts";

/**
 * Runs the steps of a version that hangs in this process, each as far as it is not done: Secrets Manager begins no
 * other rotation before. What the tenant was told of is finished even where rotation is held or switched off by now.
 *
 * @param deadline when this process is ended: milliseconds since the epoch
 * @returns whether it is current now; where nothing comes of it, nothing hangs any more, and another one can be begun
 * @throws as `rotationStep`
 */
export async function finishForward(
  { arn }: RotationTarget,
  version: VersionId,
  deadline: Instant,
  parts: RotationParts,
): Promise<boolean> {
  for (const step of ROTATION_STEPS) {
    if (!(await rotationStep({ step, arn, version, deadline }, parts))) return false;
  }
  return true;
}
