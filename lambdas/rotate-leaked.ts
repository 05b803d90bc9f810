import * as z from "zod";
import { secretsManagerClient } from "../lib/aws/secrets-manager-client.ts";
import { secretsManagerRotation } from "../lib/aws/secrets-manager-rotation.ts";
import { configuredTenant } from "../lib/config/configured-tenant.ts";
import { readIncident } from "../lib/revocation/incident/incidents.ts";
import { ROTATE_STEPS, type RotateStep, type StepAnswer } from "../lib/revocation/incident-machine.ts";
import { rotatePartsOf } from "../lib/revocation/rotate/from-config.ts";
import { prove } from "../lib/revocation/rotate/prove.ts";
import { rotateLeaked } from "../lib/revocation/rotate/rotate-leaked.ts";
import { tryGivenBack } from "../lib/revocation/rotate/try-given-back.ts";
import { deployedPublisher, deployedTable } from "./shared/connections.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { lambdaFunction } from "./shared/function.ts";
import { rotationParts } from "./shared/rotation-parts.ts";

const eventShape = z.object({ step: z.enum(Object.keys(ROTATE_STEPS) as RotateStep[]), incident: z.string().min(1) });

const STEPS = { rotate: rotateLeaked, prove, "try-restored": tryGivenBack };

/** Of the function's time: what it takes to record how far a step came, and to answer. Milliseconds. */
const TIME_TO_END = 10_000;

/** Replaces a leaked credential, proves that it is dead, or tries what was given back with the new one. How far that came is in the table; watching looks at it. */
export const handler = lambdaFunction(
  eventShape,
  async ({ step, incident: id }, { logger, clock, deadline: end }): Promise<StepAnswer> => {
    logger.appendKeys({ step, incident: id });
    const config = await deployedConfig();
    const incident = await readIncident(deployedTable(), id);
    const tenant = configuredTenant(config.tenants, incident.tenant);
    const deadline = Math.min(end - TIME_TO_END, clock.now() + ROTATE_STEPS[step] * 1_000);
    const over = new AbortController();
    const { signal } = over;
    try {
      const rotation = rotationParts(config, { clock, deadline, signal });
      const service = secretsManagerRotation(secretsManagerClient, { clock, deadline });
      const { random } = rotation;
      const publisher = deployedPublisher();
      const parts = { ...rotatePartsOf(tenant, { rotation, service, deadline, signal, random }), publisher };
      const { steps } = await STEPS[step](incident, parts);
      const outcome = steps[step === "try-restored" ? "restore" : step]?.outcome;
      logger.info("A step of an emergency revocation is done.", { outcome });
      return { incident: id, tenant: incident.tenant, next: "on", wait: 0 };
    } finally {
      over.abort();
    }
  },
);
