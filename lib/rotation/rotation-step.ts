import type { Instant } from "../history/history.ts";
import { CurfewError } from "../model/curfew-error.ts";
import type { RotationParts } from "./parts.ts";
import type { VersionId } from "./ports.ts";
import type { RotationStep } from "./rotation-record.ts";

/** One step of a rotation, as Secrets Manager asks for it. */
export interface StepRequest {
  step: RotationStep;
  /** The secret's whole ARN. */
  arn: string;
  /** The version that is to become current. */
  version: VersionId;
  /** When this process is ended: milliseconds since the epoch. */
  deadline: Instant;
}

/**
 * Does one step of a rotation. Each may be repeated at any time, whatever became of it before.
 *
 * @throws CurfewError `rotation-refused` (its detail is a Refusal), `rotation-busy` while somebody else holds the lease,
 * `rotation-unfinished` when it can be tried again, or what the ports failed with. What went wrong is recorded before.
 */
export async function rotationStep(request: StepRequest, _parts: RotationParts): Promise<void> {
  throw new CurfewError("rotation-unfinished", `${request.step} is not written yet.`);
}
