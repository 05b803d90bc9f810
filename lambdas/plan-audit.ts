import * as z from "zod";
import { noteRun } from "../lib/alerts/pending-runs.ts";
import { dynamodbTable } from "../lib/aws/dynamodb-table.ts";
import { topicSubscriptions } from "../lib/aws/sns-subscriptions.ts";
import { ownerSubscriptions } from "../lib/config/alert-subscriptions.ts";
import type { Config } from "../lib/config/schema.ts";
import { selectTenants } from "../lib/config/select-tenants.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { LAST_START, LONGEST_RUN } from "../lib/runs/longest-run.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { variable } from "./shared/environment.ts";
import { type Invocation, lambdaFunction, runShape } from "./shared/function.ts";

const eventShape = z.object({ run: runShape, tenants: z.array(z.string()).optional() });

/**
 * Says which tenants a run is about, all that are configured or those that a person names, and until when their audits
 * may begin. Notes the run, so that it is told of even when it dies, and asks the owners of tenants to confirm that they
 * want to hear.
 */
export const handler = lambdaFunction(eventShape, async ({ run, tenants: wanted }, { logger }) => {
  const config = await deployedConfig();
  const tenants = selectTenants(config.tenants, wanted ?? []).map(({ name }) => name);
  const startedAt = Date.parse(run.startedAt);
  await noteRun(run, tenants, startedAt + LONGEST_RUN * 1_000, dynamodbTable(variable("CURFEW_TABLE")));
  // An audit is worth more than a subscription; the next run tries again, and whom no alert reaches is counted.
  await subscribeOwners(config, logger).catch((error: unknown) => logger.error(sentenceOf(error)));
  return { run, tenants, startUntil: new Date(startedAt + LAST_START * 1_000).toISOString() };
});

/** The template may not grow with the tenants, so their owners are subscribed here. */
async function subscribeOwners(config: Config, logger: Invocation["logger"]): Promise<void> {
  const owners = ownerSubscriptions(config);
  if (owners.size === 0) return;
  const { added, failed } = await topicSubscriptions(variable("CURFEW_ALERTS_TOPIC")).ensureEmails(owners);
  if (added.length > 0) logger.info("Owners were asked to confirm.", { count: added.length });
  for (const { error } of failed) logger.error(sentenceOf(error));
}

const sentenceOf = (error: unknown): string =>
  error instanceof CurfewError ? error.message : "Owners could not be subscribed.";
