import { CurfewError } from "../../model/curfew-error.ts";
import { whyNotDone } from "../incident/end-incident.ts";
import { readIncident } from "../incident/incidents.ts";
import { act } from "./act.ts";
import type { StepRun } from "./step-run.ts";
import { tried } from "./tried.ts";

/**
 * Does at Auth0 what a second person agreed to, as {@link act} does, unless it is not to be done any more: before each
 * such request the incident is read anew, because a person may have ended it since the run began.
 */
export async function actAsAgreed(
  run: StepRun,
  what: string,
  call: () => Promise<void>,
): Promise<CurfewError | undefined> {
  const { table } = run.parts;
  const read = await tried(async () => whyNotDone(table, await readIncident(table, run.incident.id), run.step));
  if ("error" in read) return read.error;
  return read.value === null ? act(run, what, call) : over(read.value);
}

const over = (why: string): CurfewError =>
  new CurfewError("approval-refused", `What was approved is not done any more: ${why}.`, { detail: why });
