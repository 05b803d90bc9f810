import type { Incident } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";
import type { NetworkAcl } from "../ports.ts";
import { act } from "./act.ts";
import { type Came, incomplete, reasonOf, unseen } from "./came.ts";
import { readGivenBack } from "./given-back.ts";
import { notePutBack } from "./note-put-back.ts";
import { runStep } from "./run-step.ts";
import { type StepRun, wasComplete } from "./step-run.ts";
import { tried } from "./tried.ts";

/** By this an incident's rule is found again, also by whoever did not hear that it was made. */
export const aclDescription = ({ id }: Pick<Incident, "id">): string => `Curfew, incident ${id}`;

/** The incident's rule among the tenant's; undefined where there is none. */
export const findAcl = (acls: readonly NetworkAcl[], incident: Pick<Incident, "id">): NetworkAcl | undefined =>
  acls.find(({ description }) => description === aclDescription(incident));

/**
 * Keeps everybody outside of Curfew's own ranges from the Management API, where that is configured: tokens for it that
 * are out are refused then, too. Where the plan has no network ACLs that is said, and is no failure: nothing counts on
 * it.
 *
 * A rule cannot be made twice: it is looked for before, and again whenever an answer did not come.
 */
export const setNetworkAcl = (incident: Incident, parts: IncidentParts): Promise<Incident> =>
  runStep("network-acl", incident, parts, setAcl).then((ended) => ended.incident);

/** See {@link setNetworkAcl}. */
export async function setAcl(run: StepRun): Promise<Came> {
  const { incident, parts, tenant } = run;
  const { egress } = parts.settings;
  if (egress === null) return notApplicable("No network ACL is configured for emergencies.");
  if (!incident.leak?.shortens.includes("network-acl")) {
    return notApplicable("A network ACL does not end what this kind of leak left out.");
  }
  const before = await lookForAcl(run);
  if (before !== "absent") return before;
  const given = await readGivenBack(run);
  if ("error" in given) return incomplete(NOT_THERE, [MISSING], given.error);
  if (given.value?.networkAcl) return SET;
  if (wasComplete(run)) await notePutBack(run, ["the network ACL of this incident is gone"]);
  const failure = await act(run, "POST /api/v2/network-acls", () =>
    tenant.createNetworkAcl(aclDescription(incident), egress),
  );
  if (incident.drill) return { outcome: "done", message: "A network ACL would be made." };
  if (failure?.code === "feature-unavailable") return lacksFeature(reasonOf(failure));
  const after = await lookForAcl(run);
  return after === "absent" ? incomplete(NOT_THERE, [MISSING], failure ?? null) : after;
}

const SET: Came = {
  outcome: "done",
  message: "The Management API answers to nobody outside of Curfew's own ranges.",
};

const NOT_THERE = "The network ACL is not there.";
const MISSING = "the network ACL on the Management API";

const notApplicable = (message: string): Came => ({ outcome: "not-applicable", message });

const lacksFeature = (reason: string): Came =>
  notApplicable(`The tenant's plan has no network ACL for this (${reason}): tokens that are out are not ended early.`);

async function lookForAcl({ tenant, incident }: StepRun): Promise<Came | "absent"> {
  const listed = await tried(() => tenant.networkAcls());
  if ("error" in listed) {
    if (listed.error.code === "feature-unavailable") return lacksFeature(reasonOf(listed.error));
    return unseen("Whether the network ACL is there could not be seen.", [MISSING], listed.error);
  }
  const acl = findAcl(listed.value, incident);
  if (acl === undefined) return "absent";
  return acl.isActive ? SET : incomplete("The network ACL is there, and switched off.", [MISSING], null);
}
