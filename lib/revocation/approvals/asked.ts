import type { Instant } from "../../history/history.ts";
import type { Row, Table } from "../../store/table.ts";
import { incidentPartition } from "../incident/incident.ts";
import { readProposal, type StoredProposal } from "./kept-proposal.ts";

/** What waits for a second person. */
export const ASKED_STEPS = ["key-revocation", "restore"] as const;
export type AskedStep = (typeof ASKED_STEPS)[number];

/** What would be done, and the same for people. */
export interface Proposal<Plan = unknown> {
  /** Plain JSON; an answer is one to exactly this. */
  plan: Plan;
  /** The plan in words, one thing a line, with what helps to decide about it. */
  lines: readonly string[];
}

/** Somebody who agreed. */
export interface Approval {
  /** The ARN that IAM gave. */
  by: string;
  at: Instant;
}

/** What was asked last, and what came of it. */
export interface Asked<Plan = unknown> extends Proposal<Plan> {
  /** SHA-256 of the plan as canonical JSON, in hex: an answer is one to exactly this. */
  planHash: string;
  askedAt: Instant;
  /** Until when an answer counts. */
  until: Instant;
  /** How often the same was asked before. */
  reminders: number;
  /** Completes the task that waits for the answer; null where none waits. */
  taskToken: string | null;
  /** Who agreed so far, each once. Where nobody knows who started the incident, one is not enough. */
  approvals: readonly Approval[];
  /** Null while it waits. */
  decision: (Approval & { decision: "approve" | "reject" }) | null;
}

/** `INCIDENT#<id>`, `ASKED#<step>`: {@link Asked}, as far as there is room in one row. */
export type AskedRow<Plan = unknown> = Omit<Asked<Plan>, keyof Proposal> & StoredProposal<Plan>;

/** Where {@link AskedRow} stands. */
export const askedKey = (incident: string, step: AskedStep) => ({
  partition: incidentPartition(incident),
  sort: `ASKED#${step}`,
});

/** What was asked; undefined while nothing was. */
export async function readAsked<Plan = unknown>(
  table: Table,
  incident: string,
  step: AskedStep,
): Promise<Asked<Plan> | undefined> {
  const row = (await askedRow<Plan>(table, incident, step))?.value;
  return row && { ...withoutKept(row), ...(await readProposal(table, incident, step, row)) };
}

const withoutKept = <Plan>({ kept: _, ...asked }: AskedRow<Plan> & { kept?: unknown }): Omit<Asked, keyof Proposal> =>
  asked;

/** The row with its version, for who changes it. */
export const askedRow = <Plan = unknown>(
  table: Table,
  incident: string,
  step: AskedStep,
): Promise<Row<AskedRow<Plan>> | undefined> => table.get<AskedRow<Plan>>(askedKey(incident, step));

/** The same without the answers where it was asked before a moment: none counts from then on. */
export const answeredSince = <A extends Pick<Asked, "askedAt" | "until" | "approvals" | "decision">>(
  asked: A,
  since: Instant,
): A =>
  asked.askedAt >= since ? asked : { ...asked, approvals: [], decision: null, until: Math.min(asked.until, since) };

/** What somebody else agreed to; undefined while nobody did. */
export function approvedPlan<Plan>(asked: Asked<Plan> | undefined): Plan | undefined {
  return asked?.decision?.decision === "approve" ? asked.plan : undefined;
}

/** How many people must agree: see {@link decide}. */
export const approvalsNeeded = (knowsRequester: boolean): number => (knowsRequester ? 1 : 2);
