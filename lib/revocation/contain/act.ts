import type { CurfewError } from "../../model/curfew-error.ts";
import { reasonOf } from "./came.ts";
import type { StepRun } from "./step-run.ts";
import { tried } from "./tried.ts";

/** Does something at Auth0, and notes it. In a drill it is noted as what would have been done, and nothing is sent. */
export async function act(run: StepRun, what: string, call: () => Promise<void>): Promise<CurfewError | undefined> {
  const { incident, parts } = run;
  const note = (answer: string): unknown => run.entries.push({ at: parts.clock.now(), who: "curfew", what, answer });
  if (incident.drill) {
    note("not sent: this is a drill");
    return undefined;
  }
  const came = await tried(call);
  note("error" in came ? reasonOf(came.error) : "accepted");
  return "error" in came ? came.error : undefined;
}
