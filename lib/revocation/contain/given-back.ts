import type { Instant } from "../../history/history.ts";
import type { CurfewError } from "../../model/curfew-error.ts";
import { beforeMoment } from "../../rotation/bounded-parts.ts";
import { answeredSince, approvedPlan, readAsked } from "../approvals/asked.ts";
import { howFar, isBegun, isGivenBack, isOpened } from "../incident/how-far.ts";
import type { Incident } from "../incident/incident.ts";
import { readIncident } from "../incident/incidents.ts";
import { decidesSince, laterOnes } from "../incident/later.ts";
import { closesApplication } from "../incident/same-leak.ts";
import type { RestorePlan } from "../restore/restore-plan.ts";
import { compareGrant, isForSame } from "../restore/same-grant.ts";
import { type FoundGrant, readOrganizations } from "./keep-grants.ts";
import type { StepRun } from "./step-run.ts";
import { type Tried, tried } from "./tried.ts";

/** What of the approved plan is given back by now: taking that away again would undo a decision. */
export type GivenBack = Pick<RestorePlan, "grantTypes" | "grants" | "networkAcl">;

/** For reading one row. Milliseconds. */
const PATIENCE = 5_000;

/**
 * What Curfew may have given back, to be asked only after it was seen what is there: each part is recorded before the
 * first request for it. Whatever else is there something else has put back, also where a person has approved just that
 * by now: the grants count from when giving back begins, the lock and the network only once all grants are back.
 *
 * Before there is a proof nothing is offered, and nothing is asked.
 *
 * @returns undefined while nothing is given back
 */
export async function readGivenBack(run: StepRun): Promise<Tried<GivenBack | undefined>> {
  const { incident, parts } = run;
  const { clock } = parts;
  if (incident.followedBy === undefined && incident.steps.prove === undefined) return { value: undefined };
  return tried(() => beforeMoment(clock, clock.now() + PATIENCE, () => givenBack(run)));
}

async function givenBack(run: StepRun): Promise<GivenBack | undefined> {
  const { table } = run.parts;
  const known = await readIncident(table, run.incident.id);
  const all = [known, ...(await laterOnes(table, known))];
  const incident = givingOf(all);
  run.judgedBy = { id: incident.id, howFar: howFar(incident) };
  if (!isBegun(incident)) return undefined;
  const asked = await readAsked<RestorePlan>(table, incident.id, "restore");
  // An answer from before a later one was ended counts no more, but for what was seen to be done by it.
  const since = isGivenBack(incident) ? 0 : decidesSince(all.slice(all.indexOf(incident) + 1));
  const plan = approvedPlan(asked && answeredSince(asked, since));
  // What a person ended before it came to its end counts only as long as this one holds it.
  const isForgotten = incident.ended && closesApplication(known) && !isOpened(known);
  if (!plan || !isOpened(incident) || isForgotten) return plan && { ...plan, grantTypes: [], networkAcl: false };
  // What takes nothing away of the application keeps a rule of its own, which no approval about the application opens.
  return { ...plan, networkAcl: plan.networkAcl && closesApplication(known) };
}

/**
 * The incident that gives back, if any does: the one that decides, or one after it that a person has ended, whichever
 * began last. So what was begun and ended stays as it is until more is begun, the lock until it is seen to hold or
 * somebody says no.
 *
 * @param all from the earliest to the newest
 */
function givingOf(all: readonly Incident[]): Incident {
  const decides = all.findLastIndex(({ ended }) => !ended);
  const [first, ...ended] = all.slice(Math.max(0, decides)) as [Incident, ...Incident[]];
  const begunAt = ({ restoring }: Incident): Instant => restoring?.at ?? Number.NEGATIVE_INFINITY;
  return ended.reduce((last, one) => (begunAt(one) > begunAt(last) ? one : last), first);
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
