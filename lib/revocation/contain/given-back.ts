import type { CurfewError } from "../../model/curfew-error.ts";
import { beforeMoment } from "../../rotation/bounded-parts.ts";
import type { Table } from "../../store/table.ts";
import { approvedPlan, readAsked } from "../approvals/asked.ts";
import type { Incident } from "../incident/incident.ts";
import { readIncident } from "../incident/incidents.ts";
import type { RestorePlan } from "../restore/restore-plan.ts";
import { compareGrant, isForSame } from "../restore/same-grant.ts";
import { type FoundGrant, readOrganizations } from "./keep-grants.ts";
import type { StepRun } from "./step-run.ts";
import { type Tried, tried } from "./tried.ts";

/** What a second person approved to give back: taking that away again would undo a decision. */
export type GivenBack = Pick<RestorePlan, "grantTypes" | "grants" | "networkAcl">;

/** For reading one row. Milliseconds. */
const PATIENCE = 5_000;

/**
 * What was approved, to be asked only after it was seen what is there: so whatever was given back by then was approved
 * before this is read. Before there is a proof nothing is offered, and nothing is asked.
 *
 * @returns undefined while nothing was approved
 */
export async function readGivenBack({ incident, parts }: StepRun): Promise<Tried<GivenBack | undefined>> {
  const { table, clock } = parts;
  if (incident.followedBy === undefined && incident.steps.prove === undefined) return { value: undefined };
  const read = await tried(() =>
    beforeMoment(clock, clock.now() + PATIENCE, async () =>
      readAsked<RestorePlan>(table, (await lastOf(incident, table)).id, "restore"),
    ),
  );
  return "error" in read ? read : { value: approvedPlan(read.value) };
}

/** The incident that decides what the application may have. */
async function lastOf(incident: Incident, table: Table): Promise<Incident> {
  return incident.followedBy === undefined ? incident : lastOf(await readIncident(table, incident.followedBy), table);
}

/**
 * Whether a grant is one that was approved, and allows no more than that: somebody may have widened it since. Where its
 * organizations cannot be read nobody knows: the reason.
 */
export async function isGiven(
  run: StepRun,
  grant: FoundGrant,
  given: GivenBack | undefined,
): Promise<boolean | CurfewError> {
  const approved = given?.grants.find((one) => isForSame(one, grant));
  if (!approved || compareGrant({ ...grant, organizations: [] }, approved).isMore) return false;
  const { organizations, unread } = await readOrganizations(run, grant);
  return unread ?? !compareGrant({ ...grant, organizations }, approved).isMore;
}
