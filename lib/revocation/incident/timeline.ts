import { isDeepStrictEqual } from "node:util";
import type { Instant } from "../../history/history.ts";
import type { Key, Table } from "../../store/table.ts";
import { incidentPartition } from "./incident.ts";

/** Something that somebody did or saw. Never a secret or a token. */
export interface TimelineEntry {
  at: Instant;
  /** A person's login or role, or `curfew`. */
  who: string;
  /** One sentence, or a request as method and path. */
  what: string;
  /** What came of it, as `204` or the code of an error; null where nothing could. */
  answer: string | null;
}

/** An entry as it stands in the timeline. */
export interface StoredEntry extends TimelineEntry {
  /** For {@link readTimeline}: to go on behind it. */
  position: string;
}

const PREFIX = "TIMELINE#";

/** More than ever happens in one millisecond. */
const DIGITS = 4;

const entryKey = (incident: string, { at }: TimelineEntry, count: number): Key => ({
  partition: incidentPartition(incident),
  sort: `${PREFIX}${new Date(at).toISOString()}#${String(count).padStart(DIGITS, "0")}`,
});

/**
 * Adds an entry; none is ever changed or taken away. The same entry again is the same one, so a write whose answer was
 * lost can be repeated.
 */
export async function addToTimeline(table: Table, incident: string, entry: TimelineEntry): Promise<void> {
  for (let count = 0; ; count += 1) {
    const key = entryKey(incident, entry, count);
    if (await table.put(key, entry, { ifVersion: 0 })) return;
    if (isDeepStrictEqual((await table.get<TimelineEntry>(key))?.value, entry)) return;
  }
}

/**
 * What happened, in the order of time.
 *
 * @param after only what stands behind this position; entries that are dated back may come to stand before it
 */
export async function* readTimeline(table: Table, incident: string, after?: string): AsyncGenerator<StoredEntry> {
  const range = { prefix: PREFIX, ...(after === undefined ? {} : { after }) };
  for await (const { key, value } of table.list<TimelineEntry>(incidentPartition(incident), range)) {
    yield { ...value, position: key.sort };
  }
}
