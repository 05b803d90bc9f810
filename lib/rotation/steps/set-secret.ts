import { judgeOrder } from "../judgements/judge-order.ts";
import { KINDS } from "../kinds/kinds.ts";
import { refusedError } from "../refusal.ts";
import { unfinished } from "../unfinished.ts";
import { formerCredential, storedCredential } from "../vault/stored-credentials.ts";
import { isTold, recall, type Work } from "../work.ts";

/** Has the tenant accept the pending credential. From here on the only way is forward. */
export async function setSecret(work: Work): Promise<void> {
  const { settings, version } = work;
  const record = await recall(work);
  const refused = isTold(work, record) ? undefined : judgeOrder(record, settings, version);
  if (refused) throw refusedError(refused);
  const pending = await storedCredential(work, version);
  if (!pending)
    throw unfinished(`The new credential of ${settings.clientId} is not stored yet; its rotation begins anew.`);
  const current = () => formerCredential(work);
  await KINDS[settings.kind].tell(work, { pending: pending.credential, current, record });
}
