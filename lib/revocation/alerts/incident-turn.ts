import type { Instant } from "../../history/history.ts";
import type { ErrorCode } from "../../model/curfew-error.ts";
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

/** Steps that keep a leak from being over, and not from being contained. */
export const UNDONE_STEPS = [
  "network-acl",
  "look",
  "rotate",
  "key-revocation",
  "restore",
] as const satisfies readonly IncidentStep[];
export type UndoneStep = (typeof UNDONE_STEPS)[number];

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
  /** The end that was told does not hold; with the window that the incident has by now. */
  | { turn: "ends-later"; at: Instant; told: Instant }
  | {
      turn: "not-contained";
      at: Instant;
      /** Exactly what is not done, one thing a line. */
      missing: readonly string[];
      /** Since when, where it has nothing to do with what was proven last: the same later is told again. */
      since?: Instant;
    }
  | {
      /** Something else than taking away is not done: the network ACL, a look, the new credential, what was approved. */
      turn: "left-undone";
      step: UndoneStep;
      at: Instant;
      /** Exactly what, one thing a line. */
      missing: readonly string[];
      /** What says why, beside the step: what changes it is told anew. */
      why: string;
      code: ErrorCode | null;
    }
  | {
      /** Everything is taken away, but what it was could not be stored: this is where it stands now. */
      turn: "not-stored";
      at: Instant;
      told: readonly string[];
    }
  | {
      turn: "used";
      at: Instant;
      from: Instant;
      uses: readonly UseCount[];
      isRefusedOnly: boolean;
      /** Whether the application was locked before all of them. */
      isAfterLock: boolean;
    }
  | {
      /** Applications do something that were added with what leaked, or by one of these. */
      turn: "planted-used";
      at: Instant;
      from: Instant;
      uses: readonly UseCount[];
      /** Their client ids. */
      clients: readonly string[];
    }
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
      /** Somebody gave the application that leaked something else to authenticate with. */
      turn: "added";
      at: Instant;
      /** What, one thing a line. */
      what: readonly string[];
      /** How much was added before: the same that comes back is told again. */
      before: number;
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
      /** Of a no: that the application may be open, and is locked again by it. */
      isLockedAgain?: boolean;
    }
  | {
      turn: "restored";
      at: Instant;
      /** What was given back, one thing a line. */
      given: readonly string[];
      /** What is not as approved, one thing a line. */
      missing: readonly string[];
      /** Whether one was got. "stays locked": no grant type was given back, so it gets none for itself. */
      token: "tried" | "not tried" | "stays locked";
      /** Where it stays locked, the incidents that take away again what somebody gives it by hand. */
      guards?: readonly string[];
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
      /** The watch is over though the window is not: nothing is read later. */
      isOver?: true;
    }
  | {
      /** What was done with what leaked, before watching began. */
      turn: "found";
      at: Instant;
      /** Whether the log was read to where watching begins. */
      isRead: boolean;
      /** False while the tenant, as it is now, is still to be read and compared. */
      isCompared: boolean;
      uses: readonly UseCount[];
      /** What else may have been exposed or planted, one thing a line. */
      exposed: readonly string[];
      /** What is different from the last inventory, one thing a line. */
      changes: readonly string[];
      /** What nobody can say is different, and why, one thing a line. */
      notCompared: readonly string[];
    }
  | { turn: "closed"; at: Instant; evidence: readonly StoredDocument[]; questions: readonly string[] };
