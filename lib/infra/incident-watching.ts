import { Choice, type IChainable, Parallel, Pass, type TaskStateBase, type Wait } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { ASK_AND_ASK, ASK_ONCE_MORE } from "./incident-retries.ts";
import { type IncidentTasks, isNext } from "./incident-tasks.ts";

/**
 * A turn, then the wait that it says, until there is nothing to watch any more. What is to be replaced or proven once
 * more is that beside the next turns: whatever it takes, and however often it fails, somebody watches.
 */
export function watching(scope: Construct, tasks: IncidentTasks): IChainable {
  const { turn, pause } = turns(tasks, "Watch");
  const over = new Pass(scope, "WatchedToTheEnd");
  // It goes on from the last turn of those, with its answer and all that failed until then.
  const again = new Parallel(scope, "ReplaceAgain", { outputPath: "$[1]" });
  again.branch(replacingAgain(scope, tasks), watchingBeside(scope, tasks));
  const what = new Choice(scope, "IsWindowOpen")
    .when(isNext("on"), over)
    .when(isNext("close"), closingEnded(tasks, "CloseEnded", over))
    .when(isNext("rotate"), again)
    .otherwise(pause);
  again.next(what);
  // Issuing was stopped a moment ago, and what is lost meanwhile the log has.
  return turn.next(what);
}

function closingEnded(tasks: IncidentTasks, name: string, over: IChainable): IChainable {
  const close = tasks.investigate(name, "close", ASK_AND_ASK);
  tasks.onFailure(close, name, "{} was ended, and is not closed yet.", over);
  return close.next(over);
}

function turns(tasks: IncidentTasks, name: string): { turn: TaskStateBase; pause: Wait } {
  const turn = tasks.respond(`${name}Turn`, "watch", ASK_ONCE_MORE);
  const pause = tasks.pause(`Await${name}Turn`);
  tasks.onFailure(turn, `${name}Turn`, "nobody watches {} for the moment.", tasks.patience(name, pause));
  pause.next(turn);
  return { turn, pause };
}

/** How long this takes at most counts `lib/revocation/respond/rotate-again.ts`. */
function replacingAgain(scope: Construct, tasks: IncidentTasks): IChainable {
  const rotate = tasks.rotate("RotateAgain", "rotate");
  const prove = tasks.rotate("ProveAgain", "prove");
  const over = new Pass(scope, "TriedAgain");
  tasks.onFailure(rotate, "RotateAgain", "the credential of {} was not replaced.", over);
  tasks.onFailure(prove, "ProveAgain", "that what leaked in {} is dead could not be proven.", over);
  return rotate.next(prove);
}

/**
 * Turns until one says anything else than that it is being replaced again: what that is, is done when both are over.
 * What a person has ended waits for nobody.
 */
function watchingBeside(scope: Construct, tasks: IncidentTasks): IChainable {
  const { turn, pause } = turns(tasks, "WatchBeside");
  const over = new Pass(scope, "WatchedBeside");
  const what = new Choice(scope, "IsReplacingAgain")
    .when(isNext("rotating"), pause)
    .when(isNext("close"), closingEnded(tasks, "CloseEndedBeside", over))
    .otherwise(over);
  turn.next(what);
  return pause;
}
