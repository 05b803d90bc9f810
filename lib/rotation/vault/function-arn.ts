import { CurfewError } from "../../model/curfew-error.ts";

/** The one name of the deployed rotation function: so its ARN follows from that of a secret. */
export const ROTATION_FUNCTION = "curfew-rotate-secret";

/**
 * The ARN of the rotation function that looks after a secret: Secrets Manager only calls functions of its own account
 * and region.
 *
 * @throws CurfewError `vault-failed` for what is no ARN of a secret
 */
export function rotationFunctionArn(secretArn: string): string {
  const [, partition, region, account] = /^arn:([^:]+):secretsmanager:([^:]+):([^:]+):secret:/.exec(secretArn) ?? [];
  if (partition === undefined) {
    throw new CurfewError("vault-failed", `${JSON.stringify(secretArn)} is not the ARN of a secret.`);
  }
  return `arn:${partition}:lambda:${region}:${account}:function:${ROTATION_FUNCTION}`;
}
