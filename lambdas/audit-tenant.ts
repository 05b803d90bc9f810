import * as z from "zod";
import { auditRules, auditTarget, historyRules } from "../lib/audit/from-config.ts";
import { secretVersionDates } from "../lib/aws/secret-version-dates.ts";
import { secretsManagerClient } from "../lib/aws/secrets-manager-client.ts";
import { CATALOGUE } from "../lib/checks/catalogue.ts";
import { configuredTenant } from "../lib/config/configured-tenant.ts";
import { readHistory } from "../lib/history/read-history.ts";
import { rotationTroubles } from "../lib/rotation/credentials/rotation-troubles.ts";
import { runTenant } from "../lib/runs/run-tenant.ts";
import { deployedEvidence, deployedSecrets, deployedTable } from "./shared/connections.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { lambdaFunction, runShape } from "./shared/function.ts";

const eventShape = z.object({ run: runShape, tenant: z.string().min(1) });

/**
 * Of the function's time: what it takes to judge a very large tenant, to keep the evidence and to write the ledger.
 * Milliseconds.
 */
const TIME_TO_KEEP = 120_000;

/** Audits one tenant: keeps the evidence, records the result, returns counts and references. */
export const handler = lambdaFunction(eventShape, async ({ run, tenant }, { logger, clock, deadline }) => {
  const config = await deployedConfig();
  const table = deployedTable();
  const history = readHistory({
    table,
    run,
    clock,
    vault: secretVersionDates(secretsManagerClient),
    rotationTroubles: (name) => rotationTroubles(table, name),
    ...historyRules(config.tenants, config.auditIntervalHours),
  });
  const left = deadline - clock.now();
  const result = await runTenant(
    {
      run,
      target: auditTarget(configuredTenant(config.tenants, tenant), deployedSecrets()),
      tenants: config.tenants.map(({ name }) => name),
    },
    {
      table,
      evidence: deployedEvidence(),
      rules: { ...auditRules(config, CATALOGUE, clock), history },
      profile: config.policy.profile,
      readUntil: deadline - Math.min(TIME_TO_KEEP, left / 2),
      deadline,
    },
  );
  logger.info("A tenant was audited.", { run: run.id, ...result });
  return result;
});
