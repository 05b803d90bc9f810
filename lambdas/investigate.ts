import * as z from "zod";
import { keptPresentClient } from "../lib/revocation/evidence/present-client.ts";
import { INVESTIGATE_STEPS, type InvestigateStep, type StepAnswer } from "../lib/revocation/incident-machine.ts";
import { inventoryNow } from "../lib/revocation/investigate/inventory-now.ts";
import { investigateSteps } from "../lib/revocation/respond/investigate-steps.ts";
import { deployedSecrets } from "./shared/connections.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { lambdaFunction } from "./shared/function.ts";
import { partsOfIncident } from "./shared/incident-parts.ts";
import { withinTime } from "./shared/step-time.ts";

const eventShape = z.object({
  step: z.enum(Object.keys(INVESTIGATE_STEPS) as InvestigateStep[]),
  incident: z.string().min(1),
});

/**
 * Says what was done with what leaked, by the tenant as the auditor sees it, or closes an incident with its evidence.
 * It changes nothing at Auth0, and has no login that could.
 */
export const handler = lambdaFunction(eventShape, async ({ step, incident: id }, invocation): Promise<StepAnswer> => {
  const { logger, clock } = invocation;
  logger.appendKeys({ step, incident: id });
  const config = await deployedConfig();
  const { incident, tenant, parts, before } = await partsOfIncident(config, id, clock);
  const way = await withinTime(INVESTIGATE_STEPS[step], invocation, (time) => {
    const reading = { clock, random: Math.random, table: parts.table, ...time };
    return investigateSteps[step](incident, {
      ...parts,
      present: () => keptPresentClient(parts.table, id),
      inventories: {
        before,
        now: (wanted) => inventoryNow(tenant, incident.clientId, wanted, deployedSecrets(), reading),
      },
    });
  });
  logger.info("A step of an emergency revocation is done.", { ...way });
  return { incident: id, tenant: tenant.name, ...way };
});
