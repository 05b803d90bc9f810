import { minutes, type Seconds } from "./duration.ts";

/** How much later than its schedule says an audit may be started. Nothing depends on the minute. */
export const SCHEDULE_WINDOW: Seconds = minutes(15);
