import type { Instant } from "../../history/history.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import { type TellingParts, tellIncident } from "../alerts/tell.ts";
import type { Incident } from "../incident/incident.ts";
import {
  type Asked,
  type AskedRow,
  type AskedStep,
  answeredSince,
  askedKey,
  askedRow,
  type Proposal,
} from "./asked.ts";
import { keepProposal } from "./kept-proposal.ts";
import { planHash } from "./plan-hash.ts";

/** Who waits for the answer, and how long. */
export interface Waiting {
  /** Completes the task that waits; null where none does. */
  taskToken: string | null;
  /** Until when an answer counts. */
  until: Instant;
  /** What was asked before it and answered counts no more; absent where it does. */
  since?: Instant;
}

/** Here a no is one to every plan: the key stays. Where access may be given back, another plan is another question. */
const ASKED_ONCE: ReadonlySet<AskedStep> = new Set(["key-revocation"]);

/**
 * Asks for approval, and tells people. What was asked before and not answered is replaced, and so is another plan that
 * was refused; agreements to the very same plan stay. What was approved is never replaced: it may be under way.
 *
 * @throws CurfewError `approval-refused`, retryable, when it was decided meanwhile: plan again and see
 */
export async function ask<Plan>(
  incident: Incident,
  step: AskedStep,
  proposal: Proposal<Plan>,
  { taskToken, until, since = 0 }: Waiting,
  parts: TellingParts,
): Promise<Asked<Plan>> {
  const { table, clock } = parts;
  const hash = planHash(proposal.plan);
  const stored = await keepProposal(table, incident.id, step, proposal);
  for (;;) {
    const known = await askedRow<Plan>(table, incident.id, step);
    const before = known && answeredSince(known.value, since);
    // A task that is tried again asks the same once more: that is no reminder.
    const isReplay = before?.taskToken === taskToken && before.planHash === hash && before.askedAt >= since;
    const decision = before?.decision?.decision;
    const isNo = decision === "reject" && (before?.planHash === hash || ASKED_ONCE.has(step));
    if (decision === "approve" || isNo) throw decidedMeanwhile(step, decision);
    if (isReplay && before.decision === null) return told(incident, step, { ...before, ...proposal }, parts);
    const isSame = before?.planHash === hash;
    const asked: Omit<Asked, keyof Proposal> = {
      planHash: hash,
      askedAt: clock.now(),
      until,
      reminders: isSame ? before.reminders + 1 : 0,
      taskToken,
      approvals: isSame && before.decision === null ? before.approvals : [],
      decision: null,
    };
    const row: AskedRow<Plan> = { ...asked, ...stored };
    if (await table.put(askedKey(incident.id, step), row, { ifVersion: known?.version ?? 0 })) {
      return told(incident, step, { ...asked, ...proposal }, parts);
    }
  }
}

async function told<Plan>(
  incident: Incident,
  step: AskedStep,
  asked: Asked<Plan>,
  parts: TellingParts,
): Promise<Asked<Plan>> {
  const { planHash: hash, askedAt, until, reminders, lines } = asked;
  await tellIncident(
    incident,
    { turn: "waiting", step, planHash: hash, askedAt, until, reminders, plan: lines },
    parts,
  );
  return asked;
}

const decidedMeanwhile = (step: AskedStep, decision: "approve" | "reject"): CurfewError => {
  const detail = decision === "approve" ? "approved" : "rejected";
  return new CurfewError("approval-refused", `${step} was ${detail} while it was asked for again.`, {
    ...{ retryable: true, detail },
  });
};
