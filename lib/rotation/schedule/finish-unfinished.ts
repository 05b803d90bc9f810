import type { RunRef } from "../../findings/ledger/run-record.ts";
import type { Instant } from "../../history/history.ts";
import { runAftercare } from "../aftercare/aftercare.ts";
import { secretNameOf } from "../credentials/credential-text.ts";
import type { KnownCredential } from "../credentials/known-credentials.ts";
import { recordingFailure } from "../failures.ts";
import { finishForward } from "../finish-forward.ts";
import { isSettled } from "../ledger/failing.ts";
import { orderRotation, readRotation } from "../ledger/ledger.ts";
import { isOpen, type RotationOrder } from "../ledger/rotation-record.ts";
import type { RotationTarget } from "../ledger/target.ts";
import { noteEarly } from "../ledger/under-way.ts";
import type { RotationParts } from "../parts.ts";
import { leaveGoneSecret } from "../vault/gone-secret.ts";
import { earlyVersion, hangingVersions } from "../vault/pending-version.ts";
import { isAutomatic, isDue } from "./due.ts";
import { lookAtSecret, lookInTry, targetOf } from "./look-at-secret.ts";
import { finishingOrder, isAtWork, versionOf } from "./order-of-run.ts";

/**
 * What came of finishing what was unfinished of a credential: nothing was, a version that hung is current now, somebody
 * is at work on it at this moment, or only a person can go on with it. In the last two no other can be begun.
 */
export type Finished = "nothing" | "finished" | "at work" | "left";

/**
 * Finishes what is unfinished of one credential: does what aftercare is open, and brings forward what hangs, since
 * Secrets Manager begins no other before; what Auth0 was told of comes first, since without a label nobody finds it.
 * Makes sure of the target before anything else.
 *
 * @param deadline until when this may take: milliseconds since the epoch
 * @throws CurfewError as `rotationStep`; `not-found` or `vault-failed` where the secret cannot be looked at
 */
export async function finishUnfinished(
  credential: KnownCredential,
  run: RunRef,
  deadline: Instant,
  parts: RotationParts,
): Promise<Finished> {
  const { clock, table } = parts;
  if (isAtRest(credential) && !isWanted(credential, clock.now())) return "nothing";
  const { tenant, clientId } = credential;
  const ours = versionOf(run, tenant, clientId);
  // What this run has begun before it was tried again, it waits for later.
  if (credential.rotation?.order?.version === ours) return "nothing";
  if (isAtWork(credential.rotation, run, clock.now())) return "at work";
  const { secret, target } = await look(credential, run, deadline, parts);
  const rotation = await leaveGoneSecret(target, credential.rotation, parts);
  const read = () => readRotation(table, target);
  // Where the record is about a secret that cannot be left, nobody else may come upon it. Once it is held for that, it
  // fails no more: what failed today keeps the rest of the tenant back.
  const request = { target, version: ours, step: "createSecret" as const, deadline };
  await (rotation?.held ? read() : recordingFailure(request, parts, read));
  const early = earlyVersion(rotation, secret);
  const isNews = early !== undefined || rotation?.underWay?.earlySince !== undefined;
  if (isNews) await noteEarly(table, target, early, Math.round(clock.now()));
  // First, since a key that goes makes the place that the next one needs. What fails of it keeps nothing else back.
  const failed = rotation?.aftercare.some(isOpen) && (await errorOf(runAftercare(target, deadline, parts)));
  const became = new Set<Finished>();
  for (const version of hangingVersions(rotation, secret)) {
    const order = finishingOrder({ ...credential, rotation: await read() }, run, version, clock.now());
    if (!order) became.add("left");
    else became.add(await bringForward(target, order, deadline, parts));
  }
  if (failed) throw failed.error;
  return (["finished", "left"] as const).find((one) => became.has(one)) ?? "nothing";
}

/**
 * Goes on with the aftercare of a credential until the old one is proven dead or overdue, as far as there is time.
 *
 * @param deadline until when this may take: milliseconds since the epoch
 * @throws CurfewError as `runAftercare`
 */
export async function seeOut(credential: KnownCredential, deadline: Instant, parts: RotationParts): Promise<void> {
  const { rotation } = credential;
  if (!rotation?.aftercare.some(isOpen)) return;
  await runAftercare(targetOf(credential, rotation.arn, parts.clock.now()), deadline, parts);
}

/** What is begun already fails by it. What is not, and is due, this run begins: the failure is that try's. */
function look(
  credential: KnownCredential,
  run: RunRef,
  deadline: Instant,
  parts: RotationParts,
): ReturnType<typeof lookAtSecret> {
  const { tenant, clientId, rotation } = credential;
  const begun = rotation?.underWay?.version;
  const order = begun === undefined ? undefined : finishingOrder(credential, run, begun, parts.clock.now());
  if (!order) return lookAtSecret(credential, { version: versionOf(run, tenant, clientId), deadline }, parts);
  const orderFor = (target: RotationTarget) => orderRotation(parts.table, target, order);
  return lookInTry(credential, { version: order.version, deadline }, orderFor, parts);
}

async function bringForward(
  target: RotationTarget,
  order: RotationOrder,
  deadline: Instant,
  parts: RotationParts,
): Promise<Finished> {
  await orderRotation(parts.table, target, order);
  return (await finishForward(target, order.version, deadline, parts)) ? "finished" : "nothing";
}

const errorOf = (work: Promise<unknown>): Promise<{ error: unknown } | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );

/** Nothing is under way, and its target was made sure of when its record was begun. */
const isAtRest = ({ rotation, kind, secret }: KnownCredential): boolean =>
  rotation !== undefined &&
  rotation.kind === kind &&
  secretNameOf(rotation.arn) === secret &&
  isSettled(rotation) &&
  !rotation.aftercare.some(isOpen);

/**
 * Whether this run would begin a rotation. The record knows nothing of a version that was begun in the AWS console and
 * whose function never ran, nor of a label that somebody left: both bar the way, so the secret itself is looked at.
 */
const isWanted = (credential: KnownCredential, now: Instant): boolean =>
  isAutomatic(credential) && isDue(credential, now);
