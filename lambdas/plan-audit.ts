import * as z from "zod";
import { noteRun } from "../lib/alerts/pending-runs.ts";
import { topicSubscriptions } from "../lib/aws/sns-subscriptions.ts";
import { ownerSubscriptions } from "../lib/config/alert-subscriptions.ts";
import type { Config } from "../lib/config/schema.ts";
import { selectTenants } from "../lib/config/select-tenants.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { startTimeout } from "../lib/model/timeout.ts";
import { LAST_START, LONGEST_RUN } from "../lib/runs/longest-run.ts";
import { deployedTable } from "./shared/connections.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { variable } from "./shared/environment.ts";
import { type Invocation, lambdaFunction, runShape } from "./shared/function.ts";

/** What a person may start an audit with; the state machine adds the run. A word too many may be meant as a limit. */
const eventShape = z.strictObject(
  {
    run: runShape,
    tenants: z.array(z.string()).min(1, "it names no tenant; leave it out to audit all of them").optional(),
  },
  { error: ({ code }) => (code === "unrecognized_keys" ? UNKNOWN_KEY : undefined) },
);

const UNKNOWN_KEY = 'it may hold "tenants" and nothing else, as in { "tenants": ["acme-prod"] }';

/**
 * Of the function's time: what is left when owners are not subscribed any more, because SNS is slow. The audit does not
 * wait for them. Milliseconds.
 */
const TIME_TO_SPARE = 60_000;

/**
 * Says which tenants a run is about, all that are configured or those that a person names, and until when their audits
 * may begin. Notes the run, so that it is told of even when it dies, and asks the owners of tenants to confirm that they
 * want to hear.
 */
export const handler = lambdaFunction(eventShape, async ({ run, tenants: wanted }, { logger, clock, deadline }) => {
  const config = await deployedConfig();
  const tenants = selectTenants(config.tenants, wanted ?? []).map(({ name }) => name);
  const startedAt = Date.parse(run.startedAt);
  await noteRun(run, tenants, startedAt + LONGEST_RUN * 1_000, deployedTable());
  // An audit is worth more than a subscription; the next run tries again, and whom no alert reaches is counted.
  const left = deadline - clock.now();
  const outOfTime = new CurfewError("timed-out", "SNS takes too long.", { detail: "out of time" });
  using patience = startTimeout(clock, left - Math.min(TIME_TO_SPARE, left / 2), outOfTime);
  await subscribeOwners(config, logger, patience.signal).catch((error: unknown) => logger.error(sentenceOf(error)));
  return { run, tenants, startUntil: new Date(startedAt + LAST_START * 1_000).toISOString() };
});

/** The template may not grow with the tenants, so their owners are subscribed here. */
async function subscribeOwners(config: Config, logger: Invocation["logger"], signal: AbortSignal): Promise<void> {
  const owners = ownerSubscriptions(config);
  if (owners.size === 0) return;
  const topic = topicSubscriptions(variable("CURFEW_ALERTS_TOPIC"));
  const { added, failed, left } = await topic.ensureEmails(owners, signal);
  if (added.length > 0) logger.info("Owners were asked to confirm.", { count: added.length });
  for (const { error } of failed) logger.error(sentenceOf(error));
  if (left > 0) logger.error("There was no time to subscribe all owners; the next run goes on.", { count: left });
}

const sentenceOf = (error: unknown): string =>
  error instanceof CurfewError ? error.message : "Owners could not be subscribed.";
