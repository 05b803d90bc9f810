import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import { isGivenBack } from "./how-far.ts";
import type { Incident } from "./incident.ts";
import { readIncident } from "./incidents.ts";
import { closesApplication } from "./same-leak.ts";

/**
 * The incidents that went on from one about the same application, each from the one before it: the newest is the last.
 * One that takes nothing away, as far as it was looked at, is none of them; those behind it are.
 *
 * @throws CurfewError `store-failed`
 */
export async function laterOnes(table: Table, { followedBy }: Pick<Incident, "followedBy">): Promise<Incident[]> {
  if (followedBy === undefined) return [];
  const next = await readIncident(table, followedBy);
  return [...(closesApplication(next) ? [next] : []), ...(await laterOnes(table, next))];
}

/**
 * Who decides in place of an incident what the application may have, replaces and gives back: the latest that went on from
 * it and that no person has ended. Where there is none, it decides itself as long as it is open.
 *
 * @returns undefined where it decides itself
 * @throws CurfewError `store-failed`
 */
export const laterThatDecides = async (
  table: Table,
  incident: Pick<Incident, "followedBy">,
): Promise<Incident | undefined> => deciding(await laterOnes(table, incident));

/** The last of them that no person has ended. */
export const deciding = (later: readonly Incident[]): Incident | undefined => later.findLast(({ ended }) => !ended);

/**
 * Since when an incident that others went on from decides again. What somebody answered before that counts no more: what
 * the later one was about they had not seen. The beginning of time where nobody went on from it.
 */
export const decidesSince = (later: readonly Incident[]): Instant =>
  Math.max(0, ...later.map(({ ended }) => ended?.at ?? 0));

/**
 * Whether an incident still holds that the lock may be opened by a later one that a person has ended since, before anybody
 * saw it open. Where it is seen to be locked, that is to be forgotten; where it is open, nobody but a person knows whether
 * it may be.
 */
export const isLeftHalfway = (incident: Incident, later: readonly Incident[]): boolean =>
  !isGivenBack(incident) && later.some(({ id, ended }) => ended !== undefined && id === incident.restored?.by);
