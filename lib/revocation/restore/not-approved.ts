import { addedSince } from "../contain/added.ts";
import { type Came, incomplete } from "../contain/came.ts";
import type { StepRun } from "../contain/step-run.ts";
import { tried } from "../contain/tried.ts";
import type { RestorePlan } from "./restore-plan.ts";

/**
 * What keeps the application locked: somebody gave it something else to authenticate with, and who approved has not
 * seen that. Looked at anew, right before it is unlocked. Once access is given back its owner may add what they like.
 *
 * @returns undefined where there is nothing
 */
export async function addedUnseen({ incident, parts, tenant }: StepRun, plan: RestorePlan): Promise<Came | undefined> {
  if (incident.restored) return undefined;
  const read = await tried(async () => {
    const client = await tenant.client();
    return client ? addedSince(incident, client, parts.table) : [];
  });
  if ("error" in read) return incomplete(LOCKED, [UNSEEN], read.error);
  if (read.value === "unseen") return incomplete(LOCKED, [`${UNSEEN}: Auth0 does not say how it authenticates`], null);
  const others = read.value.filter(({ id }) => !plan.added?.some((seen) => seen.id === id));
  if (others.length === 0) return undefined;
  const lines = others.map(({ what }) => `${what}: not in the plan that was approved; take it away`);
  return incomplete("Something was added to the application, so it stays locked.", lines, null);
}

const LOCKED = "The application stays locked.";
const UNSEEN = "whether something was added to it could not be seen";
