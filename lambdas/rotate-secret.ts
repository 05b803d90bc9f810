import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod";
import { alertRules } from "../lib/alerts/alert-rules.ts";
import type { DeployedConfig } from "../lib/config/deployed-config.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { beforeMoment } from "../lib/rotation/bounded-parts.ts";
import { ROTATION_STEPS } from "../lib/rotation/ledger/rotation-record.ts";
import { tellAtOnce } from "../lib/rotation/news/tell-at-once.ts";
import { rotationStep } from "../lib/rotation/rotation-step.ts";
import { NOTHING_TO_TEST } from "../lib/rotation/steps/test-secret.ts";
import { deployedPublisher, deployedTable } from "./shared/connections.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { variable } from "./shared/environment.ts";
import { type Invocation, lambdaFunction } from "./shared/function.ts";
import { rotationParts } from "./shared/rotation-parts.ts";

/** As Secrets Manager calls a rotation function. Source: its API reference, RotateSecret and ClientRequestToken. */
const eventShape = z.object({
  Step: z.enum(ROTATION_STEPS),
  SecretId: z.string().regex(/^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:.+$/),
  ClientRequestToken: z.string().min(32).max(64),
  RotationToken: z.string().optional(),
});

/** Of the function's time: what telling people takes. Milliseconds. */
const TIME_TO_TELL = 15_000;

/** Of that: what is kept to answer, so that a service that hangs does not make a step that is done count as failed. */
const TIME_TO_ANSWER = 3_000;

/** Does one step of a rotation, as Secrets Manager asks for it, and tells people at once what cannot wait. */
export const handler = lambdaFunction(eventShape, async (event, { logger, clock, deadline: end }) => {
  const { Step: step, SecretId: arn, ClientRequestToken: version } = event;
  logger.appendKeys({ step, secret: arn, version });
  const config = await deployedConfig();
  const deadline = end - TIME_TO_TELL;
  const over = new AbortController();
  try {
    const parts = rotationParts(config, { clock, deadline, signal: over.signal });
    await rotationStep({ step, arn, version, deadline }, parts);
    logger.info("A step of a rotation is done.");
  } catch (error) {
    countTest(error);
    throw error;
  } finally {
    over.abort(new CurfewError("interrupted", "The step of this request is over."));
    await tell(arn, config, { logger, clock });
  }
});

/**
 * To test a configuration Secrets Manager calls a step that can only fail. Lambda counts that as an error like any
 * other, so it is counted here as well, and the alarm takes the one off the other.
 */
function countTest(error: unknown): void {
  if (!(error instanceof CurfewError) || error.detail !== NOTHING_TO_TEST) return;
  const metrics = new Metrics();
  metrics.addMetric("RotationTests", MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}

/** What fails here is told by the next audit, and must not make Secrets Manager repeat a step that is done. */
async function tell(
  arn: string,
  config: DeployedConfig,
  { logger, clock }: Pick<Invocation, "logger" | "clock">,
): Promise<void> {
  const tableName = variable("CURFEW_TABLE");
  try {
    const parts = {
      rules: alertRules(config, [], tableName),
      publisher: deployedPublisher(),
      table: deployedTable(),
      clock,
    };
    const until = clock.now() + TIME_TO_TELL - TIME_TO_ANSWER;
    const { failed } = await beforeMoment(clock, until, () => tellAtOnce(arn, parts));
    for (const { error } of failed) logger.error(sentenceOf(error));
  } catch (error) {
    logger.error(sentenceOf(error));
  }
}

const sentenceOf = (error: unknown): string =>
  error instanceof CurfewError ? error.message : "People could not be told how a rotation stands.";
