import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod";
import { type AlertRules, alertRules } from "../lib/alerts/alert-rules.ts";
import { announce } from "../lib/alerts/announce.ts";
import type { News } from "../lib/alerts/news.ts";
import type { RunWatch } from "../lib/alerts/ports.ts";
import { auditExecutions } from "../lib/aws/audit-executions.ts";
import { topicSubscriptions } from "../lib/aws/sns-subscriptions.ts";
import { CATALOGUE } from "../lib/checks/catalogue.ts";
import { emailSubscriptions, operators, slackSubscription, unreached } from "../lib/config/alert-subscriptions.ts";
import type { DeployedConfig } from "../lib/config/deployed-config.ts";
import { maximumAges } from "../lib/config/maximum-age.ts";
import type { RunRef } from "../lib/findings/ledger/run-record.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { configuredCredentials } from "../lib/rotation/credentials/configured-credentials.ts";
import { rotationNews } from "../lib/rotation/news/rotation-news.ts";
import { countRun, type RunCounts } from "../lib/runs/count-run.ts";
import { countUnprobed } from "../lib/runs/count-unprobed.ts";
import type { Table } from "../lib/store/table.ts";
import { deployedPublisher, deployedTable } from "./shared/connections.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { variable } from "./shared/environment.ts";
import { type Invocation, lambdaFunction, runShape } from "./shared/function.ts";

const eventShape = z.object({ run: runShape, tenants: z.array(z.string()) });

/**
 * Tells people what a run found, and counts. While some alert cannot be handed over it fails, so that it is tried
 * again; what was told is not told twice.
 */
export const handler = lambdaFunction(eventShape, async ({ run, tenants }, { logger, clock }) => {
  const config = await deployedConfig();
  const tableName = variable("CURFEW_TABLE");
  const table = deployedTable();
  const counts = await countRun(table, run, tenants);
  const silent = await countUnreached(config, logger);
  const rules = alertRules(config, CATALOGUE, tableName);
  const delivery = await announce(
    { run, tenants },
    {
      rules,
      publisher: deployedPublisher(),
      table,
      clock,
      runs: otherRuns(logger),
      unreached: silent,
      ...(await rotations(config, { run, now: clock.now() }, rules, table)),
    },
  );
  const isOverAll = config.tenants.every(({ name }) => tenants.includes(name));
  publishMetrics({
    // What a tenant does not let itself be asked has findings of its own; here it matters that audits go on.
    CompleteAudits: isOverAll && counts.notAudited === 0 ? 1 : 0,
    // A run over some tenants knows nothing of the others, and must not end an alarm about them.
    ...(isOverAll && tenantMetrics(counts)),
    ...(isOverAll && (await probeMetrics(config, run, table))),
    AlertsNotDelivered: delivery.failed.length,
    // Not to know it must ring, too.
    UnconfirmedSubscriptions: silent ?? 1,
  });
  if (delivery.failed.length > 0) throw notDelivered(delivery.failed.length, logger, delivery.failed[0]?.error);
  return { run, ...counts, sent: delivery.sent.length, known: delivery.known.length };
});

/** How rotations stand, also of what is not configured any more: what was begun of it is not over by that. */
async function rotations(
  { tenants, policy, auditIntervalHours }: DeployedConfig,
  at: { run: RunRef; now: number },
  rules: AlertRules,
  table: Table,
): Promise<{ news: News }> {
  const credentials = configuredCredentials(tenants, maximumAges(policy));
  return { news: await rotationNews({ ...at, credentials, auditIntervalHours }, rules, table) };
}

/** Not to know whether another run is over must not keep this one from being told. */
function otherRuns(logger: Invocation["logger"]): RunWatch {
  const executions = auditExecutions(variable("CURFEW_AUDIT_MACHINE"));
  return {
    endedAt: (run) =>
      executions.endedAt(run).catch((error: unknown) => {
        logger.error(error instanceof CurfewError ? error.message : "Another run could not be asked about.");
        return undefined;
      }),
  };
}

const tenantMetrics = ({ audited, incomplete, notAudited }: RunCounts) => ({
  TenantsAudited: audited,
  TenantsIncomplete: incomplete,
  TenantsNotAudited: notAudited,
});

/** Where there is nothing to probe, the metric is not paid for. */
async function probeMetrics({ tenants }: DeployedConfig, run: RunRef, table: Table): Promise<Record<string, number>> {
  if (tenants.every(({ credentials }) => credentials.length === 0)) return {};
  return { SecretsNotProbed: await countUnprobed(table, run, tenants) };
}

/** Whoever has not confirmed hears nothing, and does not know it. Null where SNS does not say who has. */
async function countUnreached(config: DeployedConfig, logger: Invocation["logger"]): Promise<number | null> {
  try {
    const topics = variable("CURFEW_TOPICS").split(",");
    const [topic = ""] = topics;
    const [alerts = [], ...others] = await Promise.all(topics.map((topic) => topicSubscriptions(topic).list()));
    const hearNothing = unreached(emailSubscriptions(config).keys(), alerts);
    const doNotHearOfUs = others.flatMap((subscriptions) => unreached(operators(config), subscriptions));
    const isSlackDeaf = config.alerts.slack !== undefined && !slackSubscription(topic, alerts);
    return hearNothing.length + doNotHearOfUs.length + (isSlackDeaf ? 1 : 0);
  } catch (error) {
    logger.error(error instanceof CurfewError ? error.message : "Subscriptions could not be counted.");
    return null;
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
