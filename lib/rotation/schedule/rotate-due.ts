import { hash } from "node:crypto";
import type { EndedRun } from "../../alerts/announce-parts.ts";
import { type RunRef, runKey } from "../../findings/ledger/run-record.ts";
import type { Instant } from "../../history/history.ts";
import { hasCode } from "../../model/curfew-error.ts";
import type { KnownCredential } from "../credentials/known-credentials.ts";
import { refusalOf } from "../refusal.ts";
import { finishUnfinished, seeOut } from "./finish-unfinished.ts";
import { planRun } from "./plan-run.ts";
import { type Rotated, rotateOne } from "./rotate-one.ts";
import {
  everyTenant,
  fail,
  keyOf,
  known,
  openWork,
  type RotateDueParts,
  type RotateDueResult,
  type RunWork,
} from "./run-work.ts";

/** What finishing one credential may take: its steps wait for Auth0 two minutes, the proof two more. Milliseconds. */
const TIME_TO_FINISH = 300_000;

/** No rotation is begun that could not be seen to its end: its steps wait for Auth0 two minutes, the proof two more. */
const TIME_TO_ROTATE = 240_000;

/** A rotation of which nothing is heard for so long has failed: the function that does it lives ten minutes. */
const LONGEST_ROTATION = 660_000;

/**
 * Finishes what is unfinished, in half of the time at most, rotates what is due, and then sees out what it has finished
 * itself: nobody else looks at that before the next run.
 *
 * Tenants side by side, one credential at a time in each. What fails is recorded with its credential and keeps nobody
 * back but the other credentials of its tenant. Called again by a retry of the run, it begins nothing twice and no more
 * than a run may.
 *
 * @throws what is no failure of a single credential, once everything else is done
 */
export async function rotateDue({ run, tenants }: EndedRun, parts: RotateDueParts): Promise<RotateDueResult> {
  const work = openWork(run, tenants, parts);
  const { clock } = parts.rotation;
  const half = clock.now() + (parts.deadline - clock.now()) / 2;
  await everyTenant(work, (tenant) => finishTenant(tenant, half, work));
  const queues = await planRun(work);
  await everyTenant(work, (tenant) => rotateTenant(queues.get(tenant) ?? [], work));
  await everyTenant(work, (tenant) => seeOutTenant(tenant, work));
  return work.result;
}

async function finishTenant(tenant: string, until: Instant, work: RunWork): Promise<void> {
  const { run, rotation, result } = work;
  for (const credential of inTurn(await known(work, tenant), run)) {
    const now = rotation.clock.now();
    if (now >= until) return void work.barred.add(tenant); // what is not looked at may hang
    try {
      const finished = await finishUnfinished(credential, run, Math.min(until, now + TIME_TO_FINISH), rotation);
      if (finished === "finished") {
        result.finished += 1;
        work.finished.add(keyOf(credential));
      }
      if (finished === "at work" || finished === "left") work.busy.add(keyOf(credential));
      if (finished === "at work") work.barred.add(tenant); // one at a time in a tenant, whoever is at work
    } catch (error) {
      fail(credential, error, work);
      if (hasCode(error, "rotation-busy")) work.barred.add(tenant);
      if (credential.rotation?.underWay || refusalOf(error) === "rotation-disabled") work.busy.add(keyOf(credential));
    }
  }
}

/**
 * The function that rotates sees out the five minutes after which an old credential that is still accepted is an alert;
 * while others wait for their turn there is no time for that here. Where the proof is there by now, nothing is done.
 */
async function seeOutTenant(tenant: string, work: RunWork): Promise<void> {
  const { rotation, deadline, finished } = work;
  if (finished.size === 0) return;
  for (const credential of await known(work, tenant)) {
    if (!finished.has(keyOf(credential))) continue;
    await seeOut(credential, deadline, rotation).catch((error: unknown) => fail(credential, error, work));
  }
}

/** Each run begins with another one, so that what takes long does not take the time of the same others each day. */
function inTurn<T>(credentials: readonly T[], run: RunRef): T[] {
  const first = Number.parseInt(hash("sha256", runKey(run)).slice(0, 8), 16) % Math.max(1, credentials.length);
  return [...credentials.slice(first), ...credentials.slice(0, first)];
}

async function rotateTenant(queue: readonly KnownCredential[], work: RunWork): Promise<void> {
  const { rotation, deadline, result } = work;
  for (const [place, credential] of queue.entries()) {
    const now = rotation.clock.now();
    if (deadline - now < TIME_TO_ROTATE) {
      result.waiting += queue.length - place;
      return;
    }
    const outcome = await rotate(credential, Math.min(deadline, now + LONGEST_ROTATION), work);
    result[outcome] += 1;
    if (outcome === "failed" || outcome === "unfinished") {
      result.waiting += queue.length - place - 1;
      return;
    }
  }
}

async function rotate(credential: KnownCredential, until: Instant, work: RunWork): Promise<Rotated> {
  try {
    return await rotateOne(credential, work.run, until, work.rotation, work.service);
  } catch (error) {
    fail(credential, error, work);
    return "failed";
  }
}
