import type { Clock } from "../../../model/clock.ts";
import { invalidRequest, notFound } from "./service-error.ts";
import type { StoredSecret } from "./stored-secret.ts";

/** The secrets of one account and region, and what their operations need beside them. */
export interface Vault {
  readonly secrets: Map<string, StoredSecret>;
  readonly clock: Clock;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
  /** `arn:aws:secretsmanager:<region>:<account>:secret:` */
  readonly arnPrefix: string;
  readonly region: string;
  readonly rotations: Rotations;
}

/** What RotateSecret and CancelRotateSecret start and stop. */
export interface Rotations {
  /** True when there is a function to call. */
  readonly available: boolean;
  /** Begins all four steps for the version that the secret's AWSPENDING label sits on. */
  start(secret: StoredSecret, token: string): void;
  /** Runs testSecret alone against a version that is gone again afterwards. */
  test(secret: StoredSecret, token: string): void;
  /** Gives up retrying. */
  cancel(secret: StoredSecret): void;
}

const SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** A hyphen and six random characters end every ARN. */
const SUFFIX_LENGTH = 7;

/** A new secret's ARN: another one each time, so that a secret of the same name is another secret. */
export function newArn(vault: Vault, name: string): string {
  const letter = () => SUFFIX_ALPHABET[Math.floor(vault.random() * SUFFIX_ALPHABET.length)];
  return `${vault.arnPrefix}${name}-${Array.from({ length: SUFFIX_LENGTH - 1 }, letter).join("")}`;
}

/**
 * The secret of a name, a full ARN or a partial ARN (one without the six random characters).
 * Secrets whose recovery window has ended are gone.
 *
 * @throws ServiceError `ResourceNotFoundException`
 */
export function findSecret(vault: Vault, id: string): StoredSecret {
  const secret = lookUp(vault, id);
  if (!secret) throw notFound();
  return secret;
}

/** Like {@link findSecret}, but undefined when there is none. */
export function lookUp(vault: Vault, id: string): StoredSecret | undefined {
  removeOverdue(vault);
  if (!id.startsWith("arn:")) return vault.secrets.get(id);
  const secrets = [...vault.secrets.values()];
  return secrets.find(({ arn }) => arn === id) ?? secrets.find(({ arn }) => arn.slice(0, -SUFFIX_LENGTH) === id);
}

/**
 * Like {@link findSecret}, for operations that a secret marked for deletion refuses.
 *
 * @throws ServiceError `ResourceNotFoundException` or `InvalidRequestException`
 */
export function findLiveSecret(vault: Vault, id: string): StoredSecret {
  const secret = findSecret(vault, id);
  if (!secret.deletion) return secret;
  throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
}

/** Removes what nobody can restore any more. */
export function removeOverdue(vault: Vault): void {
  const now = vault.clock.now();
  for (const [name, { deletion }] of vault.secrets) {
    if (deletion && deletion.dueAt <= now) vault.secrets.delete(name);
  }
}
