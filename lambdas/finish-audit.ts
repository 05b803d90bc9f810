import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod";
import { alertRules } from "../lib/alerts/alert-rules.ts";
import { announce } from "../lib/alerts/announce.ts";
import { dynamodbTable } from "../lib/aws/dynamodb-table.ts";
import { snsPublisher } from "../lib/aws/sns-publisher.ts";
import { topicSubscriptions } from "../lib/aws/sns-subscriptions.ts";
import { CATALOGUE } from "../lib/checks/catalogue.ts";
import { unreached } from "../lib/config/alert-subscriptions.ts";
import type { DeployedConfig } from "../lib/config/deployed-config.ts";
import { systemClock } from "../lib/model/clock.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { countRun } from "../lib/runs/count-run.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { variable } from "./shared/environment.ts";
import { type Invocation, lambdaFunction, runShape } from "./shared/function.ts";

const eventShape = z.object({ run: runShape, tenants: z.array(z.string()) });

/**
 * Tells people what a run found, and counts. While some alert cannot be handed over it fails, so that it is tried
 * again; what was told is not told twice.
 */
export const handler = lambdaFunction(eventShape, async ({ run, tenants }, { logger }) => {
  const config = await deployedConfig();
  const tableName = variable("CURFEW_TABLE");
  const table = dynamodbTable(tableName);
  const counts = await countRun(table, run, tenants);
  const delivery = await announce(
    { run, tenants },
    {
      rules: alertRules(config, CATALOGUE, tableName),
      publisher: snsPublisher(variable("CURFEW_ALERTS_TOPIC")),
      table,
      clock: systemClock,
    },
  );
  // What a tenant does not let itself be asked has findings of its own; here it matters that audits go on.
  const isWhole = tenants.length === config.tenants.length && counts.notAudited === 0;
  publishMetrics({
    CompleteAudits: isWhole ? 1 : 0,
    TenantsAudited: counts.audited,
    TenantsIncomplete: counts.incomplete,
    TenantsNotAudited: counts.notAudited,
    AlertsNotDelivered: delivery.failed.length,
    UnconfirmedSubscriptions: await countUnreached(config, logger),
  });
  if (delivery.failed.length > 0) throw notDelivered(delivery.failed.length, logger, delivery.failed[0]?.error);
  return { run, ...counts, sent: delivery.sent.length, known: delivery.known.length };
});

/** Whoever has not confirmed hears nothing, and does not know it. Not to know it either counts as one. */
async function countUnreached(config: DeployedConfig, logger: Invocation["logger"]): Promise<number> {
  const [alerts = "", ...others] = variable("CURFEW_TOPICS").split(",");
  try {
    const pending = await Promise.all(others.map((topic) => topicSubscriptions(topic).list()));
    const isPending = pending.flat().filter(({ isConfirmed }) => !isConfirmed);
    return unreached(config, await topicSubscriptions(alerts).list()).length + isPending.length;
  } catch (error) {
    logger.error(error instanceof CurfewError ? error.message : "Subscriptions could not be counted.");
    return 1;
  }
}

/** One dimension only, the service: each more would cost 0.30 USD a month for every metric and value. */
function publishMetrics(values: Readonly<Record<string, number>>): void {
  const metrics = new Metrics();
  for (const [name, value] of Object.entries(values)) metrics.addMetric(name, MetricUnit.Count, value);
  metrics.publishStoredMetrics();
}

function notDelivered(count: number, logger: Invocation["logger"], first: unknown): CurfewError {
  if (first instanceof CurfewError) logger.error(first.message);
  return new CurfewError("service-failed", `${count} alerts could not be handed over; they are tried again.`, {
    retryable: true,
  });
}
