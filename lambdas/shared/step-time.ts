import type { Instant } from "../../lib/history/history.ts";
import type { Seconds } from "../../lib/model/duration.ts";
import type { Invocation } from "./function.ts";

/** How long a step's calls may last. */
export interface StepTime {
  deadline: Instant;
  signal: AbortSignal;
}

/** Does a step within the time that it has, or what is left of the function's; what it has begun ends with it. */
export async function withinTime<T>(
  seconds: Seconds,
  { clock, deadline }: Pick<Invocation, "clock" | "deadline">,
  step: (time: StepTime) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  try {
    return await step({ deadline: Math.min(deadline, clock.now() + seconds * 1_000), signal: over.signal });
  } finally {
    over.abort();
  }
}
