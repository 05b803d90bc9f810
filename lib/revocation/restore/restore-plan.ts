import type { Added } from "../contain/added.ts";
import type { NewGrant } from "../ports.ts";

/**
 * What a person agrees to give back: exactly this, and nothing else. Plain JSON. What does not come back is said beside
 * it, see `restoreLines`: one row of the table holds both, so nothing stands in it twice.
 */
export interface RestorePlan {
  clientId: string;
  /** Grant types that the application gets again; empty where none was taken. */
  grantTypes: readonly string[];
  grants: readonly NewGrant[];
  /** Whether the network ACL of this incident is taken away. */
  networkAcl: boolean;
  /** What was added to the application, and not by Curfew, and stays; absent where there is nothing. */
  added?: readonly Added[];
}

/** Something that the application had, and why it does not get it again. */
export interface LeftOut {
  audience: string;
  subjectType?: string;
  /** A scope, or more than that in words. */
  what: string;
  /** A sentence. */
  why: string;
}
