import type { Instant } from "../../history/history.ts";
import { FOR_ITSELF } from "../contain/known-client.ts";
import { isGivenBack } from "../incident/how-far.ts";
import type { Incident, StepResult } from "../incident/incident.ts";
import { changeIncident, readIncident, withStep } from "../incident/incidents.ts";
import { decidesSince, isLeftHalfway, laterOnes } from "../incident/later.ts";
import type { IncidentParts } from "../parts.ts";
import type { RevokedClient } from "../ports.ts";

/**
 * Forgets that the lock may be opened, where that is not to be after all, here and in the earlier incidents that say so
 * because of this one: it is guarded again. Whether it was open for a while nobody knows, so that nothing is given out is
 * proven anew; and unless it was just seen to be locked, nobody knows whether it is, which the same write says: so
 * whoever dies or cannot look before it is locked leaves no lock that is called done. Where all is given back, or that
 * goes on by now, it stays as it is.
 *
 * @param seen the application as it was just seen; absent where nobody looked
 * @throws CurfewError `store-failed`
 */
export async function forgetRestored(
  { id, follows = [], restored }: Incident,
  { table, clock }: Pick<IncidentParts, "table" | "clock">,
  seen?: Pick<RevokedClient, "grantTypes">,
): Promise<void> {
  const isLocked = seen?.grantTypes?.includes(FOR_ITSELF) === false;
  const result: StepResult = {
    ...{ at: clock.now(), outcome: "incomplete", message: "It may have been open for a while.", code: null },
    missing: ["It was about to be unlocked: that no new token is given out is proven once more."],
  };
  const isOfThis = (known: Incident): boolean =>
    known.id === id ? known.restored?.at === restored?.at : known.restored?.by === id;
  for (const one of [id, ...follows]) {
    await changeIncident(table, one, (known) => {
      if (!known.restored || known.closedAt !== null || !isOfThis(known) || isGivenBack(known)) return known;
      const { restored: _, ...rest } = known;
      const shut = isLocked ? rest : withoutLock(rest, result.at);
      return known.steps.prove?.outcome === "incomplete" ? shut : withStep(shut, "prove", result);
    });
  }
}

/** The lock was complete: what is found open is put back, and told as that. */
function withoutLock(known: Incident, at: Instant): Incident {
  const { lock } = known.steps;
  if (lock?.outcome !== "done" && lock?.outcome !== "paged") return known;
  return withStep(known, "lock", {
    ...{ at, outcome: "incomplete", message: "The application may be open.", code: null, wasComplete: true },
    missing: [`${FOR_ITSELF} of ${known.clientId}: it was about to be unlocked, and is not seen to be locked since`],
    ...(lock.outcome === "paged" && { told: lock.told }),
  });
}

/**
 * Guards the lock again where it is seen to hold, and was about to be opened by what counts no more: a later incident that
 * a person has ended was about to, or this one before that.
 *
 * @param seen the application as it was just seen
 * @returns the incident as it is now
 * @throws CurfewError `store-failed`
 */
export async function guardAgain(
  incident: Incident,
  seen: Pick<RevokedClient, "grantTypes">,
  { table, clock }: IncidentParts,
): Promise<Incident> {
  const { restored, followedBy } = incident;
  if (!restored || followedBy === undefined || seen.grantTypes?.includes(FOR_ITSELF) !== false) return incident;
  const later = await laterOnes(table, incident);
  const isOfBefore = restored.by === undefined && restored.at <= decidesSince(later);
  if (!isOfBefore && !isLeftHalfway(incident, later)) return incident;
  await forgetRestored(incident, { table, clock }, seen);
  return readIncident(table, incident.id);
}
