import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { type Posting, postQueue } from "../lib/alerts/slack/post-queue.ts";
import { slackWebhook } from "../lib/alerts/slack/webhook.ts";
import { secretsManagerSource } from "../lib/aws/secrets-manager-references.ts";
import { systemClock } from "../lib/model/clock.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { Secret } from "../lib/model/secret.ts";

const logger = new Logger();
const secretsManager = secretsManagerSource();

/** What is kept of an invocation's time to answer the queue. Milliseconds. */
const RESERVE = 3_000;

/**
 * Posts alerts from the queue to Slack. A message that fails is reported as failed, so that the queue offers it again
 * and puts it into the dead-letter queue in the end.
 */
async function postToSlack(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const name = webhookName();
  const webhook = slackWebhook(new Secret(await secretsManager(name)), name);
  const deadline = systemClock.now() + context.getRemainingTimeInMillis() - RESERVE;
  const postings = await postQueue(event.Records, { webhook, fetch, clock: systemClock, deadline });
  for (const posting of postings) log(posting);
  const failed = postings.filter(({ error }) => error !== null);
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

function webhookName(): string {
  const name = process.env.CURFEW_SLACK_WEBHOOK_SECRET;
  if (name) return name;
  throw new CurfewError("configuration-invalid", "CURFEW_SLACK_WEBHOOK_SECRET is not set; deploy the stack again.");
}

/** References and our own words; never the event, whose alerts are nobody's business here. */
function log({ messageId, alert, error }: Posting): void {
  const about = { messageId, alert };
  if (error === null) logger.info("posted to Slack", about);
  else if (error instanceof CurfewError)
    logger.error(error.message, { ...about, code: error.code, detail: error.detail, retryable: error.retryable });
  else
    logger.error("posting to Slack failed unexpectedly", { ...about, name: error instanceof Error ? error.name : "" });
}

export const handler = middy<SQSEvent, SQSBatchResponse>(postToSlack).use(injectLambdaContext(logger));
