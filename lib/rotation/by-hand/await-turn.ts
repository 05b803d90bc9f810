import type { Instant } from "../../history/history.ts";
import type { Clock } from "../../model/clock.ts";
import type { Table } from "../../store/table.ts";
import { type LeaseRequest, takenUntil } from "../lease.ts";

/** Milliseconds between two looks at the lease; whoever is done gives its part back at once. */
const LOOK = 5_000;

/**
 * Waits until nobody else works on a credential any more: yields until when somebody does at the latest, at once and
 * whenever that changes.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* awaitTurn(
  table: Pick<Table, "get">,
  who: Omit<LeaseRequest, "until">,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Instant> {
  let told: Instant | undefined;
  for (;;) {
    const until = await takenUntil(table, who, clock.now());
    if (until !== undefined && until !== told) yield until;
    told = until;
    await clock.sleep(LOOK, signal); // also before the next try where nobody was seen: two may begin in the same moment
    if (until === undefined) return;
  }
}
