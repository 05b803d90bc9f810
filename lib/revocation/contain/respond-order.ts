import type { Instant } from "../../history/history.ts";
import type { Incident } from "../incident/incident.ts";

/** What an incident's main line does, in this order; each is a step function of the same shape. */
export type RespondStep =
  | "lock"
  | "detach-key"
  | "contain"
  | "network-acl"
  | "look"
  | "rotate"
  | "prove"
  | "window"
  | "watch";

export interface Next {
  step: RespondStep;
  /** Seconds to wait before it. */
  wait: number;
}

/** What comes next on the main line of an incident: pure, for the Lambda and for `--local`. */
export function nextStep(_incident: Incident, _now: Instant): Next {
  throw new Error("unwritten");
}
