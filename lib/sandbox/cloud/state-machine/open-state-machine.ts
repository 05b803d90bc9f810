import { type Clock, systemClock } from "../../../model/clock.ts";
import { resourcesOfType } from "../template/resolve.ts";
import type { ResolvedResource, Template } from "../template/template.ts";
import { type Definition, prepareDefinition } from "./prepare-definition.ts";
import { type Execution, type ExecutionResult, type Machine, startExecution } from "./run-execution.ts";
import { findTasks, type LambdaFunction, type ServiceCalls } from "./task-functions.ts";
import { type TaskOutcome, type TokenAnswer, taskTokens } from "./task-tokens.ts";

/** What a state machine of a template needs to run. */
export interface StateMachineOptions {
  /** The beginning of its logical id; may be left out when the template has one state machine only. */
  machine?: string;
  /** Lambdas by the beginning of their logical id. */
  functions: Readonly<Record<string, LambdaFunction>>;
  /** Tasks that are not Lambdas, by name of the state. */
  tasks?: Readonly<Record<string, LambdaFunction>>;
  /** What tasks call that call a service. */
  services?: ServiceCalls;
  /** Dates executions; what waits for a token gives up by it. */
  clock?: Clock;
  /** Milliseconds before a retry, in place of the intervals of the definition; 0 when left out. */
  retryPause?: number;
  /** How Wait states wait: not at all when left out, or for as long as they say, by the clock. */
  wait?: "not" | "by-clock";
}

/** A state machine that can be started. */
export interface StateMachineHost {
  readonly name: string;
  readonly arn: string;
  /** The definition as deployed, references resolved. */
  readonly definition: Definition;
  /**
   * Starts an execution. Starting again under the same name and input while it runs gives the same execution.
   *
   * @throws Error `ExecutionAlreadyExists` for a name that was used before
   */
  start(input: unknown, options?: StartOptions): Execution;
  /** What became of an execution, by its name; undefined for one that was never started. */
  describe(name: string): ExecutionState | undefined;
  /** An execution, by its name; undefined for one that was never started. */
  execution(name: string): Execution | undefined;
  /** All of them, in the order in which they were started. */
  executions(): readonly Execution[];
  /** Ends an execution, if it runs; what its Lambdas have begun goes on. */
  stop(name: string): void;
  /** Says what becomes of a task that waits for its token. */
  complete(token: string, outcome: TaskOutcome): TokenAnswer;
}

/** What is known of an execution from outside. Milliseconds since the Unix epoch, of the machine's clock. */
export interface ExecutionState {
  status: "RUNNING" | ExecutionResult["status"];
  startedAt: number;
  /** Undefined while it runs. */
  endedAt?: number;
}

/** How an execution is started. */
export interface StartOptions {
  /** Unique for 90 days on AWS, for good here; a UUID when left out. */
  name?: string;
  /** Stops the execution; what its Lambdas have begun goes on. */
  signal?: AbortSignal;
}

/**
 * Takes a state machine out of a synthesized template and makes it ready to run in this process.
 *
 * @throws TypeError for what the sandbox cannot run as Step Functions would
 * @example
 * const audit = openStateMachine(template, { functions: { PlanAudit: plan, AuditTenant: audit, FinishAudit: finish } });
 * const { status, output } = await audit.start({ tenants: ["acme-prod"] }).result;
 */
export function openStateMachine(template: Template, options: StateMachineOptions): StateMachineHost {
  const { functions, tasks = {}, services, clock = systemClock, retryPause = 0, wait = "not" } = options;
  const resource = pick(resourcesOfType(template, "AWS::StepFunctions::StateMachine"), options.machine);
  const definition = definitionOf(resource);
  const lambdas = resourcesOfType(template, "AWS::Lambda::Function");
  const machine: Machine = {
    name: resource.name,
    arn: resource.arn,
    ...prepareDefinition(definition),
    tasks: findTasks(definition, lambdas, functions, tasks, services),
    tokens: taskTokens(),
    clock,
    retryPause,
    wait,
  };
  const executions = new Map<string, Started>();
  return {
    name: resource.name,
    arn: resource.arn,
    definition,
    start: (input, { name = crypto.randomUUID(), signal } = {}) => {
      const known = executions.get(name);
      if (known?.state.status === "RUNNING" && known.input === JSON.stringify(input)) return known.execution;
      if (known) throw alreadyExists(name);
      const state: ExecutionState = { status: "RUNNING", startedAt: clock.now() };
      const stopped = new AbortController();
      const stop = () => stopped.abort();
      const end = signal ? AbortSignal.any([signal, stopped.signal]) : stopped.signal;
      const execution = startExecution(machine, input, name, end);
      executions.set(name, { execution, input: JSON.stringify(input), state, stop });
      void execution.result.then(({ status }) => {
        Object.assign(state, { status, endedAt: clock.now() });
      });
      return execution;
    },
    describe: (name) => executions.get(name)?.state,
    execution: (name) => executions.get(name)?.execution,
    executions: () => [...executions.values()].map(({ execution }) => execution),
    stop: (name) => executions.get(name)?.stop(),
    complete: machine.tokens.complete,
  };
}

interface Started {
  execution: Execution;
  input: string;
  state: ExecutionState;
  stop(): void;
}

function alreadyExists(name: string): Error {
  const error = new Error(`Execution Already Exists: '${name}'`);
  error.name = "ExecutionAlreadyExists";
  return error;
}

function pick(machines: readonly ResolvedResource[], prefix = ""): ResolvedResource {
  const [machine, ...others] = machines.filter(({ logicalId }) => logicalId.startsWith(prefix));
  if (machine && others.length === 0) return machine;
  const names = machines.map(({ logicalId }) => logicalId).join(", ") || "none";
  throw new TypeError(`Name one state machine of the template by the beginning of its logical id; it has: ${names}.`);
}

function definitionOf({ logicalId, properties }: ResolvedResource): Definition {
  const { DefinitionString: text, Definition: object, DefinitionSubstitutions: names = {} } = properties;
  if (text === undefined && object === undefined)
    throw new TypeError(`${logicalId} has no definition in the template.`);
  const substitutions = names as Record<string, unknown>;
  const json = String(text ?? JSON.stringify(object)).replaceAll(/\$\{(\w+)\}/g, (whole, name: string) =>
    name in substitutions ? String(substitutions[name]) : whole,
  );
  return JSON.parse(json) as Definition;
}
