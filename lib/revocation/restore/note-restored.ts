import type { Instant } from "../../history/history.ts";
import { type Came, incomplete } from "../contain/came.ts";
import type { StepRun } from "../contain/step-run.ts";
import { whyNotDone, whyOver } from "../incident/end-incident.ts";
import { isGivenBack, isSeenOpen } from "../incident/how-far.ts";
import { type Incident, stoppedAt } from "../incident/incident.ts";
import { changeIncident } from "../incident/incidents.ts";
import { closesApplication } from "../incident/same-leak.ts";
import type { IncidentParts } from "../parts.ts";
import { whyNotReady } from "./ready.ts";
import type { RestorePlan } from "./restore-plan.ts";

export const NOT_BACK = "Access is not given back yet.";

/**
 * Notes that it begins, with the write that sees that it may: from then on the grants that were approved are let alone.
 *
 * @param since when that was asked before, it counts no more: what began by it begins anew
 * @returns why it may not; null where it is begun
 */
export async function noteBegun({ incident, parts }: StepRun, since: Instant): Promise<string | null> {
  const at = parts.clock.now();
  const why = await whyNotDone(parts.table, incident, "restore");
  if (why !== null) return why;
  const isBegun = ({ restoring }: Incident): boolean => restoring !== undefined && restoring.at >= since;
  const whyNot = (known: Incident): string | null =>
    whyOverSince(incident, known) ?? (isBegun(known) ? null : whyNotReady(known));
  const now = await changeIncident(parts.table, incident.id, (known) =>
    isBegun(known) || known.drill || whyNot(known) !== null ? known : { ...known, restoring: { at } },
  );
  return whyNot(now);
}

/** Why it is over by now, where nothing was in its way before; or not now, as another one is reported, which may decide. */
const whyOverSince = (before: Incident, now: Incident): string | null =>
  whyOver(now) ?? (now.followedBy === before.followedBy ? null : `the incident ${now.followedBy} was opened meanwhile`);

/** That the lock may be opened is noted. */
export interface Noted {
  /** By this run: undefined where an earlier one, or one beside it, may have opened it already. */
  first: Instant | undefined;
}

/**
 * Keeps until when it was proven that nothing is given out: after the next request nobody can prove it again. What was
 * planted and taken away meanwhile makes the proof an old one; the lock still holds, and watching has it proven anew.
 *
 * What was given out until now was none of the application's own, as long as it is seen to be locked.
 */
export async function noteRestored({ incident, parts }: StepRun, isLocked: boolean): Promise<Noted | Came> {
  const at = parts.clock.now();
  let isFirst = false;
  const now = await changeIncident(parts.table, incident.id, (known) => {
    isFirst = known.restored === undefined;
    const stop = whyOverSince(incident, known) === null ? stoppedAt(known) : null;
    if (stop === null || isGivenBack(known)) return known;
    const restored = ownOf(known.restored) ?? { at, stoppedAt: stop };
    return { ...known, restored: isLocked && !restored.isOpen ? { ...restored, at } : restored };
  });
  const why = whyOverSince(incident, now);
  const { restored } = now;
  if (!restored || why !== null)
    return incomplete(NOT_BACK, [why ?? "it is to be proven once more that no token is given out"], null);
  await changeAll(incident.follows ?? [], parts, (earlier) => {
    if (isGivenBack(earlier)) return earlier.restored;
    const { at: since, stoppedAt: stop } = restored;
    const known = earlier.restored && unseen(earlier.restored);
    return { ...known, at: since, stoppedAt: stoppedAt(earlier) ?? stop, by: incident.id };
  });
  return { first: isFirst ? restored.at : undefined };
}

type Restored = NonNullable<Incident["restored"]>;

/** What a later incident was about to open is this one's from now on. */
const ownOf = (restored: Restored | undefined): Restored | undefined =>
  restored?.by === undefined ? restored : unseen(restored);

/** Without what came of it, and who gives it back. */
const unseen = ({ by: _, isOpen: __, staysLocked: ___, ...restored }: Restored): Restored => restored;

/**
 * An earlier incident may still watch: what the application does from now on is its own work there, too. One that took
 * nothing away has nothing given back: what it is about works on.
 */
async function changeAll(
  ids: readonly string[],
  { table }: IncidentParts,
  restored: (known: Incident) => Restored | undefined,
): Promise<void> {
  for (const id of ids) {
    await changeIncident(table, id, (known) => {
      const next = known.closedAt === null && closesApplication(known) ? restored(known) : undefined;
      return next ? { ...known, restored: next } : known;
    });
  }
}

/**
 * That Auth0 did not open it: nothing of it is Curfew's own, so the lock is guarded on, here and in the earlier ones.
 *
 * @param noted what {@link noteRestored} gave: what another run has noted before or since, or has seen open, stays
 */
export async function noteRefused({ incident, parts }: StepRun, noted: Noted): Promise<void> {
  for (const id of [incident.id, ...(incident.follows ?? [])]) {
    await changeIncident(parts.table, id, (known) => {
      const { restored, ...shut } = known;
      if (known.closedAt !== null || isSeenOpen(known)) return known;
      return restored !== undefined && restored.at === noted.first ? shut : known;
    });
  }
}

/**
 * That it was seen to be open: from then on its owner may add what they like. Or that it stays locked, where no grant
 * type was approved. In an earlier incident all is said with it.
 */
export async function noteOpen({ incident, parts }: StepRun, { grantTypes }: RestorePlan): Promise<void> {
  const { id, follows = [] } = incident;
  await changeAll([id, ...follows], parts, ({ id: one, restored }) => {
    if (!restored || (one !== id && restored.by !== id && !restored.staysLocked)) return restored;
    const seen = { [grantTypes.length > 0 ? "isOpen" : "staysLocked"]: true };
    return { ...unseen(restored), ...(one !== id && { by: id }), ...seen };
  });
}
