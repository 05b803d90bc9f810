import type { Instant } from "../../lib/history/history.ts";
import { CurfewError, hasCode } from "../../lib/model/curfew-error.ts";
import { terminalText } from "../../lib/reports/terminal-text.ts";
import { awaitTurn } from "../../lib/rotation/by-hand/await-turn.ts";
import { type Followed, follow, type Watched } from "../../lib/rotation/by-hand/follow.ts";
import { type Ordered, orderByHand, type Rotatable } from "../../lib/rotation/by-hand/order-by-hand.ts";
import { finishForward } from "../../lib/rotation/finish-forward.ts";
import { type Progress, STAGES, type Stage } from "../../lib/rotation/ledger/progress.ts";
import type { RotationTarget } from "../../lib/rotation/ledger/target.ts";
import { minuteText } from "../../lib/rotation/minute-text.ts";
import type { Invocation } from "../run-command-line.ts";
import { spoken } from "../spoken.ts";
import type { Terminal } from "../terminal.ts";
import { type DeployedRotation, NO_BUCKET } from "./deployed-rotation.ts";
import { nothingCame, type Outcome, outcomeOf, stageText, statusCommand } from "./rotation-outcome.ts";

/** A process that finishes a rotation may live as long as the deployed function may. Milliseconds. */
const TIME_TO_FINISH = 600_000;

/**
 * Orders a rotation and tells how it goes on until it is over; does its steps where nobody else does them. The exit code
 * is 0 when the new credential is in place, and 1 when it is not or the old one should be dead and is not.
 *
 * @throws CurfewError `interrupted` that says what becomes of the rotation: from the order on there may be one
 */
export async function orderAndFollow(
  rotatable: Rotatable,
  overwrite: boolean,
  rotation: DeployedRotation,
  terminal: Terminal,
  { signal, setExitCode }: Invocation,
): Promise<void> {
  const { target, hanging } = rotatable;
  let onInterrupt = hanging === undefined ? MAY_BEGIN : STORED;
  try {
    const { version, at, by } = await orderByHand(rotatable, overwrite, rotation);
    onInterrupt = by === "service" ? GOES_ON : STORED;
    const followed = { target, version, since: at };
    const last =
      by === "here"
        ? await finishHere(followed, rotation, terminal, signal)
        : await tellProgress(followed, undefined, rotation, terminal, signal);
    if (last === "nothing came") return tellOutcome(nothingCame(target), terminal, setExitCode);
    const whyUnproven = by === "here" && !rotation.keepsProof ? NO_BUCKET : undefined;
    tellOutcome(outcomeOf(target, last, rotation.clock.now(), whyUnproven), terminal, setExitCode);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CurfewError("interrupted", `${onInterrupt} ${statusCommand(target)}`);
  }
}

const MAY_BEGIN = "Interrupted; the rotation was ordered, and may go on without this command.";
const GOES_ON = "No longer waiting; the rotation goes on without this command.";
const STORED = "Interrupted; what was begun is stored, and the next audit or the same command brings it to its end.";

/** Does the steps that are left. Where somebody else has the credential, they are done when that one has ended. */
async function finishHere(
  followed: Followed,
  rotation: DeployedRotation,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Progress | "nothing came" | undefined> {
  const { target, version } = followed;
  const { table, clock } = rotation;
  let last: Progress | undefined;
  for (;;) {
    const worker = finishForward(target, version, clock.now() + TIME_TO_FINISH, rotation);
    last = await tellProgress({ ...followed, worker }, last, rotation, terminal, signal);
    try {
      return (await worker) || !last ? last : "nothing came";
    } catch (error) {
      if (!hasCode(error, "rotation-busy")) {
        if (last?.failure) return last; // what went wrong is on record, and is told from there
        throw error;
      }
    }
    const { tenant, clientId } = target;
    for await (const until of awaitTurn(table, { tenant, clientId, owner: version }, clock, signal)) {
      say(terminal, busyText(until));
    }
  }
}

function tellOutcome(
  { code, text, advice }: Outcome,
  terminal: Terminal,
  setExitCode: Invocation["setExitCode"],
): void {
  setExitCode(code);
  terminal.out(`${spoken(text, terminal.width)}\n`);
  say(terminal, ...advice);
}

/** Each in lines of its own, on standard error. */
const say = ({ err, width }: Terminal, ...sentences: readonly string[]): void =>
  err(sentences.map((sentence) => `${spoken(sentence, width)}\n`).join(""));

/** The proof begins 45 s after the change and lasts 30 s. */
const WHILE = "Asking whether the old one is dead takes a minute or two; it may be left alone.";

/** Tells each stage and each failure once, beyond what was told before; gives the last that was heard. */
async function tellProgress(
  followed: Followed,
  told: Progress | undefined,
  { table, clock, keepsProof }: DeployedRotation,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  const by = followed.worker ? "here" : "service";
  const isProving = followed.target.kind === "client-secret" && (by === "service" || keepsProof);
  let last = told;
  let failed: string | undefined;
  for await (const progress of follow(table, followed, clock, signal)) {
    const { stage } = progress;
    const reached = newStageText(stage, last?.stage, followed.target, by);
    if (reached) {
      say(terminal, reached, ...(stage === "promoted" && isProving ? [WHILE] : []));
      failed = undefined;
    }
    const text = failureText(progress, last?.failure ?? null, by);
    if (text && text !== failed) say(terminal, text); // each try that meets the same lease fails anew
    failed = text ?? failed;
    last = progress;
  }
  return last;
}

/** What is said of a stage that is new. A version that is dropped falls back: that is no stage, and its failure says it. */
export function newStageText(
  stage: Stage,
  last: Stage | undefined,
  target: Pick<RotationTarget, "kind">,
  by: Ordered["by"],
): string | undefined {
  const isNew = last === undefined || STAGES.indexOf(stage) > STAGES.indexOf(last);
  return isNew ? stageText(stage, target, by) : undefined;
}

/** What is said of a failure that is new. Whoever does the steps here says of somebody else's work when to go on. */
export function failureText(
  { failure, takenUntil }: Pick<Watched, "failure" | "takenUntil">,
  last: Progress["failure"],
  by: Ordered["by"],
): string | undefined {
  if (!failure || failure.refusal !== null) return undefined;
  if (failure.code === "rotation-busy") {
    return by === "here" || takenUntil === undefined ? undefined : busyText(takenUntil);
  }
  return failure.at === last?.at ? undefined : `It failed at ${failure.step}: ${terminalText(failure.message)}`;
}

const busyText = (until: Instant): string =>
  `Somebody else has this credential, until ${minuteText(until)} at the latest; waiting for that.`;
