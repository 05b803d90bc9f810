/** What a version holds: text, or bytes as base64, as they travel in requests and answers. */
export interface SecretValue {
  SecretString?: string | undefined;
  SecretBinary?: string | undefined;
}

/** One version of a secret. All times are milliseconds since the Unix epoch. */
export interface StoredVersion {
  readonly id: string;
  /** Null for the version that a rotation has announced and nobody has filled. */
  value: SecretValue | null;
  /** Its staging labels; a version without any is deprecated. */
  readonly stages: Set<string>;
  readonly createdAt: number;
  lastAccessedAt: number | null;
}

/** When the service itself rotates a secret. */
export interface RotationRules {
  AutomaticallyAfterDays?: number | undefined;
  ScheduleExpression?: string | undefined;
  Duration?: string | undefined;
}

/** How a secret is rotated; kept when rotation is switched off. */
export interface RotationSettings {
  enabled: boolean;
  functionArn: string;
  rules: RotationRules;
  /** Null until a rotation has succeeded. */
  lastRotatedAt: number | null;
}

/** A secret with its versions, oldest first. */
export interface StoredSecret {
  readonly name: string;
  readonly arn: string;
  description: string | undefined;
  kmsKeyId: string | undefined;
  readonly tags: Map<string, string>;
  readonly versions: Map<string, StoredVersion>;
  rotation: RotationSettings | null;
  readonly createdAt: number;
  changedAt: number;
  lastAccessedAt: number | null;
  /** When it was marked for deletion and when it goes for good; null while it lives. */
  deletion: { markedAt: number; dueAt: number } | null;
}
