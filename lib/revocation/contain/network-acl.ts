import type { CurfewError } from "../../model/curfew-error.ts";
import { isOpened } from "../incident/how-far.ts";
import type { Incident } from "../incident/incident.ts";
import { aclDescription, letInByHand, mayHaveAcl, NOT_FROM_HERE, SHUT_OUT } from "../incident/network-rule.ts";
import type { IncidentParts } from "../parts.ts";
import type { NetworkAcl } from "../ports.ts";
import { act } from "./act.ts";
import { type Came, incomplete, reasonOf, unseen } from "./came.ts";
import { readGivenBack } from "./given-back.ts";
import { notePutBack } from "./note-put-back.ts";
import { runStep } from "./run-step.ts";
import { type StepRun, wasComplete } from "./step-run.ts";
import { tried } from "./tried.ts";

/** The incident's rules among the tenant's: two processes beside each other may have made one each. */
export const findAcls = (acls: readonly NetworkAcl[], incident: Pick<Incident, "id">): NetworkAcl[] =>
  acls.filter(({ description }) => description === aclDescription(incident));

/**
 * Keeps everybody outside of Curfew's own ranges from the Management API, where that is configured: tokens for it that
 * are out are refused then, too. Where the plan has no network ACLs that is said, and is no failure: nothing counts on
 * it.
 *
 * A rule is looked for before it is made, and again whenever an answer did not come.
 */
export const setNetworkAcl = (incident: Incident, parts: IncidentParts): Promise<Incident> =>
  runStep("network-acl", incident, parts, setAcl).then((ended) => ended.incident);

/** See {@link setNetworkAcl}. */
export async function setAcl(run: StepRun): Promise<Came> {
  const { incident, parts, tenant } = run;
  const { egress } = parts.settings;
  const why = whyNone(run);
  // One that was made is looked for on, whatever the configuration says since.
  if (why !== undefined && !mayHaveAcl(incident)) return notApplicable(why);
  const before = await lookForAcl(run);
  if (before !== "absent") return cameOf(run, before, wasShutOut(run));
  if (why !== undefined || egress === null) return notApplicable(why ?? NOT_CONFIGURED);
  const given = await readGivenBack(run);
  if ("error" in given) return (isOpened(incident) ? unseen : incomplete)(NOT_THERE, [MISSING], given.error);
  if (given.value?.networkAcl) return SET;
  if (wasComplete(run)) await notePutBack(run, ["the network ACL of this incident is gone"]);
  const failure = await act(run, "POST /api/v2/network-acls", () =>
    tenant.createNetworkAcl(aclDescription(incident), egress),
  );
  if (incident.drill) return { outcome: "done", message: "A network ACL would be made." };
  if (failure?.code === "feature-unavailable") return lacksFeature(reasonOf(failure));
  const after = await lookForAcl(run);
  if (after === "absent") return incomplete(NOT_THERE, [MISSING], failure ?? null);
  return cameOf(run, after, true);
}

/** Why none is made; undefined where it is. */
function whyNone({ incident: { leak }, parts: { settings } }: StepRun): string | undefined {
  if (settings.egress === null) return NOT_CONFIGURED;
  if (!leak?.shortens.includes("network-acl")) return "A network ACL does not end what this kind of leak left out.";
  return settings.isAlone ? NOT_FROM_HERE : undefined;
}

const NOT_CONFIGURED = "No network ACL is configured for emergencies.";

const SET: Came = {
  outcome: "done",
  message: "The Management API answers to nobody outside of Curfew's own ranges.",
};

const NOT_THERE = "The network ACL is not there.";
const MISSING = "the network ACL on the Management API";

const notApplicable = (message: string): Came => ({ outcome: "not-applicable", message });

const lacksFeature = (reason: string): Came =>
  notApplicable(`The tenant's plan has no network ACL for this (${reason}): tokens that are out are not ended early.`);

/** The rule as it is there, of two one that holds, or why it cannot be looked at. */
type Look = { acl: NetworkAcl } | { error: CurfewError };

async function lookForAcl({ tenant, incident }: StepRun): Promise<Look | "absent"> {
  const listed = await tried(() => tenant.networkAcls());
  if ("error" in listed) return listed;
  const acls = findAcls(listed.value, incident);
  const acl = acls.find(({ isActive }) => isActive) ?? acls[0];
  return acl ? { acl } : "absent";
}

/** @param wasMade whether it was made just now, or an earlier run found that it keeps Curfew out */
function cameOf({ incident }: StepRun, look: Look, wasMade: boolean): Came {
  if ("acl" in look) return look.acl.isActive ? SET : incomplete(SWITCHED_OFF, [MISSING], null);
  const { error } = look;
  if (error.code === "feature-unavailable") return lacksFeature(reasonOf(error));
  if (!wasMade || !isRefusedAtTheDoor(error))
    return unseen("Whether the network ACL is there could not be seen.", [MISSING], error);
  return incomplete(SHUT_OUT, [letInByHand(incident)], error);
}

const SWITCHED_OFF = "The network ACL is there, and switched off.";

/** Nothing that this login may not do: what was refused is whence it came. An answer with a reason of its own has another code. */
const isRefusedAtTheDoor = ({ detail }: CurfewError): boolean => detail?.startsWith("status 403") === true;

const wasShutOut = ({ incident: { steps } }: StepRun): boolean => steps["network-acl"]?.message === SHUT_OUT;
