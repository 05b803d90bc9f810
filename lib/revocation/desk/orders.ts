import type { AskedStep } from "../approvals/asked.ts";
import type { Incident } from "../incident/incident.ts";
import { joins } from "../incident/open-incident.ts";
import type { StartRequest } from "./requests.ts";

/** An answer of a person to what an incident asks. */
export interface DecideOrder {
  incident: string;
  step: AskedStep;
  /** What the person has seen. */
  planHash: string;
  decision: "approve" | "reject";
}

/** What comes of starting an incident. */
export interface Started {
  incident: string;
  /** How it was opened, where it was open already: its reason and the time of the leak stand. Null where it is new. */
  joined: Pick<Incident, "openedAt" | "openedBy" | "reason" | "leakedSince"> | null;
  /** Whether who opened it is among the approvers: what it asks needs another one of them. */
  byApprover: boolean;
}

/** Says what a report came to: `incident` is the one that it opened or found. */
export const startedBy = (incident: Incident, request: Parameters<typeof joins>[1], byApprover: boolean): Started => {
  const { id, openedAt, openedBy, reason, leakedSince } = incident;
  return {
    incident: id,
    joined: joins(incident, request) ? { openedAt, openedBy, reason, leakedSince } : null,
    byApprover,
  };
};

/**
 * The desk, as those see it who call it. Whatever it refuses is a CurfewError with its own sentence; that it does not
 * answer is `unreachable` or `service-failed`.
 */
export interface DeskOrders {
  /** Opens an incident, or goes on with the one that is open already. */
  start(order: StartRequest): Promise<Started>;
  /** @returns whether something goes on by it: else more people must agree, or nothing waits any more */
  decide(order: DecideOrder): Promise<{ waits: boolean }>;
}
