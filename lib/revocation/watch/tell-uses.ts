import type { Instant } from "../../history/history.ts";
import type { Stored } from "../../history/update-row.ts";
import { type TellingParts, tellIncident } from "../alerts/tell.ts";
import type { Incident } from "../incident/incident.ts";
import { withHeld } from "./fold.ts";
import { keepSeen } from "./seen.ts";
import { changeWatch, readWatch, type WatchRecord } from "./watch-record.ts";

/**
 * What may go on for good reasons is told at once, and then so seldom: a service that has not heard of the lock may try
 * every second, and so may an application that was added. Milliseconds.
 */
const BETWEEN = 3_600_000;

/** How uses are told. */
interface Telling {
  parts: TellingParts;
  /** Nobody comes again who could tell it later. */
  isLast: boolean;
}

/**
 * Tells of every use that people have not been told of, and of what applications do that were added with what leaked.
 * Refused attempts, and what the added ones do, are told at once, and then once an hour, by the clock: whoever stops
 * meanwhile is told of, too.
 */
export async function tellUses(
  incident: Incident,
  known: Stored<WatchRecord>,
  telling: Telling,
): Promise<Stored<WatchRecord>> {
  return tellPlanted(incident, await tellOwn(incident, known, telling), telling);
}

/** Judges these of what was held: with the next alert they are told, or counted for good. */
export async function releaseHeld(
  incident: Incident,
  known: Stored<WatchRecord>,
  held: WatchRecord["held"],
  { table }: Pick<TellingParts, "table">,
): Promise<Stored<WatchRecord>> {
  const ids = new Set(held?.map(({ id }) => id));
  if (!known.value.held?.some(({ id }) => ids.has(id))) return known;
  await keepSeen(table, incident.id, withHeld(known.value, ids, { incident }).seen);
  return changeWatch(table, incident.id, known, (record) => withHeld(record, ids, { incident }).record);
}

/** Tells what nobody was told of when watching ended. */
export async function tellRest(incident: Incident, parts: TellingParts): Promise<void> {
  const known = await readWatch(parts.table, incident.id);
  if (!known) return;
  const all = await releaseHeld(incident, known, known.value.held, parts);
  await tellUses(incident, all, { parts, isLast: true });
}

const isDue = (toldAt: Instant | null, { parts, isLast }: Telling): boolean =>
  isLast || toldAt === null || parts.clock.now() - toldAt >= BETWEEN;

async function tellOwn(incident: Incident, known: Stored<WatchRecord>, telling: Telling): Promise<Stored<WatchRecord>> {
  const { untold, attemptsToldAt, lockedAt } = known.value;
  if (untold === null) return known;
  const { table, clock } = telling.parts;
  const isRefusedOnly = untold.uses.every(({ kind }) => kind === "token-refused");
  if (isRefusedOnly && !isDue(attemptsToldAt, telling)) return known;
  const { from, to: at, uses } = untold;
  const isAfterLock = lockedAt !== null && from >= lockedAt;
  await tellIncident(incident, { turn: "used", from, at, uses, isRefusedOnly, isAfterLock }, telling.parts);
  const toldAt = clock.now();
  return changeWatch(table, incident.id, known, (record) =>
    // Somebody else may have added to it, and will tell it.
    isSame(record.untold, untold)
      ? { ...record, untold: null, attemptsToldAt: isRefusedOnly ? toldAt : record.attemptsToldAt }
      : record,
  );
}

async function tellPlanted(
  incident: Incident,
  known: Stored<WatchRecord>,
  telling: Telling,
): Promise<Stored<WatchRecord>> {
  const { untold, toldAt: before, clients } = known.value.planted;
  if (untold === null || !isDue(before, telling)) return known;
  const { table, clock } = telling.parts;
  const { from, to: at, uses } = untold;
  await tellIncident(incident, { turn: "planted-used", from, at, uses, clients }, telling.parts);
  const toldAt = clock.now();
  return changeWatch(table, incident.id, known, (record) =>
    isSame(record.planted.untold, untold)
      ? { ...record, planted: { ...record.planted, untold: null, toldAt } }
      : record,
  );
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
