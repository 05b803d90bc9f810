import type { Logger } from "@aws-lambda-powertools/logger";
import type { SQSBatchResponse } from "aws-lambda";
import * as z from "zod";
import { type Posting, postQueue } from "../lib/alerts/slack/post-queue.ts";
import { slackWebhook } from "../lib/alerts/slack/webhook.ts";
import { secretsManagerSource } from "../lib/aws/secrets-manager-references.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { Secret } from "../lib/model/secret.ts";
import { variable } from "./shared/environment.ts";
import { lambdaFunction } from "./shared/function.ts";

const secretsManager = secretsManagerSource();

const eventShape = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });

/** What is kept of an invocation's time to answer the queue. Milliseconds. */
const RESERVE = 3_000;

/**
 * Posts alerts from the queue to Slack. A message that fails is reported as failed, so that the queue offers it again
 * and puts it into the dead-letter queue in the end.
 */
export const handler = lambdaFunction(
  eventShape,
  async ({ Records }, { logger, clock, deadline }): Promise<SQSBatchResponse> => {
    const name = variable("CURFEW_SLACK_WEBHOOK_SECRET");
    const webhook = slackWebhook(new Secret(await secretsManager(name)), name);
    const postings = await postQueue(Records, { webhook, fetch, clock, deadline: deadline - RESERVE });
    for (const posting of postings) log(posting, logger);
    const failed = postings.filter(({ error }) => error !== null);
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  },
);

/** References and our own words; never the event, whose alerts are nobody's business here. */
function log({ messageId, alert, error }: Posting, logger: Logger): void {
  const about = { messageId, alert };
  if (error === null) logger.info("posted to Slack", about);
  else if (error instanceof CurfewError)
    logger.error(error.message, { ...about, code: error.code, detail: error.detail, retryable: error.retryable });
  else
    logger.error("posting to Slack failed unexpectedly", { ...about, name: error instanceof Error ? error.name : "" });
}
