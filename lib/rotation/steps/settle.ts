import type { CurfewError } from "../../model/curfew-error.ts";
import { type Ask, calibratedAsk, SETTLING } from "../asking/asking.ts";
import { isOwnTaken, isTaken } from "../asking/is-taken.ts";
import { isForIncident } from "../judgements/overwriting.ts";
import { isLiveKey } from "../kinds/live-key.ts";
import { markDropped, markReplaced, markWentBack } from "../mark.ts";
import { CURRENT, PENDING, PREVIOUS } from "../ports.ts";
import { unfinished } from "../unfinished.ts";
import { standingOf, versionWith } from "../vault/standing.ts";
import { currentCredential, type StoredCredential, storedCredential } from "../vault/stored-credentials.ts";
import { isTold, nowOf, recall, type Work, waitUntil } from "../work.ts";
import { finishSecret } from "./finish-secret.ts";

/**
 * Brings a version to its end that the tenant was told of and that lost its label since. Who cancels a rotation is
 * advised by AWS to take AWSPENDING away by hand, and then the value that the tenant knows is stored under no label at
 * all. If the tenant accepts it, it is promoted; if it does not, nothing came of it.
 *
 * @returns whether it is current now
 * @throws CurfewError `rotation-unfinished` when Auth0 does not say
 */
export async function settle(work: Work): Promise<boolean> {
  const isInUse = await isOwnTaken(work);
  if (isInUse) await finishSecret(work);
  else await drop(work);
  return isInUse;
}

/**
 * Nothing comes of the version. Where it was current, promoted without a record perhaps, people went back from it to what
 * is current since. That is recorded first: nothing says so afterwards, and what people went back to has its week.
 */
async function drop(work: Work): Promise<void> {
  const secret = await work.parts.vault.describe(work.target.arn);
  const [current, former] = [CURRENT, PREVIOUS].map((label) => versionWith(secret, label));
  const wentBack = former === work.version && isTold(work, await recall(work));
  if (wentBack && current !== undefined) await markWentBack(work, current);
  await markDropped(work);
}

/**
 * Before another version is begun, the one before it comes to its end. One that is current and refused only a person can
 * end, who made it current too early or set another secret at Auth0; where what leaked is replaced, nobody waits for
 * them, and nothing came of it.
 *
 * @throws as {@link settle}, and where only a person goes on
 */
export async function settleOther(work: Work): Promise<void> {
  const record = await recall(work);
  const { underWay } = record ?? {};
  if (!underWay || underWay.version === work.version) return;
  const other = { ...work, version: underWay.version };
  if (!isTold(other, record)) return;
  const waits = !isForIncident(work, record) && (await standingOf(other)) === "current";
  await (waits ? finishSecret : settle)(other);
}

/**
 * Ends a version that was in use once and is not current any more. What a person made current instead stays, if the
 * tenant accepts it; a secret that was replaced is never set again. Its label goes, or no other rotation could begin,
 * but not from under a key that is accepted still.
 * First every change has time to spread: for so long both may be accepted, and the one that stays would lose its label.
 *
 * @returns whether it is current now
 * @throws CurfewError `rotation-unfinished` when Auth0 does not say
 */
export async function retire(work: Work): Promise<boolean> {
  const { parts, target, version, lease } = work;
  if (!(await waitUntil(work, nowOf(work) + SETTLING))) throw noTimeToBeSure(work);
  const current = await currentCredential(work);
  const own = await storedCredential(work, version);
  const ask = await calibratedAsk(work, current.credential);
  // The current one by itself: with keys both are accepted, and where it is only not answered about, it stays.
  if (!(await isTaken(work, ask, current.credential)) && own && (await isTaken(work, ask, own.credential))) {
    await markReplaced(work);
    await finishSecret(work); // the label was moved by hand, the credential was not
    return true;
  }
  await assertFindable(work, current, own, ask);
  await drop(work);
  await lease.write(() => parts.vault.dropPending(target.arn, version));
  return false;
}

const noTimeToBeSure = ({ version, settings }: Work): CurfewError =>
  unfinished(
    `Another version of the secret of ${settings.clientId} was made current in place of ${version}, and for up to 45 seconds Auth0 may accept both; there is no time left to wait for that, so ${version} keeps its label until the next try.`,
  );

/**
 * Only a person knows whether a key may go that Auth0 accepts beside the current one. A secret goes by itself, but not
 * in the half minute after a person set another in its place while this process waited.
 *
 * @throws CurfewError `rotation-unfinished` while AWSPENDING is the only label of what Auth0 accepts
 */
async function assertFindable(
  work: Work,
  current: StoredCredential,
  own: StoredCredential | undefined,
  ask: Ask,
): Promise<void> {
  const { parts, target, version, settings } = work;
  const labels = (await parts.vault.describe(target.arn)).versions.get(version) ?? [];
  if (!own || labels.some((label) => label !== PENDING)) return;
  const isKey = settings.kind === "private-key";
  const isSame = own.credential.reveal() === current.credential.reveal();
  const isLive = isKey ? await isLiveKey(work, version) : !isSame && (await isTaken(work, ask, own.credential));
  if (!isLive) return;
  const whatToDo = isKey ? "detach it at Auth0 or make it current again: until then" : "for up to 45 seconds more";
  throw unfinished(
    `Auth0 still accepts the ${isKey ? "key" : "secret"} of the version ${version}, which another one has replaced as the current one of ${settings.clientId}; ${whatToDo} it keeps AWSPENDING, and no other rotation can begin.`,
  );
}
