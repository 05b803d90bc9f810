import * as z from "zod";
import type { Added } from "../contain/added.ts";
import type { KeyPlan } from "../key-revocation/key-plan.ts";
import type { NewGrant } from "../ports.ts";
import type { RestorePlan } from "../restore/restore-plan.ts";
import { wholePlanText } from "../restore/restore-text.ts";
import type { AskedStep } from "./asked.ts";

const texts = z.array(z.string());
const maybe = <T extends z.ZodType>(shape: T) => shape.optional();

/** A field that a plan gets and that is not named here is a mistake for the compiler. */
type FieldsOf<T> = Record<keyof T, z.ZodType>;

const grantFields = {
  audience: z.string(),
  scopes: texts,
  allowsAllScopes: maybe(z.boolean()),
  subjectType: maybe(z.string()),
  organizationUsage: maybe(z.string()),
  allowsAnyOrganization: maybe(z.boolean()),
  authorizationDetailsTypes: maybe(texts),
  organizations: texts,
} satisfies FieldsOf<NewGrant>;

const addedFields = { id: z.string(), what: z.string() } satisfies FieldsOf<Added>;

const restoreFields = {
  clientId: z.string(),
  grantTypes: texts,
  grants: z.array(z.strictObject(grantFields)),
  networkAcl: z.boolean(),
  added: maybe(z.array(z.strictObject(addedFields))),
} satisfies FieldsOf<RestorePlan>;

const keyFields = { kid: z.string(), rotatesFirst: z.boolean() } satisfies FieldsOf<KeyPlan>;

/** Strict: what a plan holds beside this nobody would be shown. */
const restoreShape = z.strictObject(restoreFields);
const keyShape = z.strictObject(keyFields);

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
