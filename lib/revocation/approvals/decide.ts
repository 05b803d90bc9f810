import type { Config } from "../../config/schema.ts";
import type { Instant } from "../../history/history.ts";
import type { Clock } from "../../model/clock.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Table } from "../../store/table.ts";
import { whyNotDone } from "../incident/end-incident.ts";
import type { Incident } from "../incident/incident.ts";
import { readIncident } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import {
  type Approval,
  type AskedRow,
  type AskedStep,
  answeredSince,
  approvalsNeeded,
  askedKey,
  askedRow,
} from "./asked.ts";
import { type Caller, callerOf, isAmong, isNamed, isSamePerson } from "./caller.ts";
import { countsSince, refuseVoid } from "./counts-since.ts";

/** What somebody says to what an incident asks. */
export interface Decision {
  incident: string;
  step: AskedStep;
  /** Of the plan that this person has seen. */
  planHash: string;
  decision: "approve" | "reject";
  /** The ARN of the caller, as IAM says. */
  caller: string;
}

/** What deciding works with. */
export interface DecidingParts {
  table: Table;
  clock: Clock;
  /** Who may approve; undefined where the configuration does not say. */
  incidents: Config["incidents"];
}

/** What came of it. */
export interface Decided {
  /** Completes the task that waits; null where none does, or where one more person must agree. */
  taskToken: string | null;
}

/**
 * Records what a person decided. The same answer of the same person again is the same, so who did not hear that it was
 * taken may send it again.
 *
 * Only those who are named as approvers decide. Who started the incident may say no to what it asks, but not yes: the
 * ARN differs, and so does the name of the session, which as a rule is the person's. Where nobody knows who started it,
 * two of them must agree, so that one of the two is somebody else.
 *
 * @throws CurfewError each with one sentence for the person: `configuration-invalid` where no approvers are configured;
 * `request-refused` for somebody who may not decide; `arguments-invalid` where there is no such incident; `not-found`
 * where nothing is asked; `approval-refused` where this cannot be answered any more, or not by this person
 */
export async function decide(order: Decision, parts: DecidingParts): Promise<Decided> {
  const person = personOf(order.caller, parts.incidents);
  const incident = await readIncident(parts.table, order.incident);
  for (;;) {
    const known = await askedRow(parts.table, incident.id, order.step);
    if (!known) throw nothingAsked(order);
    const since = await countsSince(parts.table, incident, order.step);
    const asked = answeredSince(known.value, since);
    const earlier = sameAnswer(asked, order, person);
    if (earlier) return heard(incident, order, asked, earlier, parts);
    await refuseLate(incident, asked, order, since, parts);
    if (order.decision === "approve") refuseOwn(incident, person);
    const answer: Approval = { by: person.arn, at: parts.clock.now() };
    const next = answered(asked, answer, order.decision, incident);
    if (await parts.table.put(askedKey(incident.id, order.step), next, { ifVersion: known.version })) {
      return heard(incident, order, next, answer, parts);
    }
  }
}

/** Who asks, if it is somebody who may decide. */
function personOf(arn: string, incidents: Config["incidents"]): Caller {
  if (!incidents) throw noApprovers();
  const caller = callerOf(arn);
  if (!caller) throw refused("Only a session of an IAM role, or an IAM user, can decide: not the root of an account.");
  if (!isAmong(caller, incidents.approvers)) {
    throw refused("You are not among those who may decide; incidents.approvers in the configuration names them.");
  }
  if (isNamed(caller)) return caller;
  throw refused(
    `The name of your session, ${caller.session}, was made up by a program: log in with a session that is named after you (role_session_name).`,
  );
}

/** What the same person has answered before, if it was the same. */
function sameAnswer(asked: AskedRow, { planHash, decision }: Decision, { arn }: Caller): Approval | undefined {
  if (asked.planHash !== planHash) return undefined;
  if (asked.decision && asked.decision.decision !== decision) return undefined;
  if (asked.decision?.by === arn) return asked.decision;
  return decision === "approve" ? asked.approvals.find(({ by }) => by === arn) : undefined;
}

/** Whoever saw something else, or comes when it is over, has answered nothing. */
async function refuseLate(
  incident: Incident,
  asked: AskedRow,
  { planHash, step }: Decision,
  since: Instant,
  { table, clock }: DecidingParts,
): Promise<void> {
  const why = await whyNotDone(table, incident, step);
  if (why !== null) throw late("over", `The incident ${incident.id} takes no answer about ${step}: ${why}.`);
  refuseVoid(asked, since, step);
  if (asked.planHash !== planHash) {
    throw late("plan changed", "The plan has changed since you saw it; look at it again and decide about that one.");
  }
  const { decision } = asked;
  if (decision) {
    const word = decision.decision === "approve" ? "approved" : "rejected";
    throw late("decided", `That was ${word} already, by ${decision.by}.`);
  }
  if (clock.now() > asked.until) {
    const until = new Date(asked.until).toISOString();
    throw late("too late", `The time to answer was over at ${until}; ${step} is asked for again while it is possible.`);
  }
}

function refuseOwn({ openedBy }: Incident, person: Caller): void {
  const requester = callerOf(openedBy);
  if (requester && isSamePerson(requester, person)) {
    throw late("same person", "You started this incident, so somebody else has to approve what it asks.");
  }
}

function answered(asked: AskedRow, answer: Approval, decision: Decision["decision"], { openedBy }: Incident): AskedRow {
  if (decision === "reject") return { ...asked, decision: { ...answer, decision } };
  const requester = callerOf(openedBy);
  const approvals = [...asked.approvals, answer];
  const people = approvals.filter(
    ({ by }, index) => !approvals.slice(0, index).some((other) => isSameArn(other.by, by)),
  );
  const isEnough = people.length >= approvalsNeeded(requester !== undefined && isNamed(requester));
  return { ...asked, approvals, decision: isEnough ? { ...answer, decision } : null };
}

function isSameArn(one: string, other: string): boolean {
  const [a, b] = [callerOf(one), callerOf(other)];
  return a === undefined || b === undefined || isSamePerson(a, b);
}

/** Writes it into the timeline, again where an earlier try died before. */
async function heard(
  incident: Incident,
  { step, decision }: Decision,
  asked: AskedRow,
  { by, at }: Approval,
  { table }: DecidingParts,
): Promise<Decided> {
  const what = `${decision === "approve" ? "Approved" : "Rejected"} ${step}, plan ${asked.planHash}.`;
  await addToTimeline(table, incident.id, { at, who: by, what, answer: null });
  return { taskToken: asked.decision ? asked.taskToken : null };
}

const refused = (message: string): CurfewError => new CurfewError("request-refused", message);

const late = (detail: string, message: string): CurfewError => new CurfewError("approval-refused", message, { detail });

const noApprovers = (): CurfewError =>
  new CurfewError(
    "configuration-invalid",
    "Nobody can approve anything: add incidents with requesters and approvers to the configuration, and deploy it.",
  );

const nothingAsked = ({ incident, step }: Decision): CurfewError =>
  new CurfewError("not-found", `The incident ${incident} asks nobody about ${step}.`);
