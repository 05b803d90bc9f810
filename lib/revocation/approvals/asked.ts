import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import { incidentPartition } from "../incident/incident.ts";

/** What waits for a second person. */
export type AskedStep = "key-revocation" | "restore";

/** `INCIDENT#<id>`, `ASKED#<step>`: what was asked last, and what came of it. */
export interface Asked {
  /** What would be done. */
  plan: unknown;
  /** The same for people, one thing a line. */
  lines: readonly string[];
  /** SHA-256 of the plan as canonical JSON, in hex: an answer is one to exactly this. */
  planHash: string;
  askedAt: Instant;
  /** Until when an answer counts. */
  until: Instant;
  decision: { by: string; at: Instant; decision: "approve" | "reject" } | null;
}

/** What was asked; undefined while nothing was. */
export const readAsked = async (table: Table, incident: string, step: AskedStep): Promise<Asked | undefined> =>
  (await table.get<Asked>({ partition: incidentPartition(incident), sort: `ASKED#${step}` }))?.value;
