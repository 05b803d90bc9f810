import { CurfewError, hasCode } from "../lib/model/curfew-error.ts";
import { terminalText } from "../lib/reports/terminal-text.ts";
import { busyUntil, type Followed, follow } from "../lib/rotation/by-hand/follow.ts";
import type { Ordered } from "../lib/rotation/by-hand/order-by-hand.ts";
import { finishForward } from "../lib/rotation/finish-forward.ts";
import type { Progress } from "../lib/rotation/ledger/progress.ts";
import type { RotationTarget } from "../lib/rotation/ledger/target.ts";
import type { DeployedRotation } from "./deployed-rotation.ts";
import { outcomeOf, stageText, statusCommand } from "./rotation-outcome.ts";
import type { Invocation } from "./run-command-line.ts";
import type { Terminal } from "./terminal.ts";

/** A process that finishes a rotation may live as long as the deployed function may. Milliseconds. */
const TIME_TO_FINISH = 600_000;

/**
 * Tells how an ordered rotation goes on until it is over, and does its steps where nobody else does them. The exit code
 * is 0 when the new credential is in place, and 1 when it is not or the old one should be dead and is not.
 *
 * @throws CurfewError `interrupted` that says what becomes of the rotation
 */
export async function followRotation(
  target: RotationTarget,
  { version, at, by }: Ordered,
  rotation: DeployedRotation,
  terminal: Terminal,
  { signal, setExitCode }: Invocation,
): Promise<void> {
  const followed = { target, version, since: at };
  const tell = (worker?: Promise<unknown>) => tellProgress({ ...followed, worker }, rotation, terminal, signal);
  try {
    const last = by === "here" ? await finishHere(followed, rotation, terminal, tell) : await tell();
    const { code, text, advice } = outcomeOf(target, last, rotation.clock.now());
    setExitCode(code);
    terminal.out(`${text}\n`);
    terminal.err(advice.map((line) => `${line}\n`).join(""));
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CurfewError("interrupted", `${goesOn(by)} ${statusCommand(target)}`);
  }
}

const goesOn = (by: Ordered["by"]): string =>
  by === "service"
    ? "No longer waiting; the rotation goes on without this command."
    : "Interrupted; what was begun is stored, and the next audit or the same command brings it to its end.";

/** Does the steps that are left, unless somebody else turns out to be doing them. */
async function finishHere(
  { target, version }: Followed,
  rotation: DeployedRotation,
  terminal: Terminal,
  tell: (worker?: Promise<unknown>) => Promise<Progress | undefined>,
): Promise<Progress | undefined> {
  const work = finishForward(target, version, rotation.clock.now() + TIME_TO_FINISH, rotation);
  const last = await tell(work);
  try {
    await work;
    return last;
  } catch (error) {
    if (hasCode(error, "rotation-busy")) {
      terminal.err("Somebody else is at work on it already; waiting for that.\n");
      return tell();
    }
    if (last?.failure) return last; // what went wrong is on record, and is told from there
    throw error;
  }
}

/** The proof begins 45 s after the change and lasts 30 s. */
const WHILE = "Asking whether the old one is dead takes a minute or two; it may be left alone.\n";

/** Tells each stage and each failure once; gives the last that was heard. */
async function tellProgress(
  followed: Followed,
  { table, clock }: DeployedRotation,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  const by = followed.worker ? "here" : "service";
  let last: Progress | undefined;
  for await (const progress of follow(table, followed, clock, signal)) {
    const { stage, failure } = progress;
    if (stage !== last?.stage) terminal.err(`${stageText(stage, followed.target, by)}\n`);
    if (stage !== last?.stage && stage === "promoted" && followed.target.kind === "client-secret") terminal.err(WHILE);
    const text = failureText(failure, last?.failure ?? null);
    if (text) terminal.err(`${text}\n`);
    last = progress;
  }
  return last;
}

/** What is said of a failure that is new; of somebody else's work once, since its end does not move. */
export function failureText(failure: Progress["failure"], last: Progress["failure"]): string | undefined {
  if (!failure || failure.at === last?.at || failure.refusal !== null) return undefined;
  const until = busyUntil(failure);
  if (until === undefined) return `It failed at ${failure.step}: ${terminalText(failure.message)}`;
  if (busyUntil(last) !== undefined) return undefined;
  const minute = new Date(until).toISOString().slice(11, 16);
  return `Somebody else has this credential, until ${minute} UTC at the latest; waiting for that.`;
}
