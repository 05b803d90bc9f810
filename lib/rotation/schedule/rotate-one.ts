import type { RunRef } from "../../findings/ledger/run-record.ts";
import type { Instant } from "../../history/history.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { KnownCredential } from "../credentials/known-credentials.ts";
import { recordingFailure } from "../failures.ts";
import { changeRotation, readRotation } from "../ledger/ledger.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";
import type { RotationTarget } from "../ledger/target.ts";
import type { RotationParts } from "../parts.ts";
import type { RotationService, VersionId } from "../ports.ts";
import { assertOurs } from "../vault/assert-ours.ts";
import { pendingVersion } from "../vault/pending-version.ts";
import { lookInTry } from "./look-at-secret.ts";
import { isAtWork, orderOf, versionOf } from "./order-of-run.ts";

/** What a run knows of a rotation that it has begun when it goes on to the next. */
export type Rotated = "proven" | "promoted" | "failed" | "unfinished";

/** How often the record is looked at. Milliseconds. */
const LOOK = 5_000;

/**
 * How long a run waits for the proof that an old secret is dead, before it begins the next rotation in the tenant: 45 s
 * after the last write, 30 s of asking, and as much again. Milliseconds.
 */
const PROOF = 150_000;

/**
 * Has Secrets Manager rotate one credential and waits for the outcome, which the function that rotates records. Called
 * again by a retry of the run, it waits for the same rotation.
 *
 * @param until how long to wait: milliseconds since the epoch
 * @throws CurfewError `rotation-busy` where somebody else rotates it at this moment; otherwise why no rotation could be
 * begun, which is recorded as a failed try of it
 */
export async function rotateOne(
  credential: KnownCredential,
  run: RunRef,
  until: Instant,
  parts: RotationParts,
  service: Pick<RotationService, "startRotation">,
): Promise<Rotated> {
  const { rotation, tenant, clientId } = credential;
  const version = versionOf(run, tenant, clientId);
  const known = rotation && outcomeOf(rotation, version, parts.clock.now());
  if (known) return known;
  const orderFor = (target: RotationTarget) => order(credential, target, run, version, parts);
  const { target, secret } = await lookInTry(credential, { version, deadline: until }, orderFor, parts);
  await orderFor(target);
  await recordingFailure({ target, version, step: "createSecret", deadline: until }, parts, async () => {
    // What hung was finished before: somebody has begun this one since.
    const pending = pendingVersion(secret);
    if (pending !== undefined && pending !== version) throw busy(clientId);
    assertOurs(secret);
    const { outcome } = await service.startRotation(target.arn, version);
    if (outcome === "in-progress") throw busy(clientId);
  });
  return outcome(target, version, until, parts);
}

/** Whoever ordered something else a moment ago is at work: that order is not replaced. */
async function order(
  { clientId }: KnownCredential,
  target: RotationTarget,
  run: RunRef,
  version: VersionId,
  { table, clock }: RotationParts,
): Promise<void> {
  const now = clock.now();
  const record = await changeRotation(table, target, (record) =>
    record.order?.version === version || isAtWork(record, run, now)
      ? record
      : { ...record, order: orderOf(run, version, now) },
  );
  if (record.order?.version !== version) throw busy(clientId);
}

/** Looks at the record until it says what became of the version, or there is no time left. */
async function outcome(
  target: RotationTarget,
  version: VersionId,
  until: Instant,
  { table, clock }: RotationParts,
): Promise<Rotated> {
  for (;;) {
    const record = await readRotation(table, target);
    const known = record && outcomeOf(record, version, clock.now());
    if (known) return known;
    if (clock.now() + LOOK >= until) return record?.promoted?.version === version ? "promoted" : "unfinished";
    await clock.sleep(LOOK);
  }
}

/** What became of a version; undefined while that is not known. */
function outcomeOf(record: RotationRecord, version: VersionId, now: Instant): Rotated | undefined {
  const { promoted, lastProof, lastFailure, aftercare, kind } = record;
  if (promoted?.version !== version) return lastFailure?.version === version ? "failed" : undefined;
  if (lastProof?.current === version) return "proven";
  const care = aftercare.find(({ current }) => current === version);
  const isLong = kind === "private-key" || care?.notProvable !== undefined || now > promoted.at + PROOF;
  return isLong ? "promoted" : undefined;
}

const busy = (clientId: string): CurfewError =>
  new CurfewError("rotation-busy", `Somebody else is rotating the credential of ${clientId} at this moment.`, {
    retryable: true,
  });
