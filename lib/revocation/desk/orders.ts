import type { AskedStep } from "../approvals/asked.ts";
import type { StartRequest } from "./requests.ts";

/** An answer of a person to what an incident asks. */
export interface DecideOrder {
  incident: string;
  step: AskedStep;
  /** What the person has seen. */
  planHash: string;
  decision: "approve" | "reject";
}

/**
 * The desk, as those see it who call it. Whatever it refuses is a CurfewError with its own sentence; that it does not
 * answer is `unreachable` or `service-failed`.
 */
export interface DeskOrders {
  /** @returns the id of the incident: a new one, or the one that is open already */
  start(order: StartRequest): Promise<string>;
  /** @returns whether something goes on by it: else more people must agree, or nothing waits any more */
  decide(order: DecideOrder): Promise<{ waits: boolean }>;
}
