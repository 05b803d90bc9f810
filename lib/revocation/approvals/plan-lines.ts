import * as z from "zod";
import type { KeyPlan } from "../key-revocation/key-plan.ts";
import type { RestorePlan } from "../restore/restore-plan.ts";
import { wholePlanText } from "../restore/restore-text.ts";
import type { AskedStep } from "./asked.ts";

const texts = z.array(z.string());
const maybe = <T extends z.ZodType>(shape: T) => shape.optional();

/** Strict: what a plan holds beside this nobody would be shown. */
const restoreShape = z.strictObject({
  clientId: z.string(),
  grantTypes: texts,
  grants: z.array(
    z.strictObject({
      audience: z.string(),
      scopes: texts,
      allowsAllScopes: maybe(z.boolean()),
      subjectType: maybe(z.string()),
      organizationUsage: maybe(z.string()),
      allowsAnyOrganization: maybe(z.boolean()),
      authorizationDetailsTypes: z.array(z.string()).readonly().optional(),
      organizations: texts,
    }),
  ),
  networkAcl: z.boolean(),
});

const keyShape = z.strictObject({ kid: z.string(), rotatesFirst: z.boolean() }) satisfies z.ZodType<KeyPlan>;

/**
 * Everything that a plan would do, from the plan itself and from nothing beside it, one thing a line.
 *
 * @returns undefined for a plan that is none, or holds more than can be shown
 */
export function planLines(step: AskedStep, plan: unknown): string[] | undefined {
  if (step === "restore") {
    const { data } = restoreShape.safeParse(plan);
    return data && wholePlanText(data as RestorePlan);
  }
  const { data } = keyShape.safeParse(plan);
  return data && revoking(data);
}

const revoking = ({ kid, rotatesFirst }: KeyPlan): string[] => [
  ...(rotatesFirst ? ["ROTATE the tenant's signing keys, so that the next one becomes the current one"] : []),
  `REVOKE the signing key ${kid}`,
];
