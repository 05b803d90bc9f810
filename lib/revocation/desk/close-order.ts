import { ASKED_STEPS, readAsked } from "../approvals/asked.ts";
import { endIncident } from "../incident/end-incident.ts";
import type { DeskParts } from "./desk.ts";

/**
 * Ends an incident in the name of a person. Nothing that waits for an answer waits any longer, and where the machine is
 * not there any more it is started, to keep the evidence.
 *
 * @throws CurfewError with the reason
 */
export async function takeClose(
  id: string,
  reason: string,
  caller: string,
  { table, clock, executions, allowStart }: DeskParts,
): Promise<{ incident: string }> {
  allowStart(caller);
  const incident = await endIncident(table, id, { at: Math.floor(clock.now()), by: caller, reason });
  for (const step of ASKED_STEPS) {
    const asked = await readAsked(table, id, step);
    if (asked?.taskToken && !asked.decision) await executions.complete(asked.taskToken, "reject");
  }
  if (incident.closedAt === null) await executions.start(incident);
  return { incident: id };
}
