import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as z from "zod";
import { type Clock, CONTEXT_CLOCK, systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";

/** What a function works with beside its event. */
export interface Invocation {
  logger: Logger;
  /** The machine's on AWS; on a laptop that of the sandbox. Everything that a function dates or waits for goes by it. */
  clock: Clock;
  /** When this invocation is ended, by that clock: milliseconds since the epoch. */
  deadline: number;
}

/**
 * Makes a Lambda handler: checks the event, logs as JSON, and turns errors into ones that say what is wrong.
 *
 * The event is never logged, and of an error only its class, its code and Curfew's own sentence: what an SDK or a
 * runtime attaches to an error may hold an answer.
 */
export function lambdaFunction<Shape extends z.ZodType, Result>(
  shape: Shape,
  handle: (event: z.infer<Shape>, invocation: Invocation) => Promise<Result>,
) {
  const logger = new Logger();
  return middy<unknown, Result>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .onError((request) => {
      const shown = shownError(request.error);
      logger.error(shown.message, { code: shown.name });
      request.error = shown;
    })
    .handler(async (event: unknown, context: Context) => {
      const parsed = shape.safeParse(event);
      if (!parsed.success) throw invalidEvent(parsed.error);
      logger.appendKeys(references(parsed.data));
      const clock = clockOf(context);
      const deadline = clock.now() + context.getRemainingTimeInMillis();
      return handle(parsed.data, { logger, clock, deadline });
    });
}

/** The clock that the host of this function goes by, and no caller's: see {@link CONTEXT_CLOCK}. */
const clockOf = (context: Context & { [CONTEXT_CLOCK]?: Clock }): Clock => context[CONTEXT_CLOCK] ?? systemClock;

/** Which run and which tenant every line is about: the names by which docs/runbook.md looks for lines. */
function references(event: unknown): { run?: string | undefined; tenant?: string | undefined } {
  const { data } = referencesShape.safeParse(event);
  return { run: data?.run?.id, tenant: data?.tenant };
}

const referencesShape = z.object({ run: z.object({ id: z.string() }).optional(), tenant: z.string().optional() });

/** Names the first place that is wrong; the value itself is not repeated. */
function invalidEvent(error: z.ZodError): CurfewError {
  const [issue] = error.issues;
  const where = issue?.path.map(String).join(".") || "the event itself";
  return new CurfewError("arguments-invalid", `The event of this function is wrong at ${where}: ${issue?.message}.`);
}

/** The runtime writes an error into the log and Step Functions into its history, with whatever is attached to it. */
function shownError(error: unknown): Error {
  const known = error instanceof CurfewError;
  const kind = error instanceof Error && /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : "Error";
  const shown = new Error(known ? error.message : `The function failed unexpectedly (${kind}).`);
  shown.name = known ? error.code : kind;
  delete shown.stack;
  return shown;
}

/**
 * What Step Functions takes as the name of an execution: no white space, brackets, wildcards, control characters, halves
 * of characters, nor what would have a meaning in an ARN or an address. Source: its API reference, StartExecution.
 */
const EXECUTION_NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\uFFFE\uFFFF\u{10FFFF}]{1,80}$/u;

/** A run as the state machine passes it along: the execution's name and its start. */
export const runShape = z.object({
  id: z.string().regex(EXECUTION_NAME),
  startedAt: z.iso.datetime().transform((text) => new Date(text).toISOString()),
});
