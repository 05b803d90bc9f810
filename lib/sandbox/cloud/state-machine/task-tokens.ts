import { randomBytes } from "node:crypto";

/** What somebody says of a task that waits for it. */
export type TaskOutcome = { output: unknown } | { error: string; cause: string };

/** Whether there was such a task, and whether it still waited. */
export type TokenAnswer = "taken" | "TaskTimedOut" | "InvalidToken";

/** The tokens that a state machine gave out, each for one try of one task. */
export interface TaskTokens {
  /** A new one, as `$$.Task.Token` gives it to a state that is entered. */
  issue(): string;
  /**
   * What becomes of the task whose parameters hold a token: rejects with `{ error, cause }`.
   *
   * @param signal ends the waiting; whoever completes the task afterwards comes too late
   */
  outcome(parameters: unknown, signal: AbortSignal): Promise<unknown>;
  /** Ends the waiting, once. A task may be completed before it waits: what it called may be faster. */
  complete(token: string, outcome: TaskOutcome): TokenAnswer;
}

/** A task that was not completed, as whoever completes it said. */
class TaskRefused extends Error {
  override readonly name: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.name = error;
  }
}

/** Makes a register of tokens, empty at first. */
export function taskTokens(): TaskTokens {
  const tasks = new Map<string, PromiseWithResolvers<TaskOutcome> & { isOver: boolean }>();
  return {
    issue: () => {
      const token = randomBytes(48).toString("base64url");
      tasks.set(token, { ...Promise.withResolvers<TaskOutcome>(), isOver: false });
      return token;
    },
    outcome: async (parameters, signal) => {
      const text = JSON.stringify(parameters);
      const [, task] = [...tasks].find(([token]) => text.includes(token)) ?? [];
      if (!task) throw new TypeError("A task waits for its token, and its parameters do not hold it.");
      const ended = Promise.withResolvers<never>();
      const end = () => {
        task.isOver = true;
        ended.reject(signal.reason);
      };
      signal.addEventListener("abort", end, { once: true });
      try {
        const outcome = await Promise.race([task.promise, ended.promise]);
        if ("error" in outcome) throw new TaskRefused(outcome.error, outcome.cause);
        return outcome.output;
      } finally {
        signal.removeEventListener("abort", end);
      }
    },
    complete: (token, outcome) => {
      const task = tasks.get(token);
      if (!task) return "InvalidToken";
      if (task.isOver) return "TaskTimedOut";
      task.isOver = true;
      task.resolve(outcome);
      return "taken";
    },
  };
}
