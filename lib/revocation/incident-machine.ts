import { hours, minutes, type Seconds } from "../model/duration.ts";

/** What the state machine of emergency revocation is called. Its executions are called as their incidents. */
export const INCIDENT_MACHINE = "curfew-incident";

/** What the functions are called: fixed, so that commands and policies can know them. */
export const INCIDENT_FUNCTIONS = {
  respond: "curfew-respond",
  investigate: "curfew-investigate",
  rotateLeaked: "curfew-rotate-leaked",
  desk: "curfew-incident-desk",
} as const;

/**
 * What the function *respond* is asked for, each by a state of the machine, and how long it may take. What is not done
 * by then is said to be missing, and tried again: nothing that contains may wait for a tenant that hangs.
 */
export const RESPOND_STEPS = {
  open: minutes(1),
  lock: minutes(1),
  contain: minutes(2),
  window: minutes(3),
  watch: minutes(4),
  "look-back": minutes(13),
  "plan-key-revocation": minutes(4),
  "ask-key-revocation": minutes(2),
  "revoke-key": minutes(4),
  "plan-restore": minutes(4),
  "ask-restore": minutes(2),
  "give-back": minutes(8),
  "last-look": minutes(4),
} as const satisfies Readonly<Record<string, Seconds>>;
export type RespondStep = keyof typeof RESPOND_STEPS;

/** What the function *investigate* is asked for, and how long it may take. */
export const INVESTIGATE_STEPS = {
  investigate: minutes(13),
  close: minutes(8),
} as const satisfies Readonly<Record<string, Seconds>>;
export type InvestigateStep = keyof typeof INVESTIGATE_STEPS;

/** What the function *rotate-leaked* is asked for, and how long it may take. */
export const ROTATE_STEPS = {
  rotate: minutes(13),
  prove: minutes(8),
  "try-restored": minutes(5),
} as const satisfies Readonly<Record<string, Seconds>>;
export type RotateStep = keyof typeof ROTATE_STEPS;

/** How long a question waits for a second person before it is asked again. */
export const ASK_AGAIN_AFTER: Seconds = hours(24);

/**
 * What a step says to the machine. References and instants only: whoever may read an execution's history sees it.
 *
 * - `again`: the same is to be done again after `wait`
 * - `on`: what comes next
 * - `ask`, `act`: a second person is to be asked; a second person agreed
 * - `close`: a person has ended it, and it is closed at once, whoever still waits
 * - `rotate`: what leaked is to be replaced once more, and proven dead, beside the next turns of watching; also where
 *   something was taken away beside the execution that watches
 * - `rotating`: that is not over yet, and the same is to be done again after `wait`
 */
export interface StepAnswer {
  incident: string;
  tenant: string;
  next: "again" | "on" | "ask" | "act" | "rotate" | "rotating" | "close";
  /** Before what comes next. */
  wait: Seconds;
}
