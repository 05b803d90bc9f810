import { awaitAccepted } from "../accepting.ts";
import { unfinished } from "../asking.ts";
import { storedCredential } from "../stored-credentials.ts";
import type { Work } from "../work.ts";

/**
 * Makes sure that the tenant accepts the pending credential.
 *
 * Secrets Manager also calls this step alone to test a configuration, with a version of its own that holds no value:
 * then there is nothing to test, and nothing is changed or recorded.
 */
export async function testSecret(work: Work): Promise<void> {
  const pending = await storedCredential(work, work.version);
  if (!pending)
    throw unfinished(`There is no new credential of ${work.settings.clientId} to test; nothing was changed.`);
  await awaitAccepted(work, pending.credential);
}
