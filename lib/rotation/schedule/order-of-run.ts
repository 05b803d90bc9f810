import { hash } from "node:crypto";
import { type RunRef, runKey } from "../../findings/ledger/run-record.ts";
import type { Instant } from "../../history/history.ts";
import type { KnownCredential } from "../credentials/known-credentials.ts";
import { isRefusedOrder, isSettled, wasDropped } from "../ledger/failing.ts";
import type { RotationOrder, RotationRecord } from "../ledger/rotation-record.ts";
import type { VersionId } from "../ports.ts";

/**
 * The version that a run orders for a credential. A retry of the run orders the same, so Secrets Manager rotates once,
 * and a credential shows by it whether this run has begun it. 64 characters, the most that a version's id may have.
 */
export const versionOf = (run: RunRef, tenant: string, clientId: string): VersionId =>
  hash("sha256", JSON.stringify([runKey(run), tenant, clientId]));

/** The order of a run; its moment is the run's start, by which a failure is counted once a run. */
export const orderOf = (run: RunRef, version: VersionId, now: Instant): RotationOrder => ({
  version,
  by: "schedule",
  at: Date.parse(run.startedAt),
  orderedAt: Math.round(now),
});

/**
 * The order by which a run finishes a version that hangs; undefined where only a person can go on with it.
 *
 * Who tries is the schedule, whose failures count, whoever asked; who asked, and what they allowed, stays with the order.
 * Once the tenant was told there is only forward. Before, the schedule goes on with what it may begin itself, and with
 * what somebody asked for and therefore allowed, until that is refused; not with what is held.
 */
export function finishingOrder(
  { rotate, rotation }: Pick<KnownCredential, "rotate" | "rotation">,
  run: RunRef,
  version: VersionId,
  now: Instant,
): RotationOrder | undefined {
  const { order, underWay, held } = rotation ?? {};
  const own = orderOf(run, version, now);
  const isTold = underWay?.version === version && underWay.setAt !== undefined;
  if (held && !isTold) return undefined;
  const isWanted = rotation && order?.version === version && !isRefusedOrder(rotation);
  const asked = isWanted ? askedOf(order) : undefined;
  const isToLoseLabel = rotation !== undefined && wasDropped(rotation, version); // nothing else is done with it
  if (!asked) return isTold || isToLoseLabel || rotate === "auto" ? own : undefined;
  const { overwrite, leakedKeys } = order ?? {};
  return { ...own, asked, ...(overwrite ? { overwrite } : {}), ...(leakedKeys === undefined ? {} : { leakedKeys }) };
}

const askedOf = ({ by, at, asked }: RotationOrder): RotationOrder["asked"] => (by === "schedule" ? asked : { by, at });

/**
 * For so long after the last sign of life a rotation is left alone: the function that does a step lives ten minutes
 * at the most, and the service tries failed steps again. Milliseconds.
 */
const QUIET = 15 * 60_000;

/**
 * Whether somebody other than the run may be at work on a rotation at this moment. Two processes may do the same
 * version, but the one that comes second would take the lease from the first, and its failure would be counted.
 *
 * What the run itself ordered, to finish it, is no sign of anybody else: it has come to its end in this process, or in
 * one before it that is dead.
 */
export function isAtWork(record: RotationRecord | undefined, run: RunRef, now: Instant): boolean {
  if (!record || isSettled(record)) return false;
  const { order, underWay, lastFailure } = record;
  const isOthers = order && !isOwn(order, run) && order.cameToNothing === undefined;
  const ordered = isOthers ? (order.orderedAt ?? order.at) : undefined;
  const failedAt = lastFailure?.cameToNothing === undefined ? lastFailure?.at : undefined; // nobody tries that again
  const signs = [ordered, underWay?.startedAt, underWay?.setAt, failedAt];
  return Math.max(...signs.map((sign) => sign ?? 0)) > now - QUIET;
}

const isOwn = ({ by, at }: RotationOrder, { startedAt }: RunRef): boolean =>
  by === "schedule" && at === Date.parse(startedAt);

/**
 * Whether a version that the run has brought forward takes the place of one that it may begin: so many are set at Auth0
 * in one run, whenever they were begun. What keeps failing takes no place, or the others would never have one: three
 * runs hold it, and rotation that is switched off is the one failure that nothing holds.
 */
export function takesAPlace(record: RotationRecord | undefined, run: RunRef): boolean {
  const { order, held, promoted, lastFailure } = record ?? {};
  if (!order || !isOwn(order, run) || held || order.cameToNothing !== undefined) return false;
  if (promoted?.version === order.version) return true;
  return lastFailure?.version === order.version && lastFailure.refusal !== "rotation-disabled";
}
