import { stagesByVersion } from "./staging-labels.ts";
import type { RotationSettings, StoredSecret } from "./stored-secret.ts";

const DAY = 86_400_000;

/** Seconds since the Unix epoch, as JSON 1.1 carries times. */
export function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}

/** Last access is known to the day only. Seconds since the Unix epoch; undefined when there was none. */
export function accessDay(milliseconds: number | null): number | undefined {
  return milliseconds === null ? undefined : (Math.floor(milliseconds / DAY) * DAY) / 1000;
}

/** What DescribeSecret and ListSecrets both tell of a secret. */
export function describe(secret: StoredSecret): object {
  const { name, arn, description, kmsKeyId, rotation, tags, createdAt, changedAt, lastAccessedAt, deletion } = secret;
  return {
    ARN: arn,
    Name: name,
    Description: description,
    KmsKeyId: kmsKeyId,
    Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
    CreatedDate: seconds(createdAt),
    LastChangedDate: seconds(changedAt),
    LastAccessedDate: accessDay(lastAccessedAt),
    ...(deletion ? { DeletedDate: seconds(deletion.dueAt) } : {}),
    ...(rotation ? describeRotation(rotation, createdAt) : {}),
  };
}

/** The labels of every version that has some. */
export function describeStages(secret: StoredSecret): Record<string, string[]> | undefined {
  return secret.versions.size === 0 ? undefined : stagesByVersion(secret);
}

function describeRotation({ enabled, functionArn, rules, lastRotatedAt }: RotationSettings, createdAt: number): object {
  const days = rules.AutomaticallyAfterDays;
  const next = enabled && days !== undefined ? (lastRotatedAt ?? createdAt) + days * DAY : undefined;
  return {
    RotationEnabled: enabled,
    RotationLambdaARN: functionArn,
    RotationRules: rules,
    LastRotatedDate: lastRotatedAt === null ? undefined : seconds(lastRotatedAt),
    NextRotationDate: next === undefined ? undefined : seconds(next),
  };
}
