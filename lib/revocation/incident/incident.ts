import type { Instant } from "../../history/history.ts";
import type { ErrorCode } from "../../model/curfew-error.ts";
import type { Key } from "../../store/table.ts";
import type { ActingLogin } from "../acting-login.ts";
import type { Classification } from "../leak/classify.ts";
import type { TokenFacts } from "../leak/leaked-token.ts";
import type { ExposureWindow } from "../window/window.ts";

/** The steps of an incident, in the order of their names in the state machine; `watch` and later ones run side by side. */
export const INCIDENT_STEPS = [
  "lock",
  "detach-key",
  "contain",
  "network-acl",
  "look",
  "rotate",
  "prove",
  "investigate",
  "put-back",
  "watch",
  "key-revocation",
  "restore",
  "close",
] as const;
export type IncidentStep = (typeof INCIDENT_STEPS)[number];

/** How far a step came. A step may run again; the later result holds. */
export type StepResult = {
  at: Instant;
  /** One sentence for people. No value, no answer. */
  message: string;
} & (
  | {
      /** All of it, seen at Auth0 afterwards. In a drill: what it would have done. */
      outcome: "done";
      /** Of a proof: since when tokens were asked for; absent where none were. */
      began?: Instant;
      /** Of giving back: whose network ACLs still close the Management API to others, one sentence each. */
      stillClosed?: readonly string[];
    }
  | {
      /** All of it at Auth0, but what was taken away could not be stored; it was told to people instead. */
      outcome: "paged";
      /** What they were told, one thing a line: ids and scopes. */
      told: readonly string[];
    }
  | {
      outcome: "incomplete";
      /** Exactly what is not done, one thing a line. Never empty. */
      missing: readonly string[];
      code: ErrorCode | null;
      /** Who could not act, where that login is why; the incident may be about the other one of the two. */
      login?: ActingLogin;
      /** What could not be stored and was told to people, one thing a line: see `paged`. */
      told?: readonly string[];
      /**
       * What had been taken away and was there again, one thing a line, and since when that is known. People have heard
       * of it when the step is complete again.
       */
      putBack?: { at: Instant; what: readonly string[] };
      /** That the step came to its end before: whatever is missing now was put back, or planted. */
      wasComplete?: true;
    }
  | {
      /** There is nothing to do, or it cannot be done, as the message says: never a failure, never a success. */
      outcome: "not-applicable";
      /** The later incident that does it instead. Where a person ends that one, this one does it after all. */
      leftTo?: string;
    }
);

/** Something that an application authenticates with, and did not at the first look, and Curfew did not give it. */
export interface AddedCredential {
  /** The key's, or the certificate's, at Auth0; of another way to authenticate a name that nothing else has. */
  id: string;
  /** In words: `the registered key cred_2 (kid 2026-11)`. */
  what: string;
  /** When it was seen first. */
  since: Instant;
  /** Whether it was there at the last look. */
  isThere: boolean;
}

