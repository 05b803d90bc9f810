import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { DeployedConfig } from "../config/deployed-config.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { bucketFailure } from "./bucket-failure.ts";
import { s3Client } from "./s3-client.ts";

/**
 * Reads the configuration that was validated when the stack was synthesized, and travels as one JSON asset.
 * Its key holds the hash of its content, so that what was read once stays true.
 *
 * @throws CurfewError `configuration-invalid` when it is empty, `store-failed` when it cannot be read
 */
export async function readDeployedConfig(bucket: string, key: string): Promise<DeployedConfig> {
  const text = await readText(bucket, key);
  if (text) return JSON.parse(text) as DeployedConfig;
  throw new CurfewError("configuration-invalid", "The deployed configuration is empty; deploy the stack again.");
}

async function readText(bucket: string, key: string): Promise<string | undefined> {
  try {
    const { Body } = await s3Client().send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await Body?.transformToString();
  } catch (error) {
    throw bucketFailure(bucket, error);
  }
}
