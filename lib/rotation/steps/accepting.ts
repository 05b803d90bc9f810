import type { Secret } from "../../model/secret.ts";
import { PAUSE } from "../asking/asking.ts";
import { KINDS } from "../kinds/kinds.ts";
import { unfinished } from "../unfinished.ts";
import type { Work } from "../work.ts";

/** How long a new credential is waited for. Auth0 documents 30 s. Milliseconds. */
const PATIENCE = 60_000;

/**
 * Waits until the tenant accepts the pending credential. While a change spreads, one acceptance is enough: consumers
 * ask again with the other one until it is everywhere.
 *
 * @throws CurfewError `rotation-unfinished` when it does not
 */
export async function awaitAccepted(work: Work, pending: Secret): Promise<void> {
  const { clock } = work.parts;
  const { clientId, kind } = work.settings;
  const end = Math.min(work.until, clock.now() + PATIENCE);
  while ((await KINDS[kind].test(work, pending)) !== "accepted") {
    if (clock.now() + PAUSE > end) {
      throw unfinished(
        `Auth0 was not seen to accept the new credential of ${clientId}; nothing is promoted before it is.`,
      );
    }
    await clock.sleep(PAUSE);
  }
}
