import { ASKED_STEPS, type AskedStep, askedRow } from "../approvals/asked.ts";
import { endIncident } from "../incident/end-incident.ts";
import type { DeskParts } from "./desk.ts";

/**
 * Ends an incident in the name of a person. Nothing that waits for an answer waits any longer, and where the machine is
 * not there any more it is started, to keep the evidence. What an earlier incident had asked about giving back counts no
 * more: it does not wait either, and asks anew.
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
  const waits: [string, AskedStep][] = ASKED_STEPS.map((step) => [id, step]);
  for (const earlier of incident.follows ?? []) waits.push([earlier, "restore"]);
  for (const [one, step] of waits) {
    const { taskToken, decision } = (await askedRow(table, one, step))?.value ?? {};
    if (taskToken && !decision) await executions.complete(taskToken, "reject");
  }
  if (incident.closedAt === null) await executions.start(incident);
  return { incident: id };
}
