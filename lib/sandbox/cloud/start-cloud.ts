import type { Clock } from "../../model/clock.ts";
import { REGION } from "./account.ts";
import { type Messaging, type MessagingPlan, startMessaging } from "./messaging/start-messaging.ts";
import {
  type SecretsManager,
  type SecretsManagerOptions,
  startSecretsManager,
} from "./secrets-manager/start-secrets-manager.ts";
import { type DynamoDb, startDynamoDb } from "./start-dynamodb.ts";
import { type Slack, startSlack } from "./start-slack.ts";
import { type StepFunctions, startStepFunctions } from "./state-machine/start-step-functions.ts";

/** What is there from the start. */
export interface CloudPlan extends MessagingPlan {
  /** Names of tables with the keys `pk` and `sk`. */
  tables?: readonly string[];
  /** Of Secrets Manager and Slack; the emulators of the other services have the machine's time. */
  clock?: Clock;
  secretsManager?: Omit<SecretsManagerOptions, "clock">;
}

/** The AWS side of the world on a laptop. */
export interface Cloud extends AsyncDisposable {
  readonly secretsManager: SecretsManager;
  readonly dynamoDb: DynamoDb;
  readonly messaging: Messaging;
  readonly slack: Slack;
  readonly stepFunctions: StepFunctions;
  /** With these variables the real clients of the AWS SDK talk to this world, unchanged. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Starts Secrets Manager, DynamoDB, SNS, SQS, S3, Step Functions and a Slack webhook, all on loopback ports and in memory.
 *
 * @example
 * await using cloud = await startCloud({ tables: ["curfew"], buckets: ["evidence"], topics: ["curfew-alerts"] });
 * Object.assign(process.env, cloud.env);
 */
export async function startCloud({ tables, clock, secretsManager, ...plan }: CloudPlan = {}): Promise<Cloud> {
  await using started = new AsyncDisposableStack();
  const time = clock ? { clock } : {};
  const servers = [
    startSecretsManager({ ...time, ...secretsManager }).then((server) => started.use(server)),
    startDynamoDb(tables).then((server) => started.use(server)),
    startMessaging(plan).then((server) => started.use(server)),
    startSlack(time).then((server) => started.use(server)),
    startStepFunctions().then((server) => started.use(server)),
  ] as const;
  // When one cannot start, the others have started all the same, and are stopped with the stack.
  await Promise.allSettled(servers);
  const [vault, dynamoDb, messaging, slack, stepFunctions] = await Promise.all(servers);
  const running = started.move();
  const close = () => running.disposeAsync();
  const env = environment(vault.origin, dynamoDb.origin, messaging.origin, stepFunctions.origin);
  return { secretsManager: vault, dynamoDb, messaging, slack, stepFunctions, env, close, [Symbol.asyncDispose]: close };
}

/** The SDK signs every request, so it needs credentials, though nobody here checks them. */
function environment(
  secretsManager: string,
  dynamoDb: string,
  messaging: string,
  stepFunctions: string,
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_SFN: stepFunctions,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb,
    AWS_ENDPOINT_URL_S3: messaging,
    AWS_ENDPOINT_URL_SNS: messaging,
    AWS_ENDPOINT_URL_SQS: messaging,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: "sandbox",
    AWS_SECRET_ACCESS_KEY: "sandbox",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
