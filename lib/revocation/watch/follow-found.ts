import type { Stored } from "../../history/update-row.ts";
import type { Table } from "../../store/table.ts";
import type { Incident } from "../incident/incident.ts";
import { readInvestigation } from "../investigate/investigation-record.ts";
import type { IncidentParts } from "../parts.ts";
import type { LogEvent } from "../ports.ts";
import { type ActsByClient, actsByClient, actsOf } from "./acts-by-client.ts";
import { type Folded, withOwn, withPlantedOne } from "./fold.ts";
import { ownActOf } from "./own-acts.ts";
import { isPlanted, NOTHING_PLANTED } from "./planted.ts";
import { type LogPage, readOn, withGap } from "./read-on.ts";
import { keepSeen } from "./seen.ts";
import { type Following, putWatch, type WatchRecord } from "./watch-record.ts";

/**
 * Follows what looking back has found to be planted. It has read as far as the log went then; what came in between, and
 * was passed by the watch, is read once more for these, and for what they planted themselves, page by page until the
 * time of this turn is over. Until that is done nothing else is read: what they planted would be passed again.
 *
 * @throws CurfewError as reading the log does
 */
export async function followFound(
  incident: Incident,
  known: Stored<WatchRecord>,
  { table, tenant, clock, deadline }: IncidentParts,
): Promise<Stored<WatchRecord>> {
  const { id } = incident;
  let now = known.value.following ? known : await begin(id, known, table);
  const { following } = now.value;
  if (!following) return now;
  for await (const page of readOn(tenant, clock, following)) {
    const { record, seen } = withPassed(
      now.value,
      following,
      page,
      await actsByClient(incident, now.value, page, table),
    );
    await keepSeen(table, id, seen);
    // Another turn was faster: it has read the same and goes on.
    if (!(await putWatch(table, id, record, now.version))) return now;
    now = { value: record, version: now.version + 1 };
    if (record.following === null || clock.now() >= deadline) return now;
  }
  return now;
}

/** Notes what is to be followed, so that whoever dies, or has no time left, is gone on for. */
async function begin(id: string, known: Stored<WatchRecord>, table: Table): Promise<Stored<WatchRecord>> {
  const { planted, position } = known.value;
  const found = (await readInvestigation(table, id))?.value;
  const clients = (found?.planted ?? NOTHING_PLANTED).clients.filter((one) => !planted.clients.includes(one));
  if (!found?.isRead || clients.length === 0) return known;
  const isPassed = position !== null && (found.position ?? "") < position;
  const following: Following | null = isPassed
    ? { position: found.position, readUntil: found.readUntil, until: position, before: planted.clients }
    : null;
  const value = { ...known.value, planted: { ...planted, clients: [...planted.clients, ...clients] }, following };
  return (await putWatch(table, id, value, known.version)) ? { value, version: known.version + 1 } : known;
}

function withPassed(record: WatchRecord, { until, before }: Following, page: LogPage, acts: ActsByClient): Folded {
  const { position, readUntil, gap, events, isEnd } = page;
  const isDone = isEnd || events.some(({ id }) => id > until);
  const following = isDone ? null : { position, readUntil, until, before };
  const begun: Folded = { record: { ...record, following, gaps: withGap(record.gaps, gap) }, seen: [] };
  return events.filter(({ id }) => id <= until).reduce((folded, event) => withOne(folded, event, before, acts), begun);
}

/** What was followed before is seen already. */
function withOne(folded: Folded, event: LogEvent, before: readonly string[], acts: ActsByClient): Folded {
  const { record } = folded;
  const clients = record.planted.clients.filter((one) => !before.includes(one));
  if (!isPlanted(event, { clients, notFollowed: 0 })) return folded;
  const own = ownActOf(event, actsOf(acts, event), record.own);
  return own ? { ...folded, record: withOwn(record, own) } : withPlantedOne(folded, event);
}
