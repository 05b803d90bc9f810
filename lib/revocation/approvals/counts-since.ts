import type { Instant } from "../../history/history.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Table } from "../../store/table.ts";
import type { Incident } from "../incident/incident.ts";
import { decidesSince, laterOnes } from "../incident/later.ts";
import type { Asked, AskedStep } from "./asked.ts";

/**
 * Since when a question must have been asked for an answer to count: who is asked what is given back must have seen what
 * was reported later. The beginning of time where nothing was.
 *
 * @throws CurfewError `store-failed`
 */
export const countsSince = async (
  table: Table,
  incident: Pick<Incident, "followedBy">,
  step: AskedStep,
): Promise<Instant> => (step === "restore" ? decidesSince(await laterOnes(table, incident)) : 0);

/**
 * Takes no answer to what was asked before.
 *
 * @throws CurfewError `approval-refused`
 */
export function refuseVoid({ askedAt }: Pick<Asked, "askedAt">, since: Instant, step: AskedStep): void {
  if (askedAt >= since) return;
  const why = `Since you were asked about ${step} a person has ended an incident that went on from this one`;
  const message = `${why}: no answer to that counts. It is asked anew while it is possible; look at it again then.`;
  throw new CurfewError("approval-refused", message, { detail: "asked anew" });
}
