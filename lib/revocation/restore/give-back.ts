import { counted } from "../../alerts/harmless-text.ts";
import type { CurfewError } from "../../model/curfew-error.ts";
import { approvedPlan, readAsked } from "../approvals/asked.ts";
import { act } from "../contain/act.ts";
import { actAsAgreed } from "../contain/act-as-agreed.ts";
import { type Came, incomplete } from "../contain/came.ts";
import { readOrganizations } from "../contain/keep-grants.ts";
import { findAcl } from "../contain/network-acl.ts";
import { runStep } from "../contain/run-step.ts";
import { type StepRun, wasComplete } from "../contain/step-run.ts";
import { tried } from "../contain/tried.ts";
import { whyOver } from "../incident/end-incident.ts";
import { isBegun } from "../incident/how-far.ts";
import type { Incident } from "../incident/incident.ts";
import { preserve } from "../incident/preserve.ts";
import type { IncidentParts } from "../parts.ts";
import type { NewGrant, RevokedGrant } from "../ports.ts";
import { unapprovedChange } from "./not-approved.ts";
import { NOT_BACK, noteBegun, noteRestored, noteStillLocked } from "./note-restored.ts";
import type { RestorePlan } from "./restore-plan.ts";
import { compareGrant, isForSame } from "./same-grant.ts";

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
  if (restore === undefined || !isBegun(incident) || whyOver(incident, "restore") !== null) return incident;
  const isOlder = restore.at < Math.max(contain?.at ?? 0, lock?.at ?? 0, acl?.at ?? 0);
  return restore.outcome === "incomplete" || isOlder ? giveBack(incident, parts) : incident;
}

async function give(run: StepRun): Promise<Came> {
  const { incident, parts } = run;
  const plan = approvedPlan(await readAsked<RestorePlan>(parts.table, incident.id, "restore"));
  if (!plan) return incomplete(NOT_BACK, ["a second person has not agreed"], null);
  const why = await noteBegun(run);
  if (why !== null) return incomplete(NOT_BACK, [why], null);
  if (incident.drill) return wouldGive(run, plan);
  const failure =
    (await giveGrants(run, plan)) ??
    (await unapprovedChange(run, plan)) ??
    (await noteRestored(run)) ??
    (await unlock(run, plan)) ??
    (await openNetwork(run, plan));
  if (failure) return failure;
  return { outcome: "done", message: `${incident.clientId} has what was approved, and nothing else.` };
}

async function wouldGive(run: StepRun, plan: RestorePlan): Promise<Came> {
  for (const grant of plan.grants)
    await act(run, `POST /api/v2/client-grants ${grant.audience}`, async () => undefined);
  const message = `${counted(plan.grants.length, "grant")} would be given back.`;
  return { outcome: "done", message };
}

/** Looks at the grants so often: what is found wrong is mended, and looked at again. */
const ROUNDS = 3;

/** Undefined when every approved grant is there, and no other. */
async function giveGrants(run: StepRun, plan: RestorePlan): Promise<Came | undefined> {
  let failures: readonly Failure[] = [];
  for (let round = 0; ; round += 1) {
    const found = await tried(() => listGrants(run));
    if ("error" in found)
      return incomplete(NOT_BACK, ["the application's grants, which could not be listed"], found.error);
    const wrong = plan.grants.filter((approved) => !isThere(found.value, approved));
    if (wrong.length === 0) return strangers(found.value, plan);
    if (round === ROUNDS || (round > 0 && failures.length >= wrong.length)) return left(wrong, failures);
    failures = [];
    for (const approved of wrong) {
      const failure = await giveOne(run, found.value, approved);
      if (failure) failures = [...failures, { approved, failure }];
    }
  }
}

interface Failure {
  approved: NewGrant;
  failure: CurfewError;
}

const left = (wrong: readonly NewGrant[], failures: readonly Failure[]): Came => {
  const reasonOf = (grant: NewGrant) => failures.find(({ approved }) => approved === grant)?.failure ?? null;
  const lines = wrong.map((grant) => incomplete(NOT_BACK, [`the grant for ${grant.audience}`], reasonOf(grant)));
  const missing = lines.flatMap((line) => (line.outcome === "incomplete" ? line.missing : []));
  return { outcome: "incomplete", message: NOT_BACK, missing, code: failures.at(0)?.failure.code ?? null };
};

/** A grant that nobody approved was put back or planted: watching takes it away, and until then nothing is unlocked. */
function strangers(found: readonly RevokedGrant[], plan: RestorePlan): Came | undefined {
  const others = found.filter((grant) => !plan.grants.some((approved) => isForSame(approved, grant)));
  if (others.length === 0) return undefined;
  const lines = others.map(({ audience }) => `a grant for ${audience} that nobody approved is there`);
  return incomplete("Something else was put back, so the application stays locked.", lines, null);
}

