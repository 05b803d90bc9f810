import { Duration } from "aws-cdk-lib";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import {
  type CatchProps,
  Choice,
  Condition,
  Errors,
  type IChainable,
  IntegrationPattern,
  JsonPath,
  type Parallel,
  Pass,
  type RetryProps,
  TaskInput,
  type TaskStateBase,
  Timeout,
  Wait,
  WaitTime,
} from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";
import type { ErrorCode } from "../model/curfew-error.ts";
import {
  ASK_AGAIN_AFTER,
  INVESTIGATE_STEPS,
  type InvestigateStep,
  RESPOND_STEPS,
  type RespondStep,
  ROTATE_STEPS,
  type RotateStep,
  type StepAnswer,
} from "../revocation/incident-machine.ts";
import type { CurfewFunction } from "./curfew-function.ts";
import { incidentPage } from "./incident-page.ts";
import { ASK_AND_ASK, ASK_ONCE_MORE, ASK_QUICKLY } from "./incident-retries.ts";

/** Who does the work of the states. */
export interface IncidentFunctions {
  respond: CurfewFunction;
  investigate: CurfewFunction;
  rotateLeaked: CurfewFunction;
}

/**
 * How long what failed for good is let alone: soon it is tried again, and seldom where that goes on, since the history
 * of an execution holds 25,000 events. `test/infra/incident-history.test.ts` counts them.
 */
const AFTER_A_FAILURE = Duration.minutes(5);
const MOST_FAILURES = 20;
const AFTER_MANY_FAILURES = Duration.hours(6);

/** A task waits for a minute longer than the step may take by its own count. */
const TO_ANSWER = Duration.minutes(1);

/** How a question ends that a retry must not ask again; `approval-refused`: there is nothing to ask any more. */
export const NOT_ASKED_AGAIN = [Errors.TIMEOUT, "Rejected", "approval-refused" satisfies ErrorCode];

const KEEP_FAILURE: CatchProps = { errors: [Errors.ALL], resultPath: "$.failure" };

/** What every state hands on. */
export const REFERENCES = { incident: JsonPath.stringAt("$.incident"), tenant: JsonPath.stringAt("$.tenant") };

/** What is kept of an answer; a function that answers something else has failed, and is caught. */
const ANSWER = { resultSelector: { next: JsonPath.stringAt("$.next"), wait: JsonPath.numberAt("$.wait") } };

/** How often something was; see {@link countMore}. */
export const NONE = { count: 0 };

export const isNext = (next: StepAnswer["next"]): Condition => Condition.stringEquals("$.answer.next", next);

/** States that do something, and what becomes of their failures. */
export type IncidentTasks = ReturnType<typeof incidentTasks>;

/** The kinds of states that the machine of emergency revocation is made of. */
export function incidentTasks(
  scope: Construct,
  { respond, investigate, rotateLeaked }: IncidentFunctions,
  topic: ITopic,
) {
  const page = (id: string, says: string, next: IChainable, names = true): IChainable =>
    incidentPage(scope, id, { topic, says, names, next });

  const call = (
    name: string,
    { function: lambdaFunction }: CurfewFunction,
    seconds: number,
    event: object,
    output = {},
  ) =>
    new LambdaInvoke(scope, name, {
      lambdaFunction,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      payload: TaskInput.fromObject({ ...event }),
      taskTimeout: Timeout.duration(Duration.seconds(seconds).plus(TO_ANSWER)),
      ...output,
    });

  const asking = (
    lambda: CurfewFunction,
    seconds: number,
    { name, step, retry, resultPath }: { name: string; step: string; retry: RetryProps; resultPath: string },
  ): LambdaInvoke => {
    const task = call(name, lambda, seconds, { step, incident: REFERENCES.incident }, { ...ANSWER, resultPath });
    task.addRetry(retry);
    return task;
  };

  return {
    /** Finds out which incident it is. Where that fails people hear, and it goes on at `next`. */
    open(next: IChainable): LambdaInvoke {
      const open = call("Open", respond, RESPOND_STEPS.open, {
        step: "open",
        request: JsonPath.objectAt("$"),
        startedAt: JsonPath.stringAt("$$.Execution.StartTime"),
      });
      open.addRetry(ASK_QUICKLY);
      open.addCatch(page("PageNotOpened", "an emergency revocation could not be begun.", next, false), KEEP_FAILURE);
      return open;
    },

    /** A step with the responder's login. */
    respond(name: string, step: RespondStep, retry: RetryProps, resultPath = "$.answer"): LambdaInvoke {
      return asking(respond, RESPOND_STEPS[step], { name, step, retry, resultPath });
    },

    /** A step that sees the whole tenant, or keeps evidence, and changes nothing at Auth0. */
    investigate(name: string, step: InvestigateStep, retry: RetryProps, resultPath = "$.answer"): LambdaInvoke {
      return asking(investigate, INVESTIGATE_STEPS[step], { name, step, retry, resultPath });
    },

    /** A step with the rotator's login and the vault. */
    rotate(name: string, step: RotateStep): LambdaInvoke {
      const event = { step, incident: REFERENCES.incident };
      const task = call(name, rotateLeaked, ROTATE_STEPS[step], event, { resultPath: JsonPath.DISCARD });
      task.addRetry(ASK_ONCE_MORE);
      return task;
    },

    /** A task that a person completes, through the desk. */
    ask(name: string, step: RespondStep): LambdaInvoke {
      const task = new LambdaInvoke(scope, name, {
        lambdaFunction: respond.function,
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
    },

    /** What fails after its retries is told, and `next` is what comes then. */
    onFailure(state: TaskStateBase | Parallel, name: string, says: string, next: IChainable): void {
      state.addCatch(page(`Page${name}`, says, next), KEEP_FAILURE);
    },

    /** The same, but what is tried every few seconds is not told every few seconds. */
    onFirstFailure(state: TaskStateBase, name: string, says: string, next: IChainable): void {
      const isTold = `$.told${name}`;
      const told = new Pass(scope, `NoteTold${name}`, { parameters: {}, resultPath: isTold }).next(next);
      const choice = new Choice(scope, `IsTold${name}`)
        .when(Condition.isPresent(isTold), next)
        .otherwise(page(`Page${name}`, says, told));
      state.addCatch(choice, KEEP_FAILURE);
    },

    /** Waits after a failure, much longer where it is one of many, and goes on. */
    patience(name: string, next: IChainable): IChainable {
      const count = countMore(scope, `Count${name}Failure`, "$.failures", 1);
      const short = new Wait(scope, `AwaitAfter${name}Failure`, { time: WaitTime.duration(AFTER_A_FAILURE) });
      const long = new Wait(scope, `AwaitAfter${name}Failures`, { time: WaitTime.duration(AFTER_MANY_FAILURES) });
      const isMany = Condition.numberGreaterThan("$.failures.count", MOST_FAILURES);
      short.next(next);
      long.next(next);
      return count.next(new Choice(scope, `Is${name}FailureOneOfMany`).when(isMany, long).otherwise(short));
    },

    /** Waits as long as the last answer says. */
    pause: (name: string): Wait => new Wait(scope, name, { time: WaitTime.secondsPath("$.answer.wait") }),
  };
}

/** Adds to a count that began as {@link NONE}. */
export const countMore = (scope: Construct, name: string, path: string, more: number): Pass =>
  new Pass(scope, name, {
    parameters: { count: JsonPath.mathAdd(JsonPath.numberAt(`${path}.count`), more) },
    resultPath: path,
  });
