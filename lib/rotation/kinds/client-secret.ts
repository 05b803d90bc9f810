import type { Instant } from "../../history/history.ts";
import type { Secret } from "../../model/secret.ts";
import { type Ask, calibratedAsk, SETTLING } from "../asking/asking.ts";
import { inUse } from "../asking/in-use.ts";
import { isTaken } from "../asking/is-taken.ts";
import { storedAsCurrent, storedInUse } from "../asking/stored-in-use.ts";
import { judgeClient } from "../judgements/judge-client.ts";
import { currentRefused, mayOverwrite } from "../judgements/overwriting.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";
import { type Replaced, replacedBy } from "../ledger/under-way.ts";
import { markAccepted, markRefused, markTold } from "../mark.ts";
import { CURRENT, PREVIOUS } from "../ports.ts";
import { refusedError } from "../refusal.ts";
import { unfinished } from "../unfinished.ts";
import { assertLabelled } from "../vault/standing.ts";
import { isTold, nowOf, recall, type Work, waitUntil } from "../work.ts";
import type { Kind, Telling } from "./kind.ts";

/**
 * A client has one secret: the new one takes the place of the old one, which is dead when the change has spread. What a
 * client secret is can only be asked, never read: so it is asked before it is overwritten whether it is ours.
 */
export const clientSecretKind: Kind = {
  make: async (parts) => parts.newSecret(),
  assertMayBegin: assertRightClient,
  tell,
  test: async (work, pending) => (await calibratedAsk(work, pending))(pending),
  oldPart: async () => ({}),
  partWith,
  overlap: () => 0,
  isInUse: (_, old, current) => old?.reveal() === current.reveal(),
  takeAway: async () => undefined,
};

async function assertRightClient(work: Work): Promise<void> {
  const refused = judgeClient(await (await work.tenant()).client(), work.settings);
  if (refused) throw refusedError(refused);
}

async function tell(work: Work, { pending, current, record }: Telling): Promise<void> {
  await assertRightClient(work);
  await formerGone(work, record);
  const ask = await calibratedAsk(work, isTold(work, record) ? pending : (await current()).credential);
  if ((await ask(pending)) === "accepted") {
    // An earlier try told the tenant, or somebody did for us.
    await markAccepted(work, replacedBy(work, record) ?? (await storedAsCurrent(work)));
    return;
  }
  if (mayOverwrite(work, record)) {
    const replaced = await storedInUse(work, ask);
    // Looked at again: while Auth0 was asked the person may have ordered it once more, without.
    const mayStill = mayOverwrite(work, await recall(work));
    if (mayStill) return send(work, pending, { replaced, freshUntil: Number.POSITIVE_INFINITY });
  }
  if (isTold(work, record) && (await labelsOf(work)).some(isOfPromoted)) return assertStillTaken(work, ask, pending);
  const { version, credential } = await current();
  const found = await inUse(work, ask, { pending, current: credential, record });
  const replaced = { version, wasAccepted: true };
  if (found.which === "current") return send(work, pending, { replaced, freshUntil: found.askedAt + SETTLING });
  await markAccepted(work, replacedBy(work, record) ?? { ...replaced, wasAccepted: false });
}

const labelsOf = async ({ parts, target, version }: Work): Promise<readonly string[]> =>
  (await parts.vault.describe(target.arn)).versions.get(version) ?? [];

/** What bears one of these is current, or was until a person moved AWSCURRENT back. */
const isOfPromoted = (label: string): boolean => label === CURRENT || label === PREVIOUS;

/**
 * What is or was current and was sent once is asked about, and not sent again: where Auth0 refuses it by now, a person
 * may have set the former one there. That is recorded, since labels move on.
 *
 * @throws CurfewError `rotation-refused` (`current-refused`), `rotation-unfinished` where it is not current any more, or
 * Auth0 does not say
 */
async function assertStillTaken(work: Work, ask: Ask, pending: Secret): Promise<void> {
  if (await isTaken(work, ask, pending)) return;
  const record = await markRefused(work);
  if ((await labelsOf(work)).includes(CURRENT)) throw refusedError(currentRefused(work.settings, record));
  throw unfinished(
    `Auth0 refuses the version ${work.version} of the secret of ${work.settings.clientId}, from which somebody moved AWSCURRENT back; it is not sent again, and loses AWSPENDING with the next try.`,
  );
}

/**
 * Waits until the change before this one has spread. Where two come at once Auth0 may accept three secrets, and after
 * the promotion the first of them would be live and stored under no label.
 */
async function formerGone(work: Work, record: RotationRecord | undefined): Promise<void> {
  if (record?.promoted === undefined || (await waitUntil(work, record.promoted.at + SETTLING))) return;
  throw unfinished(`The last change of the secret of ${work.settings.clientId} is still spreading.`);
}

/** What takes the place of the secret that Auth0 accepts. */
interface Replacing {
  replaced: Replaced | undefined;
  /** Until when that counts: nothing is under way after it. Milliseconds since the epoch. */
  freshUntil: Instant;
}

/**
 * Sends the new secret. First it is recorded that this happens, and looked once more whether the secret is stored where
 * it will be found: what the tenant knows must never be lost.
 */
async function send(work: Work, pending: Secret, { replaced, freshUntil }: Replacing): Promise<void> {
  const tenant = await work.tenant();
  await markTold(work, replaced);
  await assertLabelled(work);
  await work.lease.write(async () => {
    if (work.parts.clock.now() > freshUntil) {
      throw unfinished(`Between asking and telling Auth0 about ${work.settings.clientId} too much time went by.`);
    }
    await tenant.setSecret(pending, freshUntil);
  });
}

/**
 * What Auth0 accepts of what is stored can only be asked, and for 30 s a refusal says nothing: so the change is given
 * its time.
 */
async function partWith(work: Work): Promise<void> {
  if (await waitUntil(work, nowOf(work) + SETTLING)) return;
  throw unfinished(
    `The former secret of ${work.settings.clientId} may still be accepted and would lose its label; there is no time to wait.`,
  );
}
