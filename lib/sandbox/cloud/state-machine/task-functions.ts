import type { ResolvedResource } from "../template/template.ts";
import { allStates, type Definition, type State } from "./prepare-definition.ts";

/** A Lambda as the runner calls it: an event in, a result out; it rejects when the Lambda failed. */
export type LambdaFunction = (event: unknown) => Promise<unknown>;

/** Whom a task calls, and how its input and output are wrapped. */
export interface LambdaTask {
  call: LambdaFunction;
  logicalId: string;
  /** `lambda:invoke` takes the event as Payload and answers with Payload among other things. */
  wrapped: boolean;
  /** `.waitForTaskToken`: the function's answer is none; the task's is what somebody says who has its token. */
  waits: boolean;
}

const INVOKE = "arn:aws:states:::lambda:invoke";
const PUBLISH = "arn:aws:states:::sns:publish";
const WAIT = ".waitForTaskToken";

/** Services that a state machine calls itself, without a function in between. */
export interface ServiceCalls {
  /** `sns:publish`, with its parameters as the state gives them. */
  publish?: LambdaFunction;
}

/**
 * Finds the function for every task of a definition.
 *
 * The rule: a task's function is the one whose key in `functions` begins the logical id of the Lambda in the template;
 * when several do, the longest. `AuditTenant` is the key for `AuditTenantFunction5A1E4B2C`.
 *
 * @param tasks for tasks that are neither Lambdas nor calls of a service, by name of the state
 * @throws TypeError for a task without a function
 */
export function findTasks(
  definition: Definition,
  lambdas: readonly ResolvedResource[],
  functions: Readonly<Record<string, LambdaFunction>>,
  tasks: Readonly<Record<string, LambdaFunction>>,
  services: ServiceCalls = {},
): Map<string, LambdaTask> {
  const found = new Map<string, LambdaTask>();
  for (const [name, state] of allStates(definition)) {
    if (state.Type !== "Task" || state.Resource === "sandbox") continue;
    const own = tasks[name] ?? (state.Resource === PUBLISH ? services.publish : undefined);
    const called = own && { call: own, logicalId: name, wrapped: false, waits: false };
    found.set(name, called ?? lambdaTask(name, state, lambdas, functions));
  }
  return found;
}

function lambdaTask(
  name: string,
  { Resource = "", Parameters = {} }: State,
  lambdas: readonly ResolvedResource[],
  functions: Readonly<Record<string, LambdaFunction>>,
): LambdaTask {
  const waits = Resource === INVOKE + WAIT;
  const wrapped = waits || Resource === INVOKE;
  const target = wrapped ? (Parameters.FunctionName ?? "") : Resource;
  const lambda = lambdas.find(
    (each) => target === each.name || target === each.arn || target.startsWith(`${each.arn}:`),
  );
  if (!lambda) throw new TypeError(`${name} calls ${target || "nothing"}, which is no Lambda of the template.`);
  const key = Object.keys(functions)
    .filter((prefix) => lambda.logicalId.startsWith(prefix))
    .toSorted((one, other) => other.length - one.length)[0];
  const call = key === undefined ? undefined : functions[key];
  if (!call) throw new TypeError(`${name} calls ${lambda.logicalId}, for which no function is given.`);
  return { call, logicalId: lambda.logicalId, wrapped, waits };
}
