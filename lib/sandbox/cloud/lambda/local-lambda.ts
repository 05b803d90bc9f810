import { randomUUID } from "node:crypto";
import type { Clock } from "../../../model/clock.ts";
import type { LambdaFunction } from "../state-machine/task-functions.ts";
import { type LambdaContext, lambdaContext } from "./lambda-context.ts";
import { failureOf } from "./lambda-failure.ts";

/** A handler as a Lambda's file exports it. */
export type Handler<Event> = (event: Event, context: LambdaContext) => Promise<unknown>;

/** How a handler is called. */
export interface LocalLambdaOptions {
  /** Milliseconds; 15 minutes when left out, which is the most that Lambda allows. */
  timeout?: number;
  /** What the function goes by, its deadline included; the machine's when left out. */
  clock?: Clock;
}

const LONGEST_TIMEOUT = 900_000;

/**
 * Calls a handler in this process, unbundled: faster to start than a Worker, and without borders. It sees this
 * process's environment, nothing stops it at its timeout, and it cannot be killed.
 *
 * @param load imports the file, at the first call and not before
 * @example
 * const PlanAudit = localLambda("plan-audit", async () => (await import("../../lambdas/plan-audit.ts")).handler);
 */
export function localLambda<Event>(
  name: string,
  load: () => Promise<Handler<Event>>,
  { timeout = LONGEST_TIMEOUT, clock }: LocalLambdaOptions = {},
): LambdaFunction {
  let loading: Promise<Handler<Event>> | undefined;
  return async (event) => {
    const deadline = (clock?.now ?? Date.now)() + timeout;
    const facts = { functionName: name, requestId: randomUUID(), deadline, memory: 512 };
    try {
      loading ??= load();
      const handler = await loading;
      return await handler(JSON.parse(JSON.stringify(event ?? {})), lambdaContext(facts, clock));
    } catch (error) {
      throw failureOf(error);
    }
  };
}
