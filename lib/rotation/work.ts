import type { Instant } from "../history/history.ts";
import { boundedParts } from "./bounded-parts.ts";
import { type HeldLease, takeLease } from "./lease.ts";
import { changeRotation, readRotation } from "./ledger/ledger.ts";
import type { RotationRecord } from "./ledger/rotation-record.ts";
import type { RotationTarget } from "./ledger/target.ts";
import type { RotationParts, RotationSettings } from "./parts.ts";
import type { RotationTenant, VersionId } from "./ports.ts";
import { refusedError } from "./refusal.ts";

/** One process at work on one version of one credential, under its lease. */
export interface Work {
  target: RotationTarget;
  settings: RotationSettings;
  version: VersionId;
  /** None of their calls lasts beyond `until`, and no change is under way after the lease. */
  parts: RotationParts;
  /** When the work must be over: milliseconds since the epoch. */
  until: Instant;
  lease: HeldLease;
  /** The client at its tenant; opened at the first call. */
  tenant(): Promise<RotationTenant>;
}

/** What is worked on, and until when this process may live at the most. */
export interface WorkRequest {
  target: RotationTarget;
  version: VersionId;
  deadline: Instant;
}

/** Before the deadline: what giving the lease back and recording a failure take. Milliseconds. */
const TIME_TO_RECORD = 10_000;

/**
 * Takes the lease, works, and gives it back.
 *
 * @throws CurfewError `rotation-busy` while somebody else has it, `rotation-refused` (`not-configured`), and whatever
 * the work rejects with
 */
export async function atWork<T>(
  { target, version, deadline }: WorkRequest,
  parts: RotationParts,
  work: (work: Work) => Promise<T>,
): Promise<T> {
  const until = deadline - TIME_TO_RECORD;
  const { tenant, clientId } = target;
  const request = { tenant, clientId, owner: version, until: deadline };
  const lease = await takeLease(boundedParts(parts, deadline).table, request, parts.clock);
  const bounded = boundedParts(parts, until, deadline);
  let opened: Promise<RotationTenant> | undefined;
  const open = (): Promise<RotationTenant> => {
    opened ??= bounded.tenant(target);
    return opened;
  };
  try {
    const settings = settingsOf(target, parts);
    return await work({ target, settings, version, parts: bounded, until, lease, tenant: open });
  } finally {
    await lease.release();
  }
}

/** The settings of a target; undefined where it, or a rotator, is not configured, or in another way. */
export function configuredFor(
  target: RotationTarget,
  parts: Pick<RotationParts, "settings">,
): RotationSettings | undefined {
  const settings = parts.settings(target);
  const { tenant, clientId, kind } = target;
  const isSame = settings?.tenant === tenant && settings.clientId === clientId && settings.kind === kind;
  return isSame ? settings : undefined;
}

function settingsOf(target: RotationTarget, parts: RotationParts): RotationSettings {
  const settings = configuredFor(target, parts);
  if (settings) return settings;
  const { tenant, clientId } = target;
  throw refusedError({
    refusal: "not-configured",
    message: `The credential of ${clientId} in ${tenant}, or the tenant's rotator, is not in the deployed configuration as it was when its secret was taken over; deploy one that has both, or switch the secret's rotation off.`,
  });
}

/** What is remembered of the credential; undefined when nothing is. */
export const recall = ({ parts, target }: Work): Promise<RotationRecord | undefined> =>
  readRotation(parts.table, target);

/** Changes what is remembered. */
export const remember = (
  { parts, target }: Work,
  change: (record: RotationRecord) => RotationRecord,
): Promise<RotationRecord> => changeRotation(parts.table, target, change);

/** True when the tenant may have been told of this version: then the only way is forward. */
export const isTold = ({ version }: Work, record: RotationRecord | undefined): boolean =>
  record?.underWay?.version === version && record.underWay.setAt !== undefined;

/** The time now, in whole milliseconds. */
export const nowOf = ({ parts }: Work): Instant => Math.round(parts.clock.now());

/** Waits until a moment, if it comes in time. */
export async function waitUntil({ parts, until }: Work, moment: Instant): Promise<boolean> {
  if (moment > until) return false;
  await parts.clock.sleep(Math.max(0, moment - parts.clock.now()));
  return true;
}
