import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";

/**
 * Something that Curfew itself does as the application, so that the tenant's log will name the application for it: a
 * proof, a probe of a rotation, the token that restoring obtains. Noted before it is done.
 */
export interface OwnAct {
  from: Instant;
  /** When it is over at the latest. */
  until: Instant;
  /** How many events of the log it can leave at most. */
  most: number;
}

/** Notes what is about to be done as the application: the watch does not take it for the thief. */
export async function noteOwnAct(_table: Table, _incident: string, _act: OwnAct): Promise<void> {
  throw new Error("not written yet");
}
