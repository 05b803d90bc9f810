import { S3Client } from "@aws-sdk/client-s3";

/** Ten seconds without a byte are too many; five tries outlast a restart. */
const PATIENCE = { timeout: 10_000, attempts: 5 } as const;

/** Connects to S3. Emulators on loopback know buckets by path only. */
export function s3Client(): S3Client {
  const { timeout, attempts } = PATIENCE;
  return new S3Client({
    maxAttempts: attempts,
    forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined,
    requestHandler: { connectionTimeout: timeout, requestTimeout: timeout, throwOnRequestTimeout: true },
  });
}
