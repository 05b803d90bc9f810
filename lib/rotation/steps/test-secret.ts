import { CurfewError } from "../../model/curfew-error.ts";
import { storedCredential } from "../vault/stored-credentials.ts";
import type { Work } from "../work.ts";
import { awaitAccepted } from "./accepting.ts";

/** The detail of the error that says that there is nothing to test; see below. */
export const NOTHING_TO_TEST = "nothing to test";

/**
 * Makes sure that the tenant accepts the pending credential.
 *
 * Secrets Manager also calls this step alone to test a configuration, with a version of its own that holds no value:
 * then there is nothing to test, and nothing is changed or recorded.
 */
export async function testSecret(work: Work): Promise<void> {
  const pending = await storedCredential(work, work.version);
  if (!pending) throw nothingToTest(work.settings.clientId);
  await awaitAccepted(work, pending.credential);
}

/** Nobody rotates to a version without a value. */
export const nothingToTest = (clientId: string): CurfewError =>
  new CurfewError("rotation-unfinished", `There is no new credential of ${clientId} to test; nothing was changed.`, {
    retryable: true,
    detail: NOTHING_TO_TEST,
  });
