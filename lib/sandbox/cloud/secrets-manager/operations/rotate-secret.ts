import * as z from "zod";
import { defineOperation } from "../operation.ts";
import { invalidRequest, ServiceError } from "../service-error.ts";
import { clientRequestToken, secretId } from "../shapes.ts";
import { CURRENT, moveStage, PENDING, versionWithStage } from "../staging-labels.ts";
import type { RotationRules, StoredSecret } from "../stored-secret.ts";
import { findLiveSecret, type Vault } from "../vault.ts";
import { addVersion, tokenInUse } from "../versions.ts";

const rules = z.object({
  AutomaticallyAfterDays: z.int().min(1).max(1000).optional(),
  ScheduleExpression: z.string().min(1).max(256).optional(),
  Duration: z.string().min(2).max(3).optional(),
});

/** RotateSecret: sets how a secret is rotated and begins at once, or only has the function's test step run. */
export const rotateSecret = defineOperation(
  z.object({
    SecretId: secretId,
    ClientRequestToken: clientRequestToken,
    RotationLambdaARN: z.string().max(2048).optional(),
    RotationRules: rules.optional(),
    RotateImmediately: z.boolean().default(true),
  }),
  (vault, { ClientRequestToken: token, RotateImmediately, ...input }) => {
    const secret = findLiveSecret(vault, input.SecretId);
    const functionArn = requiredFunction(vault, secret, input.RotationLambdaARN);
    const pending = versionWithStage(secret, PENDING);
    if (pending?.id === token) return answer(secret, token);
    if (pending && pending !== versionWithStage(secret, CURRENT)) {
      throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");
    }
    if (secret.versions.has(token)) throw tokenInUse(secret, token);
    configure(secret, functionArn, input.RotationRules, vault.clock.now());
    announceVersion(secret, token, vault.clock.now());
    if (RotateImmediately) vault.rotations.start(secret, token);
    else vault.rotations.test(secret, token);
    return answer(secret, token);
  },
);

function requiredFunction(vault: Vault, secret: StoredSecret, requested: string | undefined): string {
  const functionArn = requested ?? secret.rotation?.functionArn;
  if (functionArn === undefined)
    throw invalidRequest("No Lambda rotation function ARN is associated with this secret.");
  if (vault.rotations.available) return functionArn;
  throw new ServiceError("AccessDeniedException", "Secrets Manager cannot invoke the specified Lambda function.");
}

function configure(secret: StoredSecret, functionArn: string, wanted: RotationRules | undefined, now: number): void {
  const { rules: known = {}, lastRotatedAt = null } = secret.rotation ?? {};
  secret.rotation = { enabled: true, functionArn, rules: wanted ?? known, lastRotatedAt };
  secret.changedAt = now;
}

/** The version that the function will fill: there, labelled, and without a value. */
function announceVersion(secret: StoredSecret, token: string, now: number): void {
  moveStage(secret, PENDING, addVersion(secret, token, now));
}

/** CancelRotateSecret: switches rotation off; a version that is pending stays so, and its id is told. */
export const cancelRotateSecret = defineOperation(z.object({ SecretId: secretId }), (vault, { SecretId }) => {
  const secret = findLiveSecret(vault, SecretId);
  vault.rotations.cancel(secret);
  if (secret.rotation) secret.rotation.enabled = false;
  secret.changedAt = vault.clock.now();
  return answer(secret, versionWithStage(secret, PENDING)?.id);
});

function answer({ arn, name }: StoredSecret, token: string | undefined): object {
  return { ARN: arn, Name: name, VersionId: token };
}
