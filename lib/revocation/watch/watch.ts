import type { Instant } from "../../history/history.ts";
import type { Stored } from "../../history/update-row.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Seconds } from "../../model/duration.ts";
import { tellIncident, tellUntold } from "../alerts/tell.ts";
import type { LogPosition } from "../contain/look.ts";
import { type Incident, lockedSince } from "../incident/incident.ts";
import { readIncident, recordStep } from "../incident/incidents.ts";
import { readPreserved } from "../incident/preserve.ts";
import type { IncidentParts } from "../parts.ts";
import { actsByClient } from "./acts-by-client.ts";
import { endOf, isLast, isOver, withLate } from "./end.ts";
import { withPage } from "./fold.ts";
import { followFound } from "./follow-found.ts";
import { MOST_TURNS, watchInterval } from "./interval.ts";
import { withoutVoidProof } from "./issued.ts";
import { NOTHING_PLANTED } from "./planted.ts";
import { readOn } from "./read-on.ts";
import { keepSeen } from "./seen.ts";
import { releaseHeld, tellUses } from "./tell-uses.ts";
import { NO_USER_TOKENS } from "./user-tokens.ts";
import { changeWatch, putWatch, readWatch, type WatchRecord } from "./watch-record.ts";
import { NO_TURNS, resultOf, whyOf } from "./watch-result.ts";

/** For so long a log that cannot be read is no news. */
const BLIND_FOR = 900_000;

/**
 * One turn of watching: reads on in the tenant's log, keeps what is about the leak, and tells of every use that should
 * not be, and of what could not be told before.
 *
 * How far the log is read is kept together with what is not told yet, and told then: whoever dies in between tells the
 * same again, once.
 *
 * @param atLeastUntil until when it goes on although nothing that is out works any more; null where nothing asks for that
 */
export async function watchTurn(
  incident: Incident,
  parts: IncidentParts,
  atLeastUntil: Instant | null = null,
): Promise<Incident> {
  const { table, clock } = parts;
  const end = endOf(incident, atLeastUntil);
  await tellUntold(incident, parts);
  let known = await begin(incident, parts);
  known = await tellUses(incident, known, { parts, isLast: false });
  const { held } = known.value;
  const failure = await readAll(incident, known, parts);
  known = (await readWatch(table, incident.id)) ?? known;
  const isEnd = isLast(known.value, end);
  // What an earlier turn held waits for this one, whether that could read on or not.
  known = await releaseHeld(incident, known, isEnd ? known.value.held : held, parts);
  known = await tellUses(incident, known, { parts, isLast: isEnd });
  known = await noteBlindness(incident, known, failure, parts);
  for (const gap of known.value.gaps) await tellIncident(incident, { turn: "log-gap", ...gap }, parts);
  if (!isOver(known.value, end)) await tellTurnsOver(incident, known.value, parts);
  const latest = await withoutVoidProof(incident, known.value.issued, parts);
  return recordStep(
    table,
    incident.id,
    "watch",
    resultOf(latest, known.value, { failure, atLeastUntil, now: clock.now() }),
  );
}

/** Whoever begins anew to answer an incident has all turns again: they are counted because of what one execution holds. */
export async function renewTurns({ id }: Incident, { table }: Pick<IncidentParts, "table">): Promise<void> {
  const known = await readWatch(table, id);
  if (known && known.value.turns > 0) await changeWatch(table, id, known, (record) => ({ ...record, turns: 0 }));
}

/** How long to wait until the next turn; null when there is nothing to watch any more. See {@link watchTurn}. */
export async function nextWatch(
  incident: Incident,
  { table, clock }: Pick<IncidentParts, "table" | "clock">,
  atLeastUntil: Instant | null = null,
): Promise<Seconds | null> {
  const record = (await readWatch(table, incident.id))?.value;
  const now = clock.now();
  if (incident.closedAt !== null || incident.ended) return null;
  if (!record) return 0;
  if (isLast(record, endOf(incident, atLeastUntil))) return null;
  return watchInterval(withLate(incident.window), record.turns, now, atLeastUntil);
}

async function begin(incident: Incident, { table, clock }: IncidentParts): Promise<Stored<WatchRecord>> {
  const known = await readWatch(table, incident.id);
  const now = clock.now();
  if (known) {
    const lockedAt = known.value.lockedAt ?? lockedSince(incident);
    return changeWatch(table, incident.id, known, (record) => ({ ...record, turns: record.turns + 1, lockedAt }));
  }
  const kept = await readPreserved<LogPosition>(table, incident, "log-position");
  const record: WatchRecord = {
    position: kept?.event ?? null,
    readUntil: incident.openedAt,
    startedAt: now,
    turns: 1,
    lockedAt: lockedSince(incident),
    gaps: [],
    own: {},
    ownEvents: 0,
    renewed: [],
    issued: null,
    users: NO_USER_TOKENS,
    planted: { ...NOTHING_PLANTED, uses: [], untold: null, toldAt: null },
    following: null,
    told: [],
    counted: [],
    untold: null,
    attemptsToldAt: null,
    kept: 0,
    notKept: 0,
    blindSince: null,
  };
  if (await putWatch(table, incident.id, record, 0)) return { value: record, version: 1 };
  return (await readWatch(table, incident.id)) ?? { value: record, version: 1 };
}

/** Why the log was not read to its end; undefined when it was, or when the time of this turn was over. */
async function readAll(incident: Incident, begun: Stored<WatchRecord>, parts: IncidentParts): Promise<unknown> {
  const { tenant, table, clock, deadline } = parts;
  let { value: record, version } = begun;
  try {
    ({ value: record, version } = await followFound(incident, begun, parts));
    if (record.following) return undefined;
    for await (const page of readOn(tenant, clock, record)) {
      // Read after the page: whatever of it is Curfew's own, or allowed again, was noted before it could come into the log.
      const [now, acts] = await Promise.all([
        readIncident(table, incident.id),
        actsByClient(incident, record, page, table),
      ]);
      const { record: next, seen } = withPage(record, page, { incident: now, acts });
      await keepSeen(table, incident.id, seen);
      // Another turn was faster: it has read the same and goes on.
      if (!(await putWatch(table, incident.id, next, version))) return undefined;
      record = next;
      version += 1;
      if (clock.now() >= deadline) return undefined;
    }
    return undefined;
  } catch (error) {
    if (error instanceof CurfewError && error.code !== "store-failed" && error.code !== "interrupted") return error;
    throw error;
  }
}

async function noteBlindness(
  incident: Incident,
  known: Stored<WatchRecord>,
  failure: unknown,
  parts: IncidentParts,
): Promise<Stored<WatchRecord>> {
  const { readUntil, blindSince } = known.value;
  const since = failure === undefined ? null : (blindSince ?? readUntil);
  if (since !== null && parts.clock.now() - since >= BLIND_FOR) {
    await tellIncident(incident, { turn: "blind", since, why: whyOf(failure) }, parts);
  }
  return changeWatch(parts.table, incident.id, known, (record) => ({ ...record, blindSince: since }));
}

/** A watch that has no turns left is no watch, whatever the window says: each turn would have looked at what is put back. */
async function tellTurnsOver(incident: Incident, record: WatchRecord, parts: IncidentParts): Promise<void> {
  if (record.turns < MOST_TURNS || incident.drill) return;
  await tellIncident(incident, { turn: "blind", since: record.readUntil, why: NO_TURNS, isOver: true }, parts);
}
