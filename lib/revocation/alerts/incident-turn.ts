import type { Instant } from "../../history/history.ts";
import type { StoredDocument } from "../../store/evidence-store.ts";
import type { IncidentStep } from "../incident/incident.ts";

/** A use of what leaked, or of the application, as the tenant's log tells it: how often, of what kind, from where. */
export interface UseCount {
  /** `a new token was given out`, `POST /api/v2/clients`. */
  what: string;
  count: number;
  /** Addresses on the network, at most five. */
  ips: readonly string[];
}

/**
 * What people hear about an incident. The same turn told again is the same alert, so whoever runs again after a crash
 * may tell it again: `at` is when the matter arose, not when it is told.
 */
export type IncidentTurn =
  | { turn: "opened" }
  /** No new tokens for the application by its own login; the rest is under way. */
  | { turn: "locked"; at: Instant }
  /** With the window as the incident has it. */
  | { turn: "contained"; at: Instant }
  | {
      turn: "not-contained";
      at: Instant;
      /** Exactly what is not done, one thing a line. */
      missing: readonly string[];
    }
  | {
      /** Everything is taken away, but what it was could not be stored: this is where it stands now. */
      turn: "not-stored";
      at: Instant;
      told: readonly string[];
    }
  | { turn: "used"; at: Instant; from: Instant; uses: readonly UseCount[]; isRefusedOnly: boolean }
  | {
      /** Somebody gave back what was taken away; it was taken away again. */
      turn: "put-back";
      at: Instant;
      /** What, one thing a line. */
      what: readonly string[];
      /** False: it could not be taken away again yet. */
      isTakenAgain: boolean;
    }
  | {
      /** A second person is asked, or asked again. */
      turn: "waiting";
      step: IncidentStep;
      planHash: string;
      askedAt: Instant;
      until: Instant;
      /** How often it was asked before. */
      reminders: number;
      /** What is asked, one thing a line. */
      plan: readonly string[];
    }
  | {
      turn: "decided";
      step: IncidentStep;
      at: Instant;
      decision: "approve" | "reject" | "unanswered";
      by: string | null;
    }
  | {
      turn: "restored";
      at: Instant;
      /** What was given back, one thing a line. */
      given: readonly string[];
      /** What is not as approved, one thing a line. */
      missing: readonly string[];
    }
  | {
      /** The log could not be read without a gap: what happened in it nobody will know from there. */
      turn: "log-gap";
      from: Instant;
      to: Instant;
    }
  | {
      /** The log cannot be read for a while: nobody watches. */
      turn: "blind";
      since: Instant;
      why: string;
    }
  | {
      /** What was done with what leaked, before watching began. */
      turn: "found";
      at: Instant;
      /** Whether the log was read to where watching begins. */
      isRead: boolean;
      uses: readonly UseCount[];
      /** What else may have been exposed or planted, one thing a line. */
      exposed: readonly string[];
      /** What is different from the last inventory, one thing a line. */
      changes: readonly string[];
      /** What nobody can say is different, and why, one thing a line. */
      notCompared: readonly string[];
    }
  | { turn: "closed"; at: Instant; evidence: readonly StoredDocument[]; questions: readonly string[] };
