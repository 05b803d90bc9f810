import type { CurfewError } from "../../model/curfew-error.ts";
import { minutes, type Seconds } from "../../model/duration.ts";
import { reasonOf } from "../contain/came.ts";
import { findAcls } from "../contain/network-acl.ts";
import { PASSING } from "../contain/respond-order.ts";
import { tried } from "../contain/tried.ts";
import type { Incident, StepResult } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import { aclDescription, mayHaveAcl } from "../incident/network-rule.ts";
import { addToTimeline } from "../incident/timeline.ts";
import type { IncidentParts } from "../parts.ts";

/** For so long what may pass is tried again before an incident is closed all the same. Milliseconds. */
const PATIENCE = minutes(15) * 1_000;

/** Between two tries. */
const PAUSE: Seconds = minutes(1);

/**
 * Takes away the network ACL that this incident has made, before it is closed: nothing that leaked works any more, or a
 * person said that nothing more is to be done. The rules of other incidents stay, and those of people.
 *
 * @returns how long to wait until it is to be tried again; null where it is gone, or stays: the record says which
 * @throws CurfewError `store-failed`, `interrupted`
 */
export async function takeAclAway(incident: Incident, parts: IncidentParts): Promise<Seconds | null> {
  if (incident.drill || !wasMade(incident, parts)) return null;
  const { table, clock } = parts;
  const error = await deleteAcl(incident, parts);
  const now = clock.now();
  const result = error ? leftThere(incident, error, now) : gone(now);
  await recordStep(table, incident.id, "network-acl", result);
  const isWorthIt = error !== undefined && PASSING.has(error.code) && now < result.at + PATIENCE;
  return isWorthIt ? PAUSE : null;
}

/** Who was to make it may have died before it could say so. */
const wasMade = (incident: Incident, { settings }: IncidentParts): boolean =>
  incident.steps["network-acl"] === undefined
    ? settings.egress !== null && incident.leak?.shortens.includes("network-acl") === true
    : mayHaveAcl(incident);

async function deleteAcl(
  incident: Incident,
  { tenant, table, clock }: IncidentParts,
): Promise<CurfewError | undefined> {
  const listed = await tried(() => tenant.networkAcls());
  if ("error" in listed) return listed.error.code === "feature-unavailable" ? undefined : listed.error;
  let failure: CurfewError | undefined;
  for (const acl of findAcls(listed.value, incident)) {
    const deleted = await tried(() => tenant.deleteNetworkAcl(acl.id));
    const error = "error" in deleted ? deleted.error : undefined;
    failure ??= error;
    const answer = error ? reasonOf(error) : "accepted";
    const what = `DELETE /api/v2/network-acls/${acl.id}`;
    await addToTimeline(table, incident.id, { at: clock.now(), who: "curfew", what, answer });
  }
  return failure;
}

const gone = (at: number): StepResult => ({
  at,
  outcome: "not-applicable",
  message: "The network ACL of this incident is gone: it lasts no longer than the incident.",
});

/** `at`: since when it cannot be taken away. */
function leftThere(incident: Incident, error: CurfewError, now: number): StepResult {
  const known = incident.steps["network-acl"];
  const missing = [`the rule "${aclDescription(incident)}" may still be there: ${reasonOf(error)}`];
  const at = known?.message === NOT_TAKEN ? known.at : now;
  return { at, outcome: "incomplete", message: NOT_TAKEN, missing, code: error.code };
}

const NOT_TAKEN = "The network ACL could not be taken away.";
