import { calibratedAsk } from "../asking/asking.ts";
import { inUse } from "../asking/in-use.ts";
import { isOwnTaken } from "../asking/is-taken.ts";
import { assertMayWrite } from "../judgements/assert-may-write.ts";
import { judgeOrder } from "../judgements/judge-order.ts";
import { isForIncident, mayOverwrite } from "../judgements/overwriting.ts";
import { KINDS } from "../kinds/kinds.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";
import { markBegun, markDropped } from "../mark.ts";
import { refusedError } from "../refusal.ts";
import { judgeFields } from "../vault/judge-fields.ts";
import { renewPayload } from "../vault/payload.ts";
import { currentCredential, type StoredCredential, storedCredential } from "../vault/stored-credentials.ts";
import { isTold, nowOf, recall, remember, type Work } from "../work.ts";
import { settleOther } from "./settle.ts";

/**
 * Makes a new credential and stores it as pending, before anybody else knows it. Nothing is begun that could not be
 * brought to its end: so everything that can be asked beforehand is asked here. That holds too when somebody removed a
 * value that the tenant may have been told of: if it was, the current one is refused, and only a person goes on.
 *
 * @throws CurfewError `rotation-refused`; where that is `fields-changed`, nothing comes of the version
 */
export async function createSecret(work: Work): Promise<void> {
  if (isTold(work, await recall(work)) && (await storedCredential(work, work.version))) return;
  await settleOther(work); // whatever is held or off: another one that the tenant was told of bears no label by now
  const record = await recall(work);
  const refused = judgeOrder(record, work.settings, work.version);
  if (refused) throw refusedError(refused);
  await assertMayWrite(work);
  const current = await currentCredential(work);
  await KINDS[work.settings.kind].assertMayBegin(work, { current: async () => current, record });
  const pending = await storedCredential(work, work.version);
  await assertInUse(work, record, current, pending);
  if (!pending) return store(work, current);
  const changed = isForIncident(work, record) ? undefined : judgeFields(work, current, pending);
  if (!changed || (await isOwnTaken(work))) return;
  await work.lease.write(async () => {
    await markDropped(work, changed); // first: else nobody could say why the label is gone
    await work.parts.vault.dropPending(work.target.arn, work.version);
  });
  throw refusedError(changed);
}

/**
 * Makes sure that Auth0's answers mean something for this client, and that it accepts what is stored. Before anything
 * is changed that is the current value, or the pending one where somebody has set it at Auth0 for us.
 */
async function assertInUse(
  work: Work,
  record: RotationRecord | undefined,
  current: StoredCredential,
  pending: StoredCredential | undefined,
): Promise<void> {
  const ask = await calibratedAsk(work, current.credential);
  if (mayOverwrite(work, record)) return;
  await inUse(work, ask, { current: current.credential, pending: pending?.credential, record });
  if (record?.acceptedAt === undefined) {
    await remember(work, (known) => ({ ...known, acceptedAt: known.acceptedAt ?? nowOf(work) }));
  }
}

/** A process that does the same beside this one may be quicker: then its value is the pending one. */
async function store(work: Work, { payload }: StoredCredential): Promise<void> {
  const { parts, target, version, settings, lease } = work;
  const credential = await KINDS[settings.kind].make(parts);
  await markBegun(work);
  const value = renewPayload(payload, settings.kind, credential);
  await lease.write(() => parts.vault.storePending(target.arn, version, value));
}
