import { CurfewError } from "../../model/curfew-error.ts";
import { PAUSE, unfinished } from "../asking.ts";
import { KINDS } from "../kinds/kinds.ts";
import { storedCredential } from "../stored-credentials.ts";
import { markTested } from "../under-way.ts";
import { isTold, recall, type Work } from "../work.ts";

/** How long a new credential is waited for. Auth0 documents 30 s. Milliseconds. */
const PATIENCE = 60_000;

/** The detail of the error that says that there is nothing to test; see below. */
export const NOTHING_TO_TEST = "nothing to test";

/**
 * Makes sure that the tenant accepts the pending credential.
 *
 * Secrets Manager also calls this step alone to test a configuration, with a version of its own that holds no value:
 * then there is nothing to test, and nothing is changed or recorded.
 */
export async function testSecret(work: Work): Promise<void> {
  const { clientId, kind } = work.settings;
  const pending = await storedCredential(work, work.version);
  if (!pending) throw nothingToTest(clientId);
  const { clock } = work.parts;
  const end = Math.min(work.until, clock.now() + PATIENCE);
  while ((await KINDS[kind].test(work, pending.credential)) !== "accepted") {
    if (clock.now() + PAUSE > end) {
      throw unfinished(
        `Auth0 was not seen to accept the new credential of ${clientId}; nothing is promoted before it is.`,
      );
    }
    await clock.sleep(PAUSE);
  }
  if (isTold(work, await recall(work))) await markTested(work);
}

const nothingToTest = (clientId: string): CurfewError =>
  new CurfewError("rotation-unfinished", `There is no new credential of ${clientId} to test; nothing was changed.`, {
    retryable: true,
    detail: NOTHING_TO_TEST,
  });
