import type { Seconds } from "../model/duration.ts";

/** Between two tries, or two looks, at least. */
export const SOON: Seconds = 15;

/**
 * The longer it takes, the longer until it is tried again: a month of tries is a hundred of them. A tenth of the time
 * that has passed, at least a quarter of a minute.
 *
 * @param passed milliseconds
 */
export const pauseAfter = (passed: number): Seconds => Math.max(SOON, Math.ceil(passed / 10_000));
