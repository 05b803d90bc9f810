import { ArnFormat, Aws, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import {
  type CatchProps,
  Choice,
  Condition,
  DefinitionBody,
  Errors,
  Fail,
  type IChainable,
  IntegrationPattern,
  JsonPath,
  LogLevel,
  Parallel,
  Pass,
  type RetryProps,
  type State,
  StateMachine,
  StateMachineType,
  TaskInput,
  type TaskStateBase,
  Timeout,
  Wait,
  WaitTime,
} from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";
import type { ErrorCode } from "../model/curfew-error.ts";
import {
  ASK_AGAIN_AFTER,
  INCIDENT_MACHINE,
  RESPOND_STEPS,
  type RespondStep,
  ROTATE_STEPS,
  type RotateStep,
  type StepAnswer,
} from "../revocation/incident-machine.ts";
import { acknowledge, arnInFinding } from "./acknowledge.ts";
import { type CurfewFunction, LOG_RETENTION } from "./curfew-function.ts";
import { incidentPage } from "./incident-page.ts";
import { ASK_AND_ASK, ASK_ONCE_MORE, ASK_QUICKLY } from "./incident-retries.ts";
import { runbookAlarm } from "./runbook-alarm.ts";
import type { Topics } from "./topics.ts";

interface IncidentMachineProps {
  respond: CurfewFunction;
  rotateLeaked: CurfewFunction;
  topics: Topics;
}

/** The ARN of the state machine, and that of all its executions. */
export function incidentMachineArns(scope: Construct): { machine: string; executions: string } {
  const format = { service: "states", arnFormat: ArnFormat.COLON_RESOURCE_NAME };
  const stack = Stack.of(scope);
  return {
    machine: stack.formatArn({ ...format, resource: "stateMachine", resourceName: INCIDENT_MACHINE }),
    executions: stack.formatArn({ ...format, resource: "execution", resourceName: `${INCIDENT_MACHINE}:*` }),
  };
}

/**
 * The longest window is 30 days and what a leaked token says of its own end; people may answer for 7 days more. Watching
 * takes 1,800 turns however long that is.
 */
const LONGEST_INCIDENT = Duration.days(180);

/** Between two rounds of containing where the function does not say it. */
const NEXT_ROUND = Duration.seconds(15);
/** A quarter of an hour of rounds that are ten seconds apart, after which the function says itself that it is enough. */
const MOST_ROUNDS = 90;
/** One in which the function does not answer takes half a minute more, and so counts for more. */
const FAILED_ROUND = 3;

/**
 * How long what failed for good is let alone: soon it is tried again, and seldom where that goes on, since the history
 * of an execution holds 25,000 events. `test/infra/incident-machine.test.ts` counts them.
 */
const AFTER_A_FAILURE = Duration.minutes(5);
const MOST_FAILURES = 20;
const AFTER_MANY_FAILURES = Duration.hours(6);

/** A task waits for a minute longer than the step may take by its own count. */
const TO_ANSWER = Duration.minutes(1);

/** How a question ends that a retry must not ask again; `approval-refused`: there is nothing to ask any more. */
const NOT_ASKED_AGAIN = [Errors.TIMEOUT, "Rejected", "approval-refused" satisfies ErrorCode];

const KEEP_FAILURE: CatchProps = { errors: [Errors.ALL], resultPath: "$.failure" };

/**
 * The state machine of emergency revocation: open, lock and contain until nothing is missing, rotate, prove, say until
 * when what is out works; then watch, and beside it investigate, ask for the revocation of a key and for giving access
 * back; close.
 *
 * States pass on names and instants; decisions are in the functions and in the table. No way ends in silence: what
 * fails, after its retries, is told by a state that needs no function, and the next step is taken all the same, since
 * a lock that failed is no reason not to delete grants.
 */
export class IncidentMachine extends Construct {
  readonly machine: StateMachine;
  readonly #props: IncidentMachineProps;

  constructor(scope: Construct, id: string, props: IncidentMachineProps) {
    super(scope, id);
    this.#props = props;
    this.machine = new StateMachine(this, "Machine", {
      stateMachineName: INCIDENT_MACHINE,
      comment: "Contains a leaked credential or token, and sees it to its end",
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromChainable(this.#definition()),
      timeout: LONGEST_INCIDENT,
      tracingEnabled: true,
      logs: { destination: this.#logGroup(), level: LogLevel.ERROR, includeExecutionData: false },
    });
    // SNS encrypts with a key of our own; publishing needs it.
    const actions = ["kms:Decrypt", "kms:GenerateDataKey"];
    this.machine.addToRolePolicy(new PolicyStatement({ actions, resources: [props.topics.key.keyArn] }));
    this.#acknowledgeRules();
    this.#watch(props.topics.alarms);
  }

  #definition(): IChainable {
    const closing = this.#closing();
    const sideBySide = this.#sideBySide(closing);
    const window = this.#step("Window", "window", ASK_QUICKLY);
    const prove = this.#rotateStep("Prove", "prove");
    const rotate = this.#rotateStep("Rotate", "rotate");
    this.#onFailure(window, "Window", "until when what leaked in {} still works could not be computed.", sideBySide);
    this.#onFailure(prove, "Prove", "that what leaked in {} is dead could not be proven.", window);
    this.#onFailure(rotate, "Rotate", "the credential of {} was not replaced.", prove);
    rotate.next(prove).next(window).next(sideBySide).next(closing);
    return this.#opening(this.#containing(rotate));
  }

  /** Who started it, by hand or through the desk, is told apart by the function. */
  #opening(begin: IChainable): IChainable {
    const open = this.#call("Open", this.#props.respond, RESPOND_STEPS.open, {
      step: "open",
      request: JsonPath.objectAt("$"),
      startedAt: JsonPath.stringAt("$$.Execution.StartTime"),
    });
    open.addRetry(ASK_QUICKLY);
    const isKnown = Condition.and(Condition.isPresent("$.incident"), Condition.isPresent("$.tenant"));
    const known = new Choice(this, "IsKnown")
      .when(isKnown, begin)
      .otherwise(
        new Fail(this, "NotOpened", { error: "NotOpened", cause: "The function respond says why in its log." }),
      );
    const page = this.#page("PageNotOpened", "an emergency revocation could not be begun.", known, false);
    open.addCatch(page, KEEP_FAILURE);
    return open.next(begin);
  }

  /**
   * Locks and contains, again and again: for a quarter of an hour, or as often as it fails at once within that time.
   * That something fails is told the first time.
   */
  #containing(next: IChainable): IChainable {
    const { incident, tenant } = REFERENCES;
    const begin = new Pass(this, "Begin", {
      parameters: {
        incident,
        tenant,
        rounds: NONE,
        failures: NONE,
        answer: { next: "again", wait: NEXT_ROUND.toSeconds() },
      },
    });
    const lock = this.#step("Lock", "lock", ASK_QUICKLY, JsonPath.DISCARD);
    const contain = this.#step("Contain", "contain", ASK_QUICKLY);
    const counted = (name: string, rounds: number): Pass =>
      new Pass(this, name, {
        parameters: { count: JsonPath.mathAdd(JsonPath.numberAt("$.rounds.count"), rounds) },
        resultPath: "$.rounds",
      });
    const count = counted("CountRound", 1);
    const countFailed = counted("CountFailedRound", FAILED_ROUND);
    const isOver = Condition.or(
      Condition.not(isNext("again")),
      Condition.numberGreaterThanEquals("$.rounds.count", MOST_ROUNDS),
    );
    const pause = new Wait(this, "AwaitRound", { time: WaitTime.secondsPath("$.answer.wait") });
    const again = new Choice(this, "IsContained").when(isOver, next).otherwise(pause);
    this.#onFirstFailure(lock, "Lock", "the application of {} is not locked.", contain);
    this.#onFirstFailure(contain, "Contain", "the grants of {} were not taken away.", countFailed);
    pause.next(lock);
    count.next(again);
    countFailed.next(again);
    return begin.next(lock).next(contain).next(count);
  }

  #sideBySide(closing: IChainable): Parallel {
    const sideBySide = new Parallel(this, "SideBySide", { resultPath: JsonPath.DISCARD });
    sideBySide.branch(this.#watching(), this.#investigating());
    sideBySide.branch(
      this.#asking("KeyRevocation", "RevokeKey", "key-revocation", "revoke-key", "the revocation of a signing key"),
      this.#asking("Restore", "GiveBack", "restore", "give-back", "giving access back", (over) => this.#trying(over)),
    );
    this.#onFailure(sideBySide, "SideBySide", "watching {} ended before its time.", closing);
    return sideBySide;
  }

  /** A turn, then the wait that it says; what is not replaced yet is tried again in between. */
  #watching(): IChainable {
    const turn = this.#step("WatchTurn", "watch", ASK_ONCE_MORE);
    const pause = new Wait(this, "AwaitTurn", { time: WaitTime.secondsPath("$.answer.wait") });
    const rotate = this.#rotateStep("RotateAgain", "rotate");
    const prove = this.#rotateStep("ProveAgain", "prove");
    const over = new Pass(this, "WatchedToTheEnd");
    const what = new Choice(this, "IsWindowOpen")
      .when(isNext("on"), over)
      .when(isNext("rotate"), rotate)
      .otherwise(pause);
    const patience = this.#patience("Watch", pause);
    this.#onFailure(turn, "WatchTurn", "nobody watches {} for the moment.", patience);
    this.#onFailure(rotate, "RotateAgain", "the credential of {} was not replaced.", patience);
    this.#onFailure(prove, "ProveAgain", "that what leaked in {} is dead could not be proven.", patience);
    rotate.next(prove).next(pause);
    pause.next(turn);
    // Issuing was stopped a moment ago, and what is lost meanwhile the log has.
    return turn.next(what);
  }

  #investigating(): IChainable {
    const investigate = this.#step("Investigate", "investigate", ASK_AND_ASK);
    const pause = new Wait(this, "AwaitLog", { time: WaitTime.secondsPath("$.answer.wait") });
    const over = new Pass(this, "Investigated");
    const what = new Choice(this, "IsInvestigated").when(isNext("again"), pause).otherwise(over);
    this.#onFailure(investigate, "Investigate", "what was done with what leaked in {} was not investigated.", over);
    pause.next(investigate);
    return investigate.next(what);
  }

  /**
   * Plans, asks a second person, and acts. Whether somebody agreed is read from the table by planning again: that
   * somebody completed the task is no approval.
   */
  #asking(
    name: string,
    act: string,
    asked: "key-revocation" | "restore",
    done: RespondStep,
    what: string,
    afterwards: (over: IChainable) => IChainable = (over) => over,
  ): IChainable {
    const plan = this.#step(`Plan${name}`, `plan-${asked}`, ASK_AND_ASK);
    const ask = this.#question(`Ask${name}`, `ask-${asked}`);
    const acting = this.#step(act, done, ASK_AND_ASK);
    const over = new Pass(this, `${name}IsOver`);
    const pause = new Wait(this, `Await${name}`, { time: WaitTime.secondsPath("$.answer.wait") });
    const decide = new Choice(this, `Is${name}Approved`)
      .when(isNext("ask"), ask)
      .when(isNext("act"), acting)
      .when(isNext("again"), pause)
      .otherwise(over);
    const acted = new Choice(this, `Is${name}Done`).when(isNext("again"), pause).otherwise(afterwards(over));
    // Nobody answered in time, somebody said no, or it was decided before it was asked: what comes of it the plan says.
    ask.addCatch(plan, { errors: NOT_ASKED_AGAIN, resultPath: "$.failure" });
    const patience = this.#patience(name, plan);
    this.#onFailure(ask, `Ask${name}`, `nobody could be asked for ${what} in {}.`, patience);
    this.#onFailure(plan, `Plan${name}`, `${what} in {} could not be planned.`, patience);
    this.#onFailure(acting, act, `${what} in {} did not come to its end.`, patience);
    ask.next(plan);
    acting.next(acted);
    pause.next(plan);
    return plan.next(decide);
  }

  /** Tries what was given back with the new credential, which another function reads than the one that gives. */
  #trying(over: IChainable): IChainable {
    const trying = this.#rotateStep("TryRestored", "try-restored");
    this.#onFailure(trying, "TryRestored", "what was given back in {} was not tried.", over);
    return trying.next(over);
  }

  /** Waits after a failure, much longer where it is one of many, and goes on. */
  #patience(name: string, next: IChainable): IChainable {
    const count = new Pass(this, `Count${name}Failure`, {
      parameters: { count: JsonPath.mathAdd(JsonPath.numberAt("$.failures.count"), 1) },
      resultPath: "$.failures",
    });
    const short = new Wait(this, `AwaitAfter${name}Failure`, { time: WaitTime.duration(AFTER_A_FAILURE) });
    const long = new Wait(this, `AwaitAfter${name}Failures`, { time: WaitTime.duration(AFTER_MANY_FAILURES) });
    const isMany = Condition.numberGreaterThan("$.failures.count", MOST_FAILURES);
    short.next(next);
    long.next(next);
    return count.next(new Choice(this, `Is${name}FailureOneOfMany`).when(isMany, long).otherwise(short));
  }

  /** What was not closed is seen by everybody: the execution fails, and rings. */
  #closing(): IChainable & { readonly startState: State } {
    const close = this.#step("Close", "close", ASK_AND_ASK);
    const failed = new Fail(this, "NotClosed", {
      error: "NotClosed",
      cause: "The function respond says why in its log.",
    });
    this.#onFailure(close, "Close", "{} could not be closed, and its evidence may be missing.", failed);
    const pause = new Wait(this, "AwaitEnd", { time: WaitTime.secondsPath("$.answer.wait") });
    const what = new Choice(this, "IsClosed").when(isNext("again"), pause).otherwise(new Pass(this, "Closed"));
    pause.next(close);
    close.next(what);
    return close;
  }

  #step(name: string, step: RespondStep, retry: RetryProps, resultPath = "$.answer"): LambdaInvoke {
    const event = { step, incident: REFERENCES.incident };
    const task = this.#call(name, this.#props.respond, RESPOND_STEPS[step], event, { ...ANSWER, resultPath });
    task.addRetry(retry);
    return task;
  }

  #rotateStep(name: string, step: RotateStep): LambdaInvoke {
    const event = { step, incident: REFERENCES.incident };
    const task = this.#call(name, this.#props.rotateLeaked, ROTATE_STEPS[step], event, {
      resultPath: JsonPath.DISCARD,
    });
    task.addRetry(ASK_ONCE_MORE);
    return task;
  }

  #call(
    name: string,
    { function: lambdaFunction }: CurfewFunction,
    seconds: number,
    event: object,
    output: object = {},
  ) {
    return new LambdaInvoke(this, name, {
      lambdaFunction,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      payload: TaskInput.fromObject({ ...event }),
      taskTimeout: Timeout.duration(Duration.seconds(seconds).plus(TO_ANSWER)),
      ...output,
    });
  }

  /** A task that a person completes, through the desk. */
  #question(name: string, step: RespondStep): LambdaInvoke {
    const task = new LambdaInvoke(this, name, {
      lambdaFunction: this.#props.respond.function,
      integrationPattern: IntegrationPattern.WAIT_FOR_TASK_TOKEN,
      retryOnServiceExceptions: false,
      payload: TaskInput.fromObject({ step, incident: REFERENCES.incident, taskToken: JsonPath.taskToken }),
      taskTimeout: Timeout.duration(Duration.seconds(ASK_AGAIN_AFTER)),
      resultPath: JsonPath.DISCARD,
    });
    // Whoever rejects, or does not answer, is not asked again by a retry.
    task.addRetry({ errors: NOT_ASKED_AGAIN, maxAttempts: 0 });
    task.addRetry(ASK_AND_ASK);
    return task;
  }

  #onFailure(state: TaskStateBase | Parallel, name: string, says: string, next: IChainable): void {
    state.addCatch(this.#page(`Page${name}`, says, next), KEEP_FAILURE);
  }

  /** As {@link #onFailure}, but what is tried every few seconds is not told every few seconds. */
  #onFirstFailure(state: TaskStateBase, name: string, says: string, next: IChainable): void {
    const isTold = `$.told${name}`;
    const told = new Pass(this, `NoteTold${name}`, { parameters: {}, resultPath: isTold }).next(next);
    const page = this.#page(`Page${name}`, says, told);
    const choice = new Choice(this, `IsTold${name}`).when(Condition.isPresent(isTold), next).otherwise(page);
    state.addCatch(choice, KEEP_FAILURE);
  }

  #page(id: string, says: string, next: IChainable, names = true): IChainable {
    return incidentPage(this, id, { topic: this.#props.topics.alerts, says, names, next });
  }

  #logGroup(): LogGroup {
    return new LogGroup(this, "Logs", {
      logGroupName: `/aws/vendedlogs/states/${Aws.STACK_NAME}-incident`,
      retention: LOG_RETENTION,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  #acknowledgeRules(): void {
    const { respond, rotateLeaked } = this.#props;
    acknowledge(this.machine, {
      SF1: "The state machine of incidents logs errors only: every other event is in its execution history for 90 days.",
      "IAM5[Resource::*]": "X-Ray and the delivery of the incident machine's logs know no resources to name.",
      ...Object.fromEntries(
        [respond, rotateLeaked].map(({ node, function: lambda }) => [
          `IAM5[Resource::${arnInFinding(lambda)}:*]`,
          `The incident machine calls ${node.id}: the * stands for versions of that one function.`,
        ]),
      ),
    });
  }

  #watch(alarms: ITopic): void {
    const period = Duration.minutes(5);
    const ends = {
      Failed: { metric: this.machine.metricFailed({ period }), says: "An emergency revocation failed." },
      TimedOut: { metric: this.machine.metricTimedOut({ period }), says: "An emergency revocation ran out of time." },
      Aborted: { metric: this.machine.metricAborted({ period }), says: "Somebody stopped an emergency revocation." },
    };
    for (const [end, { metric, says }] of Object.entries(ends)) {
      runbookAlarm(this, end, { metric, says, section: "incident-executions-failed", topic: alarms, lasts: "event" });
    }
  }
}

const REFERENCES = { incident: JsonPath.stringAt("$.incident"), tenant: JsonPath.stringAt("$.tenant") };

/** What is kept of an answer; a function that answers something else has failed, and is caught. */
const ANSWER = { resultSelector: { next: JsonPath.stringAt("$.next"), wait: JsonPath.numberAt("$.wait") } };

const NONE = { count: 0 };

const isNext = (next: StepAnswer["next"]): Condition => Condition.stringEquals("$.answer.next", next);
