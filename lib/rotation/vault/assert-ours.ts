import type { VaultSecret } from "../ports.ts";
import { refusedError } from "../refusal.ts";
import { ROTATION_FUNCTION } from "./function-arn.ts";

/** RotateSecret would switch on what somebody switched off, and would call whatever function is set. */
export function assertOurs({ name, rotationEnabled, rotationFunction }: VaultSecret): void {
  if (rotationEnabled && rotationFunction?.includes(`:function:${ROTATION_FUNCTION}`)) return;
  const why = rotationEnabled
    ? `is rotated by another function than ${ROTATION_FUNCTION}`
    : "has its rotation switched off";
  throw refusedError({
    refusal: "rotation-disabled",
    message: `The secret ${name} ${why} in Secrets Manager; curfew rotate adopt sets it right.`,
  });
}
