import { Duration } from "aws-cdk-lib";
import {
  Choice,
  Condition,
  Fail,
  type IChainable,
  JsonPath,
  Parallel,
  Pass,
  type State,
} from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { RespondStep } from "../revocation/incident-machine.ts";
import { ASK_AND_ASK, ASK_QUICKLY } from "./incident-retries.ts";
import { countMore, type IncidentTasks, isNext, NONE, NOT_ASKED_AGAIN, REFERENCES } from "./incident-tasks.ts";

/** Between two rounds of containing where the function does not say it. */
const NEXT_ROUND = Duration.seconds(15);
/** A quarter of an hour of rounds that are ten seconds apart, after which the function says itself that it is enough. */
const MOST_ROUNDS = 90;
/** One in which the function does not answer takes half a minute more, and so counts for more. */
const FAILED_ROUND = 3;

/** How containing is begun: by the execution that sees an incident to its end, or by one that is started beside it. */
interface Beginnings {
  begin: IChainable;
  beside: IChainable;
}

const IS_KNOWN = Condition.and(Condition.isPresent("$.incident"), Condition.isPresent("$.tenant"));
const IS_BESIDE = Condition.isPresent("$.beside");

/** Who started it, by hand or through the desk, is told apart by the function. */
export function opening(scope: Construct, tasks: IncidentTasks, { begin, beside }: Beginnings): IChainable {
  const known = new Choice(scope, "IsKnown")
    .when(IS_KNOWN, begin)
    .otherwise(
      new Fail(scope, "NotOpened", { error: "NotOpened", cause: "The function respond says why in its log." }),
    );
  return new Choice(scope, "IsBeside")
    .when(Condition.and(IS_KNOWN, IS_BESIDE), beside)
    .otherwise(tasks.open(known).next(begin));
}

/**
 * Locks and contains, again and again: for a quarter of an hour, or as often as it fails at once within that time.
 * That something fails is told the first time. Whoever does it beside the execution that sees the incident to its end
 * leaves the rest to that one.
 */
export function containing(scope: Construct, tasks: IncidentTasks, rest: IChainable): Beginnings {
  const parameters = {
    ...REFERENCES,
    rounds: NONE,
    failures: NONE,
    answer: { next: "again", wait: NEXT_ROUND.toSeconds() },
  };
  const begin = new Pass(scope, "Begin", { parameters });
  const beside = new Pass(scope, "BeginBeside", { parameters: { ...parameters, beside: true } });
  const next = new Choice(scope, "WasBeside").when(IS_BESIDE, provingAgain(scope, tasks)).otherwise(rest);
  const lock = tasks.respond("Lock", "lock", ASK_QUICKLY, JsonPath.DISCARD);
  const contain = tasks.respond("Contain", "contain", ASK_QUICKLY);
  const count = countMore(scope, "CountRound", "$.rounds", 1);
  const countFailed = countMore(scope, "CountFailedRound", "$.rounds", FAILED_ROUND);
  const isOver = Condition.or(
    Condition.not(isNext("again")),
    Condition.numberGreaterThanEquals("$.rounds.count", MOST_ROUNDS),
  );
  const pause = tasks.pause("AwaitRound");
  const again = new Choice(scope, "IsContained").when(isOver, next).otherwise(pause);
  tasks.onFirstFailure(lock, "Lock", "the application of {} is not locked.", contain);
  tasks.onFirstFailure(contain, "Contain", "the grants of {} were not taken away.", countFailed);
  pause.next(lock);
  count.next(again);
  countFailed.next(again);
  lock.next(contain).next(count);
  return { begin: begin.next(lock), beside: beside.next(lock) };
}

/** What was taken away just now makes the proof an old one; the next turn of watching may be hours away. */
function provingAgain(scope: Construct, tasks: IncidentTasks): IChainable {
  const over = new Pass(scope, "DoneBeside");
  const rotate = tasks.rotate("RotateBeside", "rotate");
  const prove = tasks.rotate("ProveBeside", "prove");
  tasks.onFailure(rotate, "RotateBeside", "the credential of {} was not replaced.", prove);
  tasks.onFailure(prove, "ProveBeside", "that what leaked in {} is dead could not be proven.", over);
  rotate.next(prove).next(over);
  return new Choice(scope, "IsProofOld").when(isNext("rotate"), rotate).otherwise(over);
}

/** What was done with it before it was locked: in the log, and then in all that is different, as soon as that can be read. */
export function investigating(scope: Construct, tasks: IncidentTasks): IChainable {
  const over = new Pass(scope, "Investigated");
  const investigate = tasks.investigate("Investigate", "investigate", ASK_AND_ASK);
  const lookBack = tasks.respond("LookBack", "look-back", ASK_AND_ASK);
  const pause = tasks.pause("AwaitLog");
  const what = new Choice(scope, "IsLogRead").when(isNext("again"), pause).otherwise(investigate);
  const pauseAgain = tasks.pause("AwaitTenant");
  const compared = new Choice(scope, "IsTenantRead").when(isNext("again"), pauseAgain).otherwise(over);
  tasks.onFailure(investigate, "Investigate", "what was done with what leaked in {} was not investigated.", over);
  tasks.onFailure(lookBack, "LookBack", "the log from before what leaked in {} was locked was not read.", investigate);
  pause.next(lookBack);
  pauseAgain.next(investigate);
  investigate.next(compared);
  return lookBack.next(what);
}

