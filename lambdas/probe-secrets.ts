import * as z from "zod";
import { RETRY_POLICY } from "../lib/auth0/retry.ts";
import { configuredTenant } from "../lib/config/configured-tenant.ts";
import { credentialLogin } from "../lib/config/references.ts";
import { recordProbes } from "../lib/history/record-probes.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { startTimeout } from "../lib/model/timeout.ts";
import { deployedSecrets, deployedTable } from "./shared/connections.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { lambdaFunction, runShape } from "./shared/function.ts";

const eventShape = z.object({ run: runShape, tenant: z.string().min(1) });

/** Milliseconds after which an unanswered request is given up, as for an audit. */
const REQUEST_TIMEOUT = 10_000;

/** Of the function's time: what the last answer and its record take. Milliseconds. */
const TIME_TO_RECORD = 15_000;

/** Asks a tenant whether it accepts the stored credentials that Curfew looks after; returns counts. */
export const handler = lambdaFunction(eventShape, async ({ run, tenant: name }, { logger, clock, deadline }) => {
  const config = await deployedConfig();
  const tenant = configuredTenant(config.tenants, name);
  const sources = deployedSecrets();
  const outOfTime = new CurfewError("timed-out", "The time of this run is over.", { detail: "out of time" });
  using end = startTimeout(clock, deadline - TIME_TO_RECORD - clock.now(), outOfTime);
  const counts = await recordProbes({
    tenant: { name, domain: tenant.domain, ...(tenant.origin === undefined ? {} : { origin: tenant.origin }) },
    credentials: tenant.credentials,
    login: (credential) => credentialLogin(credential, tenant.domain, sources),
    table: deployedTable(),
    run,
    parts: { clock, fetch, timeout: REQUEST_TIMEOUT, random: Math.random, retryPolicy: RETRY_POLICY },
    signal: end.signal,
  });
  logger.info("Stored credentials were probed.", { run: run.id, tenant: name, ...counts });
  return counts;
});
