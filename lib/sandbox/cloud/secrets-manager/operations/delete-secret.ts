import * as z from "zod";
import { seconds } from "../describe.ts";
import { defineOperation } from "../operation.ts";
import { invalidParameter, invalidRequest, notFound } from "../service-error.ts";
import { secretId } from "../shapes.ts";
import { findSecret, lookUp, newArn } from "../vault.ts";

const DAY = 86_400_000;
const LONGEST_WINDOW_DAYS = 30;

/** DeleteSecret: marks a secret for deletion after 7 to 30 days, or removes it for good. */
export const deleteSecret = defineOperation(
  z.object({
    SecretId: secretId,
    RecoveryWindowInDays: z.int().optional(),
    ForceDeleteWithoutRecovery: z.boolean().default(false),
  }),
  (vault, { SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery: force }) => {
    checkWindow(RecoveryWindowInDays, force);
    const now = vault.clock.now();
    const secret = lookUp(vault, SecretId);
    // Forcing the deletion of what is not there succeeds: the wanted state is reached.
    if (!secret && force) return { ARN: newArn(vault, SecretId), Name: SecretId, DeletionDate: seconds(now) };
    if (!secret) throw notFound();
    vault.rotations.cancel(secret);
    if (force) {
      vault.secrets.delete(secret.name);
      return { ARN: secret.arn, Name: secret.name, DeletionDate: seconds(now) };
    }
    if (secret.deletion)
      throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
    secret.deletion = { markedAt: now, dueAt: now + (RecoveryWindowInDays ?? LONGEST_WINDOW_DAYS) * DAY };
    return { ARN: secret.arn, Name: secret.name, DeletionDate: seconds(secret.deletion.dueAt) };
  },
);

function checkWindow(days: number | undefined, force: boolean): void {
  if (days === undefined) return;
  if (force)
    throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  if (days >= 7 && days <= LONGEST_WINDOW_DAYS) return;
  throw invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
}

/** RestoreSecret: takes the mark away; restoring a secret that is not marked changes nothing. */
export const restoreSecret = defineOperation(z.object({ SecretId: secretId }), (vault, { SecretId }) => {
  const secret = findSecret(vault, SecretId);
  secret.deletion = null;
  return { ARN: secret.arn, Name: secret.name };
});
