import type { Instant } from "../../history/history.ts";
import type { Key } from "../../store/table.ts";

/** What a rotated credential is. */
export const CREDENTIAL_KINDS = ["client-secret", "private-key"] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/**
 * `SECRET#<arn>`: which tenant's client a secret of Secrets Manager belongs to. The only place that a rotation takes
 * its target from: the secret's own content, which its consumers may write, never chooses it.
 */
export interface RotationTarget {
  /** The secret's whole ARN, with the six characters that Secrets Manager appended. */
  arn: string;
  /** The tenant's name in the configuration. */
  tenant: string;
  clientId: string;
  kind: CredentialKind;
  /** Who said so. */
  writtenBy: "deploy" | "adopt" | "incident";
  at: Instant;
}

export const targetKey = (arn: string): Key => ({ partition: `SECRET#${arn}`, sort: "TARGET" });
