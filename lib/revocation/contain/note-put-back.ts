import { keepTrace } from "./put-back-trace.ts";
import { recordPutBack } from "./record-run.ts";
import type { StepRun } from "./step-run.ts";
import { publish } from "./tell-run.ts";

/**
 * Says, before it is taken away, that something is there again. Taking away does not wait for the table: where it can
 * record nothing, {@link leaveTrace}.
 */
export async function notePutBack(run: StepRun, what: readonly string[]): Promise<void> {
  if (!(await recordPutBack(run, what))) await leaveTrace(run);
}

/**
 * Tells people at once, past the notices of the table, what is there again and could not be recorded, and keeps it
 * beside the evidence: a process that dies before it can record anything must not be the only one that knew.
 */
export async function leaveTrace(run: StepRun): Promise<void> {
  const { putBack } = run;
  if (!putBack) return;
  await Promise.all([publish(run, { turn: "put-back", ...putBack, isTakenAgain: false }), keepTrace(run, putBack)]);
}
