import type { StepAnswer } from "../incident-machine.ts";

/** What comes of a step: what comes next, and how long to wait before. */
export type Way = Pick<StepAnswer, "next" | "wait">;

export const ON: Way = { next: "on", wait: 0 };