/** What follows containing, and may take a quarter of an hour: somebody watches meanwhile. */
export function replacing(scope: Construct, tasks: IncidentTasks): IChainable {
  const questions = askingPeople(scope, tasks);
  const window = tasks.respond("Window", "window", ASK_QUICKLY);
  const prove = tasks.rotate("Prove", "prove");
  const rotate = tasks.rotate("Rotate", "rotate");
  tasks.onFailure(window, "Window", "until when what leaked in {} still works could not be computed.", questions);
  tasks.onFailure(prove, "Prove", "that what leaked in {} is dead could not be proven.", window);
  tasks.onFailure(rotate, "Rotate", "the credential of {} was not replaced.", prove);
  return rotate.next(prove).next(window).next(questions);
}

/** What a second person is asked for. */
function askingPeople(scope: Construct, tasks: IncidentTasks): Parallel {
  const questions = new Parallel(scope, "Questions", { resultPath: JsonPath.DISCARD });
  const key = { name: "KeyRevocation", asked: "key-revocation", what: "the revocation of a signing key" } as const;
  const restore = { name: "Restore", asked: "restore", what: "giving access back" } as const;
  questions.branch(
    asking(scope, tasks, { ...key, act: "RevokeKey", done: "revoke-key" }, (over) => over),
    asking(scope, tasks, { ...restore, act: "GiveBack", done: "give-back" }, (over) => trying(tasks, over)),
  );
  const over = new Pass(scope, "NobodyIsAsked");
  tasks.onFailure(questions, "Questions", "nobody is asked about {} any more.", over);
  return questions;
}

/** What a second person may agree to, and who does it. */
interface Question {
  name: string;
  asked: "key-revocation" | "restore";
  /** In a sentence. */
  what: string;
  act: string;
  done: RespondStep;
}

/**
 * Plans, asks a second person, and acts. Whether somebody agreed is read from the table by planning again: that
 * somebody completed the task is no approval.
 */
function asking(
  scope: Construct,
  tasks: IncidentTasks,
  { name, act, asked, done, what }: Question,
  afterwards: (over: IChainable) => IChainable,
): IChainable {
  const plan = tasks.respond(`Plan${name}`, `plan-${asked}`, ASK_AND_ASK);
  const ask = tasks.ask(`Ask${name}`, `ask-${asked}`);
  const acting = tasks.respond(act, done, ASK_AND_ASK);
  const over = afterwards(new Pass(scope, `${name}IsOver`));
  const pause = tasks.pause(`Await${name}`);
  const decide = new Choice(scope, `Is${name}Approved`)
    .when(isNext("ask"), ask)
    .when(isNext("act"), acting)
    .when(isNext("again"), pause)
    .otherwise(over);
  const acted = new Choice(scope, `Is${name}Done`).when(isNext("again"), pause).otherwise(over);
  // Nobody answered in time, somebody said no, or it was decided before it was asked: what comes of it the plan says.
  ask.addCatch(plan, { errors: NOT_ASKED_AGAIN, resultPath: "$.failure" });
  const patience = tasks.patience(name, plan);
  tasks.onFailure(ask, `Ask${name}`, `nobody could be asked for ${what} in {}.`, patience);
  tasks.onFailure(plan, `Plan${name}`, `${what} in {} could not be planned.`, patience);
  tasks.onFailure(acting, act, `${what} in {} did not come to its end.`, patience);
  ask.next(plan);
  acting.next(acted);
  pause.next(plan);
  return plan.next(decide);
}

/**
 * Tries what was given back with the new credential, which another function reads than the one that gives: whoever gave
 * it, this branch or a turn of watching. That function sees whether anything was.
 */
function trying(tasks: IncidentTasks, over: IChainable): IChainable {
  const task = tasks.rotate("TryRestored", "try-restored");
  tasks.onFailure(task, "TryRestored", "what was given back in {}, if anything was, was not tried.", over);
  return task.next(over);
}

/**
 * Waits until it is over, looks at the application once more, and closes. What was not closed is seen by everybody: the
 * execution fails, and rings.
 */
export function closing(scope: Construct, tasks: IncidentTasks): IChainable & { readonly startState: State } {
  const close = tasks.investigate("Close", "close", ASK_AND_ASK);
  const lastLook = tasks.respond("LastLook", "last-look", ASK_AND_ASK);
  const failed = new Fail(scope, "NotClosed", {
    error: "NotClosed",
    cause: "The function investigate says why in its log.",
  });
  tasks.onFailure(close, "Close", "{} could not be closed, and its evidence may be missing.", failed);
  tasks.onFailure(lastLook, "LastLook", "how the application of {} stands in the end was not seen.", close);
  const pause = tasks.pause("AwaitEnd");
  const isOver = new Choice(scope, "IsOver").when(isNext("again"), pause).otherwise(close);
  const isClosed = new Choice(scope, "IsClosed").when(isNext("again"), pause).otherwise(new Pass(scope, "Closed"));
  pause.next(lastLook);
  close.next(isClosed);
  return lastLook.next(isOver);
}
