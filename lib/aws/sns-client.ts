import type { SNSClient } from "@aws-sdk/client-sns";

/** The SDK, and a client of it. */
export interface Sns {
  sdk: typeof import("./sns-sdk.ts");
  client: SNSClient;
}

/** How patient to be with SNS. */
export interface SnsOptions {
  /** How long one request may take, in milliseconds. */
  timeout?: number;
  /** How often to try in all; the SDK waits between tries. */
  attempts?: number;
}

/** Ten seconds a try and three tries, as with Secrets Manager. */
const DEFAULTS = { timeout: 10_000, attempts: 3 } as const;

/**
 * Connects to SNS at the first use and not before; region, credentials and `AWS_ENDPOINT_URL_SNS` are found the way
 * the SDK always finds them.
 *
 * @param region where a topic's ARN says; the SDK's own when left out
 */
export function lazySns(options: SnsOptions = {}, region?: string): () => Promise<Sns> {
  const { timeout, attempts } = { ...DEFAULTS, ...options };
  let ready: Promise<Sns> | undefined;
  const connect = async (): Promise<Sns> => {
    const sdk = await import("./sns-sdk.ts");
    const requestHandler = { connectionTimeout: timeout, requestTimeout: timeout, throwOnRequestTimeout: true };
    const where = region === undefined ? {} : { region };
    return { sdk, client: new sdk.SNSClient({ maxAttempts: attempts, requestHandler, ...where }) };
  };
  return () => {
    ready ??= connect();
    return ready;
  };
}

/** The region of a topic: `arn:<partition>:sns:<region>:<account>:<name>`. */
export const regionOf = (topicArn: string): string | undefined => topicArn.split(":")[3] || undefined;