/** `INCIDENT#<id>`, `INCIDENT`: what is known of an incident, and how far it came. No secret and no token. */
export interface Incident {
  id: string;
  tenant: string;
  clientId: string;
  /** Why it was started, as the person said. */
  reason: string;
  openedAt: Instant;
  /** Who started it: the ARN of a role, or a person's login on a laptop. */
  openedBy: string;
  /** Since when it may have leaked, as far as anybody knows. */
  leakedSince: Instant | null;
  /** Walks the same way and changes nothing. */
  drill: boolean;
  /** What leaked, where it was a token. */
  token: TokenFacts | null;
  /** Of a registered key that leaked: its `kid`, or its id at Auth0; absent where nobody knows which one did. */
  leakedKey?: string;
  /** Those that were named before that one, the first one first; one that nobody ever saw is corrected by the next. */
  earlierKeys?: readonly string[];
  /** When that key was named, where it was after the incident was opened, and the how manieth that was. */
  keyNamed?: { at: Instant; count: number };
  /** Whether a person's machine answers it, without AWS; absent where the deployed Curfew does. */
  isLocal?: true;
  /** Null until the application was looked at. */
  leak: Classification | null;
  steps: Partial<Record<IncidentStep, StepResult>>;
  /** As it was computed last. */
  window: ExposureWindow | null;
  /** The moment of the last proof of which people have heard; absent before the first one. */
  provenAt?: Instant;
  closedAt: Instant | null;
  /** Since when the application, which was there, is seen to be gone; absent while it is there. */
  goneSince?: Instant;
  /** When giving access back was begun; from then on it is finished. Absent until then, and in a drill. */
  restoring?: { at: Instant };
  /**
   * Since when access is given back: the last moment at which it was known to be locked, also where a later incident
   * gives it back. And when it had been proven until then that nothing is given out: what is given
   * out since is meant to be, so it cannot be proven again. Absent until all grants are back, and again once unlocking is
   * refused and it is seen to be locked; never in a drill.
   * `refutedAt`: when the log was seen to contradict that proof, by a token from before `at`. `by`: the later incident that
   * gives it back, where one does; `isOpen` once whoever gives it back has seen it to be open, or `staysLocked` where no
   * grant type was among what was approved: it still gets no tokens for itself, and the lock is guarded on.
   */
  restored?: { at: Instant; stoppedAt: Instant; refutedAt?: Instant; by?: string; isOpen?: true; staysLocked?: true };
  /** When a new credential was about to take the place of what leaked, or was seen there; absent until then, and in a drill. */
  replacedAt?: Instant;
  /** When it was asked for last that what leaked be replaced and proven dead once more; `isOver` once that was tried. */
  askedAgain?: { at: Instant; isOver?: true };
  /** What was added to the application since the first look, and not by Curfew, the newest last; see `contain/added.ts`. */
  added?: readonly AddedCredential[];
  /** Who said that nothing more is to be done, whatever is still open; absent while nobody did. */
  ended?: { at: Instant; by: string; reason: string };
  /** Earlier incidents about the same application that were open when this one was opened, the newest first. */
  follows?: readonly string[];
  /** The earlier incident that keeps what the application had, see {@link keeperOf}; absent where this one does. */
  keptBy?: string;
  /** The next one about the same application, whatever leaked; who of them decides what it may have says `later.ts`. */
  followedBy?: string;
}

export const incidentPartition = (id: string): string => `INCIDENT#${id}`;

export const incidentKey = (id: string): Key => ({ partition: incidentPartition(id), sort: "INCIDENT" });

/**
 * Which incident keeps what the application had before anything was taken away. All that are about one application at
 * one time keep it in one place: whichever of them looks first, and takes away first, any of them can offer it.
 */
export const keeperOf = ({ id, keptBy }: Pick<Incident, "id" | "keptBy">): string => keptBy ?? id;

/**
 * Whether the leak may be called contained: there are levers, each that stops new tokens was pulled to the end, and
 * that no new token is given out was proven afterwards. A new credential is not part of it: it may wait for the vault.
 */
export const isContained = (incident: Pick<Incident, "leak" | "steps" | "drill" | "restored">): boolean =>
  incident.restored === undefined && wasContained(incident);

/** Whether it is contained or was until access was given back, with another credential than the one that leaked. */
export const wasContained = (incident: Pick<Incident, "leak" | "steps" | "drill" | "restored">): boolean =>
  !incident.drill &&
  incident.leak?.isContainable === true &&
  stoppedAt(incident) !== null &&
  incident.restored?.refutedAt === undefined;

/**
 * When it was proven that the application is given no token for itself any more; null while it is not. In a drill, when
 * it would have been. Somebody else may open it again where it is not containable. Once access is given back it stays
 * what it was then, also where the log refutes it: nothing can be proven any more, and the window counts on from the
 * tokens that were seen.
 */
export function stoppedAt({ leak, steps, restored }: Pick<Incident, "leak" | "steps" | "restored">): Instant | null {
  if (restored) return restored.stoppedAt;
  if (!leak || leak.levers.length === 0) return null;
  const pulled = leak.levers.filter((lever) => lever !== "rotate").map((lever) => steps[lever]);
  const proof = steps.prove;
  const last = Math.max(...pulled.map((result) => result?.at ?? Number.POSITIVE_INFINITY));
  return pulled.every(isComplete) && proof?.outcome === "done" && proof.at >= last ? proof.at : null;
}

/** Since when the application is locked; null while it is not. */
export const lockedSince = ({ steps: { lock } }: Pick<Incident, "steps">): Instant | null =>
  lock && isComplete(lock) ? lock.at : null;

/** Whether a step came to its end, as far as Auth0 is concerned. */
export const isComplete = (result: StepResult | undefined): boolean =>
  result?.outcome === "done" || result?.outcome === "paged";

/** Whether it ever did; what is missing since was put back, or planted. */
export const cameToItsEnd = (result: StepResult | undefined): result is StepResult =>
  isComplete(result) || (result?.outcome === "incomplete" && result.wasComplete === true);