/** All grants but Auth0's own, with their organizations. */
async function listGrants(run: StepRun): Promise<RevokedGrant[]> {
  const grants = (await run.tenant.grants()).filter(({ isSystem }) => !isSystem);
  const read = await Promise.all(grants.map((grant) => readOrganizations(run, grant)));
  const unread = read.find((grant) => grant.unread)?.unread;
  if (unread) throw unread;
  return read.map(({ unread: _, ...grant }) => grant);
}

function isThere(found: readonly RevokedGrant[], approved: NewGrant): boolean {
  const own = found.filter((grant) => isForSame(grant, approved));
  return own.length === 1 && own.every((grant) => isSame(grant, approved));
}

function isSame(grant: RevokedGrant, approved: NewGrant): boolean {
  const { isMore, isLess, missing } = compareGrant(grant, approved);
  return !isMore && !isLess && missing.length === 0;
}

/** Makes one grant what was approved. */
async function giveOne(
  run: StepRun,
  found: readonly RevokedGrant[],
  approved: NewGrant,
): Promise<CurfewError | undefined> {
  const own = found.filter((grant) => isForSame(grant, approved));
  const good = own.find((grant) => {
    const { isMore, isLess } = compareGrant(grant, approved);
    return !isMore && !isLess;
  });
  for (const grant of own.filter((one) => one !== good)) {
    const failure = await replace(run, grant);
    if (failure) return failure;
  }
  if (good) return addOrganizations(run, good.id, compareGrant(good, approved).missing);
  const created = await create(run, approved);
  return "error" in created ? created.error : addOrganizations(run, created.value, approved.organizations);
}

/** What is taken away here is no part of what was there, but it is written down like everything. */
async function replace({ parts, incident, ...run }: StepRun, grant: RevokedGrant): Promise<CurfewError | undefined> {
  const kept = await tried(() => preserve(parts.table, incident, `put-back/${grant.id}`, grant));
  if ("error" in kept) return kept.error;
  const what = `DELETE /api/v2/client-grants/${grant.id}, which is not what was approved`;
  return actAsAgreed({ ...run, parts, incident }, what, () => run.tenant.deleteGrant(grant.id));
}

async function create(run: StepRun, approved: NewGrant): Promise<{ value: string } | { error: CurfewError }> {
  let id = "";
  const what = `POST /api/v2/client-grants ${approved.audience}: ${approved.allowsAllScopes === true ? "all scopes" : approved.scopes.join(" ")}`;
  const failure = await actAsAgreed(run, what, async () => {
    id = await run.tenant.createGrant(approved);
  });
  return failure ? { error: failure } : { value: id };
}

async function addOrganizations(
  run: StepRun,
  grantId: string,
  organizations: readonly string[],
): Promise<CurfewError | undefined> {
  for (const organization of organizations) {
    const what = `POST /api/v2/organizations/${organization}/client-grants ${grantId}`;
    const failure = await actAsAgreed(run, what, () => run.tenant.addOrganization(grantId, organization));
    if (failure) return failure;
  }
  return undefined;
}

async function unlock(run: StepRun, { grantTypes, clientId }: RestorePlan): Promise<Came | undefined> {
  const { incident } = run;
  const line = `the grant type ${grantTypes.join(" ")} of ${clientId}`;
  const read = await tried(() => run.tenant.client());
  if ("error" in read) return incomplete(NOT_BACK, [line], read.error);
  const client = read.value;
  if (!client) return incomplete("The application is gone.", [line], null);
  const now = client.grantTypes;
  if (grantTypes.every((type) => now?.includes(type))) return undefined;
  if (now === undefined) return incomplete("Auth0 does not say which grant types there are.", [line], null);
  const types = [...now, ...grantTypes.filter((type) => !now.includes(type))];
  const what = `PATCH /api/v2/clients/${clientId} grant_types: ${types.join(" ")}`;
  if (incident.restored && !wasComplete(run)) await noteStillLocked(run);
  const failure = await actAsAgreed(run, what, () => run.tenant.setGrantTypes(types));
  return failure && incomplete(NOT_BACK, [line], failure);
}

async function openNetwork(run: StepRun, { networkAcl }: RestorePlan): Promise<Came | undefined> {
  if (!networkAcl) return undefined;
  const line = "the network ACL of this incident is still there";
  const listed = await tried(() => run.tenant.networkAcls());
  if ("error" in listed) {
    if (listed.error.code === "feature-unavailable") return undefined;
    return incomplete(NOT_BACK, [line], listed.error);
  }
  for (const id of [run.incident.id, ...(run.incident.follows ?? [])]) {
    const acl = findAcl(listed.value, { id });
    if (!acl) continue;
    const what = `DELETE /api/v2/network-acls/${acl.id}`;
    const failure = await actAsAgreed(run, what, () => run.tenant.deleteNetworkAcl(acl.id));
    if (failure) return incomplete(NOT_BACK, [line], failure);
  }
  return undefined;
}
