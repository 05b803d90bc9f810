import * as z from "zod";
import { secretsManagerClient } from "../lib/aws/secrets-manager-client.ts";
import { secretsManagerRotation } from "../lib/aws/secrets-manager-rotation.ts";
import { maximumAges } from "../lib/config/maximum-age.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { configuredCredentials } from "../lib/rotation/credentials/configured-credentials.ts";
import { rotateDue } from "../lib/rotation/schedule/rotate-due.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { lambdaFunction, runShape } from "./shared/function.ts";
import { rotationParts } from "./shared/rotation-parts.ts";

const eventShape = z.object({ run: runShape, tenants: z.array(z.string()) });

/** Of the function's time: what it takes to end when all else is over. Milliseconds. */
const TIME_TO_END = 10_000;

/** Finishes the rotations that are unfinished in the tenants of a run, and rotates what is due there; returns counts. */
export const handler = lambdaFunction(eventShape, async ({ run, tenants }, { logger, clock, deadline: end }) => {
  const config = await deployedConfig();
  const deadline = end - TIME_TO_END;
  const over = new AbortController();
  const { signal } = over;
  try {
    const result = await rotateDue(
      { run, tenants },
      {
        rotation: rotationParts(config, { clock, deadline, signal }),
        service: secretsManagerRotation(secretsManagerClient, { clock, deadline }),
        credentials: configuredCredentials(config.tenants, maximumAges(config.policy)),
        limits: config.rotation,
        timezone: config.schedule?.timezone ?? "UTC",
        deadline,
        onFailure: ({ tenant, clientId }, { message, code, detail }) =>
          logger.error(message, { run: run.id, tenant, client: clientId, code, detail }),
      },
    );
    logger.info("What was due has been rotated.", { run: run.id, ...result });
    return result;
  } finally {
    over.abort(new CurfewError("interrupted", "The rotation of this run is over."));
  }
});
