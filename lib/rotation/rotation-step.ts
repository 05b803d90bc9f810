import type { Instant } from "../history/history.ts";
import { takeCare } from "./aftercare/care.ts";
import { boundedParts } from "./bounded-parts.ts";
import { recordingFailure } from "./failures.ts";
import { readTarget } from "./ledger/ledger.ts";
import { isOpen, type RotationStep } from "./ledger/rotation-record.ts";
import type { RotationTarget } from "./ledger/target.ts";
import { isToBeTold } from "./ledger/under-way.ts";
import { markDropped } from "./mark.ts";
import type { RotationParts } from "./parts.ts";
import type { VersionId } from "./ports.ts";
import { refusalOf, refusedError } from "./refusal.ts";
import { createSecret } from "./steps/create-secret.ts";
import { finishSecret } from "./steps/finish-secret.ts";
import { setSecret } from "./steps/set-secret.ts";
import { retire, settle } from "./steps/settle.ts";
import { nothingToTest, testSecret } from "./steps/test-secret.ts";
import { standingOf } from "./vault/standing.ts";
import { atWork, configuredFor, recall, remember, type Work, type WorkRequest } from "./work.ts";

/** One step of a rotation, as Secrets Manager asks for it. */
export interface StepRequest {
  step: RotationStep;
  /** The secret's whole ARN. */
  arn: string;
  /** The version that is to become current. */
  version: VersionId;
  /** When this process is ended: milliseconds since the epoch. */
  deadline: Instant;
}

/**
 * Does one step of a rotation. Each may be repeated at any time, whatever became of it before.
 *
 * After the last one, as much is done of what is left to do with the old credential as there is time for: a rotation by
 * anybody ends with its proof, where that can be kept. What fails of that is recorded, and done by a later run.
 *
 * @returns false when the version has come to its end, and is not the current one
 * @throws CurfewError `rotation-refused` (its detail is a Refusal), `rotation-busy` while somebody else holds the lease,
 * `rotation-unfinished` when it can be tried again, or what the ports failed with. What went wrong is recorded before.
 */
export async function rotationStep(
  { step, arn, version, deadline }: StepRequest,
  parts: RotationParts,
): Promise<boolean> {
  const target = await targetOf(arn, boundedParts(parts, deadline));
  const request = { target, version, deadline };
  return recordingFailure({ ...request, step }, parts, async () => {
    if (step === "testSecret") await mustBeTestable(request, parts);
    return atWork(request, parts, async (work) => {
      const goesOn = await doStep(step, work);
      if (step === "finishSecret")
        await (parts.keepsProof === false ? leaveToAudit : careQuietly)(work, deadline, parts);
      return goesOn;
    });
  });
}

/**
 * When a secret is adopted its configuration is not deployed yet, and Secrets Manager tests the rotation then: that
 * there is nothing to test says more than that nothing is configured.
 */
async function mustBeTestable({ target, version, deadline }: WorkRequest, parts: RotationParts): Promise<void> {
  if (configuredFor(target, parts)) return;
  if (!(await boundedParts(parts, deadline).vault.read(target.arn, version))) throw nothingToTest(target.clientId);
}

async function targetOf(arn: string, { table }: RotationParts): Promise<RotationTarget> {
  const target = await readTarget(table, arn);
  if (target) return target;
  const message = `Nobody said whose credential the secret ${arn} is; take it over with curfew rotate adopt.`;
  throw refusedError({ refusal: "no-target", message });
}

/** Each gives false where nothing comes of the version. */
const STEPS: Readonly<Record<RotationStep, (work: Work) => Promise<unknown>>> = {
  createSecret,
  setSecret,
  testSecret,
  finishSecret,
};

async function doStep(step: RotationStep, work: Work): Promise<boolean> {
  const standing = await standingOf(work);
  if (standing === "current" && (await isDone(step, work))) return true;
  if (standing === "replaced") return step === "createSecret" && retire(work);
  if (standing === "unlabelled" && step === "createSecret") return settle(work);
  try {
    return (await STEPS[step](work)) !== false;
  } catch (error) {
    // Else it would have to be finished for ever, and could not be: the refusal holds it, and nothing is left to do.
    if (refusalOf(error) === "client-gone") await markDropped(work);
    throw error;
  }
}

/** Of a version that is current: it is only recorded, unless Auth0 may not know it yet. */
async function isDone(step: RotationStep, work: Work): Promise<boolean> {
  if (step === "setSecret") return !isToBeTold(await recall(work), work.version);
  return step !== "finishSecret";
}

/** The rotation itself is done: nothing that fails here may make anybody begin it anew. */
async function careQuietly(work: Work, deadline: Instant, parts: RotationParts): Promise<void> {
  const request = { target: work.target, version: work.version, deadline, step: "aftercare" as const };
  try {
    await recordingFailure(request, parts, () => takeCare(work));
  } catch {
    // It is on record, and so is what is still to be done.
  }
}

/** Without a place for the proof nobody asks for one here. */
async function leaveToAudit(work: Work): Promise<void> {
  await remember(work, (record) => ({
    ...record,
    aftercare: record.aftercare.map((care) =>
      care.current === work.version && isOpen(care) && care.answers.length === 0
        ? { ...care, leftToAudit: true }
        : care,
    ),
  }));
}
