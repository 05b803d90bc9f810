import { counted, harmless } from "../../alerts/harmless-text.ts";
import { hasCode } from "../../model/curfew-error.ts";
import { answeredSince, approvedPlan, readAsked } from "../approvals/asked.ts";
import { act } from "../contain/act.ts";
import { actAsAgreed } from "../contain/act-as-agreed.ts";
import { type Came, incomplete } from "../contain/came.ts";
import { runStep } from "../contain/run-step.ts";
import type { StepRun } from "../contain/step-run.ts";
import { tried } from "../contain/tried.ts";
import { whyNotDone } from "../incident/end-incident.ts";
import type { Incident } from "../incident/incident.ts";
import { decidesSince, laterOnes } from "../incident/later.ts";
import { ACL_PREFIX, aclDescription } from "../incident/network-rule.ts";
import { sharersOf } from "../incident/sharers.ts";
import type { IncidentParts } from "../parts.ts";
import { giveGrants } from "./give-grants.ts";
import { unapprovedChange } from "./not-approved.ts";
import { NOT_BACK, noteBegun, noteOpen, noteRefused, noteRestored } from "./note-restored.ts";
import type { RestorePlan } from "./restore-plan.ts";

/**
 * Gives back what was approved: grants with their organizations, then the grant type, then the network. Until all grants
 * are seen to be just what was approved the application stays locked.
 *
 * What is there already, because an earlier run died, is found by its audience and kind of subject. A grant there that
 * allows more than was approved is replaced, so never more comes back than somebody agreed to.
 *
 * What was begun is finished, whatever happens meanwhile: half of it helps nobody. Unless a person ends the incident.
 */
export const giveBack = (incident: Incident, parts: IncidentParts): Promise<Incident> =>
  runStep("restore", incident, parts, give).then((ended) => ended.incident);

/**
 * Gives back once more what was approved, where something else changed it after it was given back: taking away what
 * nobody approved then takes away what somebody did. What was begun and is not done is tried again.
 */
export async function giveBackAgain(incident: Incident, parts: IncidentParts): Promise<Incident> {
  const { restore, contain, lock, "network-acl": acl } = incident.steps;
  if (restore === undefined || !incident.restoring) return incident;
  const isOlder = restore.at < Math.max(contain?.at ?? 0, lock?.at ?? 0, acl?.at ?? 0);
  if (restore.outcome !== "incomplete" && !isOlder) return incident;
  if ((await whyNotDone(parts.table, incident, "restore")) !== null) return incident;
  // What was given back by an approval that counts no more stays done.
  return (await approved(incident, parts)).plan ? giveBack(incident, parts) : incident;
}

/** What a second person agreed to, where that still counts; and since when it must have been asked. */
async function approved(incident: Incident, { table }: IncidentParts) {
  const asked = await readAsked<RestorePlan>(table, incident.id, "restore");
  const since = decidesSince(await laterOnes(table, incident));
  return { plan: approvedPlan(asked && answeredSince(asked, since)), since };
}

async function give(run: StepRun): Promise<Came> {
  const { incident, parts } = run;
  const { plan, since } = await approved(incident, parts);
  if (!plan) return incomplete(NOT_BACK, ["a second person has not agreed"], null);
  const why = await noteBegun(run, since);
  if (why !== null) return incomplete(NOT_BACK, [why], null);
  if (incident.drill) return wouldGive(run, plan);
  const failure = (await giveGrants(run, plan)) ?? (await unlock(run, plan)) ?? (await noteOpen(run, plan));
  if (failure) return failure;
  const network = await openNetwork(run, plan);
  if ("outcome" in network) return network;
  const message = `${incident.clientId} has what was approved, and nothing else.`;
  const stillClosed = stillClosedBy(network.others);
  const closed = stillClosed.length > 0 && { stillClosed };
  return { outcome: "done", message: [message, ...stillClosed].join(" "), ...closed };
}

async function wouldGive(run: StepRun, plan: RestorePlan): Promise<Came> {
  for (const grant of plan.grants)
    await act(run, `POST /api/v2/client-grants ${grant.audience}`, async () => undefined);
  const message = `${counted(plan.grants.length, "grant")} would be given back.`;
  return { outcome: "done", message };
}

async function unlock(run: StepRun, plan: RestorePlan): Promise<Came | undefined> {
  const { grantTypes, clientId } = plan;
  const line = `the grant type ${grantTypes.join(" ")} of ${clientId}`;
  const read = await tried(() => run.tenant.client());
  if ("error" in read) return incomplete(NOT_BACK, [line], read.error);
  const client = read.value;
  if (!client) return incomplete("The application is gone.", [line], null);
  const change = await unapprovedChange(run, plan, client);
  if (change) return change;
  const { grantTypes: now } = client;
  const missing = grantTypes.filter((type) => !now?.includes(type));
  if (now === undefined && missing.length > 0)
    return incomplete("Auth0 does not say which grant types there are.", [line], null);
  const noted = await noteRestored(run, missing.length > 0);
  if ("outcome" in noted) return noted;
  if (missing.length === 0) return undefined;
  const types = [...(now ?? []), ...missing];
  const what = `PATCH /api/v2/clients/${clientId} grant_types: ${types.join(" ")}`;
  const failure = await actAsAgreed(run, what, () => run.tenant.setGrantTypes(types));
  if (failure && !hasCode(failure, ...MAYBE_DONE) && (await isSeenLocked(run, missing))) await noteRefused(run, noted);
  return failure && incomplete(NOT_BACK, [line], failure);
}

/** How a call ends whose last request may still be on its way. Any other answer is a no, or it was not sent. */
const MAYBE_DONE = ["unreachable", "timed-out", "service-failed", "unexpected-answer"] as const;

/** A no is one to the last request of a call: an earlier one may have been done, and its answer lost. */
async function isSeenLocked({ tenant }: StepRun, types: readonly string[]): Promise<boolean> {
  const read = await tried(() => tenant.client());
  if ("error" in read) return false;
  return read.value === undefined || types.every((type) => read.value?.grantTypes?.includes(type) === false);
}

/** Takes away the rules of all that keep together what is given back, also of those that are over. Others' stay. */
async function openNetwork(run: StepRun, { networkAcl }: RestorePlan): Promise<Came | { others: string[] }> {
  if (!networkAcl) return { others: [] };
  const line = "the network ACL of this incident is still there";
  const sharers = await tried(() => sharersOf(run.parts.table, run.incident));
  if ("error" in sharers) return incomplete(NOT_BACK, [line], sharers.error);
  const listed = await tried(() => run.tenant.networkAcls());
  if ("error" in listed) {
    if (listed.error.code === "feature-unavailable") return { others: [] };
    return incomplete(NOT_BACK, [line], listed.error);
  }
  const own = sharers.value.map(aclDescription);
  for (const acl of listed.value.filter(({ description }) => own.includes(description))) {
    const what = `DELETE /api/v2/network-acls/${acl.id}`;
    const failure = await actAsAgreed(run, what, () => run.tenant.deleteNetworkAcl(acl.id));
    if (failure) return incomplete(NOT_BACK, [line], failure);
  }
  const others = listed.value.filter(
    ({ description, isActive }) => isActive && description.startsWith(ACL_PREFIX) && !own.includes(description),
  );
  return { others: others.map(({ description }) => description) };
}

/** The network is open where nobody else has closed it. */
const stillClosedBy = (others: readonly string[]): string[] =>
  others.slice(0, 5).map((rule) => `The Management API is still closed to others, by "${harmless(rule, 120)}".`);
