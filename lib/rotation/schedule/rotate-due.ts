import { hash } from "node:crypto";
import { localDay } from "../../alerts/alert-rules.ts";
import type { EndedRun } from "../../alerts/announce-parts.ts";
import { type RunRef, runKey } from "../../findings/ledger/run-record.ts";
import { runOf } from "../../findings/ledger/runs.ts";
import { someAtOnce } from "../../findings/ledger/some-at-once.ts";
import type { Instant } from "../../history/history.ts";
import { CurfewError, hasCode } from "../../model/curfew-error.ts";
import type { ConfiguredCredential } from "../credentials/configured-credentials.ts";
import { type KnownCredential, knownCredentials } from "../credentials/known-credentials.ts";
import { failedTry } from "../ledger/failing.ts";
import type { RotationParts } from "../parts.ts";
import type { RotationService } from "../ports.ts";
import { refusalOf } from "../refusal.ts";
import { isAutomatic, planDue, type RotationLimits } from "./due.ts";
import { finishUnfinished, seeOut } from "./finish-unfinished.ts";
import { takesAPlace, versionOf } from "./order-of-run.ts";
import { type Rotated, rotateOne } from "./rotate-one.ts";

/** What a run rotates with. */
export interface RotateDueParts {
  rotation: RotationParts;
  service: Pick<RotationService, "startRotation">;
  /** Of all tenants, also of those that this run is not about: limits are shares of all. */
  credentials: readonly ConfiguredCredential[];
  limits: RotationLimits;
  /** The zone in which a day begins. */
  timezone: string;
  /** When this process is ended: milliseconds since the epoch. */
  deadline: Instant;
  /** Hears of what failed; the record of the credential holds it too, where there is one. */
  onFailure(credential: KnownCredential, error: CurfewError): void;
}

/** What a run did, in numbers. */
export interface RotateDueResult {
  /** Versions that hung and are current now. */
  finished: number;
  /** Credentials on which somebody else is at work, or with which only a person can go on. */
  busy: number;
  /** Rotations that this run began, also before it was tried again, by what became of them. */
  proven: number;
  promoted: number;
  failed: number;
  unfinished: number;
  /** Due, and left to a later run. */
  waiting: number;
  held: number;
}

/** Tenants at a time. Each has its own pace at Auth0, and the rotations themselves are functions of their own. */
const SIDE_BY_SIDE = 10;

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
  const queues = await plan(work);
  await everyTenant(work, (tenant) => rotateTenant(queues.get(tenant) ?? [], work));
  await everyTenant(work, (tenant) => seeOutTenant(tenant, work));
  return work.result;
}

/** What the parts of a run share. */
interface Work extends RotateDueParts {
  run: RunRef;
  /** Credentials by tenant, of the tenants that this run is about and that have a rotator. */
  byTenant: ReadonlyMap<string, readonly ConfiguredCredential[]>;
  /** Tenants in which nothing new is begun. */
  barred: Set<string>;
  /** Credentials of which no new rotation can be begun, by {@link keyOf}. */
  busy: Set<string>;
  /** Credentials of which this process has brought a version to its end, by {@link keyOf}. */
  finished: Set<string>;
  result: RotateDueResult;
}

function openWork(run: RunRef, tenants: readonly string[], parts: RotateDueParts): Work {
  const ours = parts.credentials.filter(({ tenant, hasRotator }) => hasRotator && tenants.includes(tenant));
  return {
    ...parts,
    run,
    byTenant: Map.groupBy(ours, ({ tenant }) => tenant),
    barred: new Set(),
    busy: new Set(),
    finished: new Set(),
    result: { finished: 0, busy: 0, proven: 0, promoted: 0, failed: 0, unfinished: 0, waiting: 0, held: 0 },
  };
}

const keyOf = ({ tenant, clientId }: ConfiguredCredential): string => JSON.stringify([tenant, clientId]);

/** One tenant's trouble keeps no other from its turn; it is thrown in the end. */
async function everyTenant({ byTenant }: Work, task: (tenant: string) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  await someAtOnce(byTenant.keys(), SIDE_BY_SIDE, (tenant) =>
    task(tenant).catch((error: unknown) => void errors.push(error)),
  );
  if (errors.length > 0) throw errors[0];
}

const known = ({ rotation: { table, clock }, byTenant }: Work, tenant: string): Promise<KnownCredential[]> =>
  knownCredentials(table, tenant, byTenant.get(tenant) ?? [], clock.now());

async function finishTenant(tenant: string, until: Instant, work: Work): Promise<void> {
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
async function seeOutTenant(tenant: string, work: Work): Promise<void> {
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

/** @throws what is no failure of a single credential: a store that does not answer, a defect */
function fail(credential: KnownCredential, error: unknown, { onFailure }: Work): void {
  if (!(error instanceof CurfewError) || error.code === "store-failed") throw error;
  onFailure(credential, error);
}

/** What is to be rotated in each tenant, in its order: first what this run has begun before it was tried again. */
async function plan(work: Work): Promise<Map<string, KnownCredential[]>> {
  const { rotation, run, barred, busy, result } = work;
  const all: KnownCredential[] = [];
  await everyTenant(work, async (tenant) => {
    const credentials = await known(work, tenant);
    if (await isBarred(tenant, credentials, work)) barred.add(tenant);
    all.push(...credentials);
  });
  const isBegun = (one: KnownCredential) => one.rotation?.order?.version === versionOf(run, one.tenant, one.clientId);
  const begun = all.filter(isBegun);
  const { taken, waiting, held } = planDue(
    all.filter((one) => !isBegun(one) && !busy.has(keyOf(one))),
    {
      now: rotation.clock.now(),
      limits: work.limits,
      automatic: work.credentials.filter(isAutomatic).length,
      barred,
      begun: all.filter((one) => isBegun(one) || takesAPlace(one.rotation, run)).length,
    },
  );
  result.busy = busy.size;
  result.waiting = waiting.length;
  result.held = held.length;
  return Map.groupBy([...begun, ...taken], ({ tenant }) => tenant);
}

/**
 * Nothing is begun in a tenant that this run could not audit, or in which something failed on this day. What is held
 * since an earlier one is that credential's own trouble, of which people know, and so is one whose rotation is switched
 * off, which nothing holds and which fails each day: it must not keep all others from ever being rotated.
 */
async function isBarred(tenant: string, credentials: readonly KnownCredential[], work: Work): Promise<boolean> {
  const { rotation, run, timezone } = work;
  const record = await runOf(rotation.table, tenant, runKey(run));
  if (record?.state !== "recorded" || record.status === "failed") return true;
  const dayOf = (at: Instant): string => localDay(new Date(at).toISOString(), timezone);
  const today = dayOf(rotation.clock.now());
  return credentials.some(({ rotation: known }) => {
    const failure = known && failedTry(known);
    const isHeldBefore = known?.held !== undefined && dayOf(known.held.since) !== today;
    const isOwn = isHeldBefore || failure?.refusal === "rotation-disabled";
    return failure !== undefined && dayOf(failure.at) === today && !isOwn;
  });
}

async function rotateTenant(queue: readonly KnownCredential[], work: Work): Promise<void> {
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

async function rotate(credential: KnownCredential, until: Instant, work: Work): Promise<Rotated> {
  try {
    return await rotateOne(credential, work.run, until, work.rotation, work.service);
  } catch (error) {
    fail(credential, error, work);
    return "failed";
  }
}
