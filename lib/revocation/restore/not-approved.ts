import { addedSince } from "../contain/added.ts";
import { type Came, incomplete } from "../contain/came.ts";
import { FOR_ITSELF } from "../contain/known-client.ts";
import { lock } from "../contain/lock.ts";
import type { StepRun } from "../contain/step-run.ts";
import { tried } from "../contain/tried.ts";
import { isGivenBack, isOpened, isSeenOpen } from "../incident/how-far.ts";
import type { Incident } from "../incident/incident.ts";
import { readIncident } from "../incident/incidents.ts";
import type { IncidentParts } from "../parts.ts";
import type { RevokedClient } from "../ports.ts";
import { forgetRestored } from "./forget-restored.ts";
import type { RestorePlan } from "./restore-plan.ts";

/**
 * What keeps access from being given back: something else has unlocked the application, so that nobody knows who got
 * tokens since: then it is locked at once, and proven anew; or somebody gave it something else to authenticate with, and
 * who approved has not seen that. Looked at anew, each time right before it is unlocked: until Curfew has seen that it
 * opened it, it is guarded once more. From then on its owner may add what they like.
 *
 * @param client as it was just seen
 * @returns undefined where there is nothing
 * @throws CurfewError `store-failed`; `approval-refused`, to be tried again, where giving access back went on beside it
 */
export async function unapprovedChange(
  { incident, parts }: StepRun,
  plan: RestorePlan,
  client: RevokedClient,
): Promise<Came | undefined> {
  const read = await tried(async () => {
    // Another run may have given it back since this one began: that it may is recorded before it is opened.
    const known = await readIncident(parts.table, incident.id);
    if (isGivenBack(incident) || isSeenOpen(known)) return [];
    if (!isOpened(known) && client.grantTypes?.includes(FOR_ITSELF)) return "open";
    return addedSince(incident, client, parts.table);
  });
  if ("error" in read) return incomplete(LOCKED, [UNSEEN], read.error);
  if (read.value === "unseen") return incomplete(LOCKED, [`${UNSEEN}: Auth0 does not say how it authenticates`], null);
  if (read.value === "open") {
    await lockAsSeen(incident, client, parts);
    return incomplete(OPEN, [`${FOR_ITSELF} of ${incident.clientId}: ${OPENED}`], null);
  }
  const others = read.value.filter(({ id }) => !plan.added?.some((seen) => seen.id === id));
  if (others.length === 0) return undefined;
  await forgetRestored(incident, parts, client);
  if (client.grantTypes?.includes(FOR_ITSELF)) await lockAsSeen(incident, client, parts);
  const lines = others.map(({ what }) => `${what}: not in the plan that was approved; take it away`);
  return incomplete("Something was added to the application, so it stays locked, or is locked again.", lines, null);
}

/** Its record says that it is open before it is locked; a look that fails cannot hide what was just seen. */
async function lockAsSeen({ id }: Incident, client: RevokedClient, parts: IncidentParts): Promise<void> {
  const tenant = { ...parts.tenant, client: async () => client };
  await lock(await readIncident(parts.table, id), { ...parts, tenant });
}

const OPEN = "Something else has unlocked the application.";
const OPENED = "nobody gave it back; it is to be locked, and proven once more that no token is given out";
const LOCKED = "The application stays locked.";
const UNSEEN = "whether something was added to it could not be seen";
