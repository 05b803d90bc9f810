import { expect, it } from "vitest";
import { exposures } from "../../../lib/revocation/investigate/exposed.ts";
import type { LogEvent } from "../../../lib/revocation/ports.ts";
import { withPage } from "../../../lib/revocation/watch/fold.ts";
import { readWatch, type WatchRecord } from "../../../lib/revocation/watch/watch-record.ts";
import { logEvent, THREE_AM } from "../support.ts";
import { LATER, watched } from "./watched.ts";

/** A thief who says as much as there is room for, from many addresses, of one alphabet. */
const eventsOf = (letter: string): LogEvent[] =>
  Array.from({ length: 300 }, (_, index) => {
    const text = `https://${index}.${letter.repeat(300)}`;
    const ip = `2001:db8:ffff:ffff:ffff:ffff:ffff:${(index % 7) + 1000}`;
    const asks = { ip, audience: text, request: undefined, userId: undefined };
    return [
      logEvent(THREE_AM, { ...asks, type: "seccft" }),
      logEvent(LATER, { ...asks, type: "seccft" }),
      logEvent(LATER, { ...asks, type: "seacft", userId: text }),
      logEvent(LATER, { ...asks, clientId: "evil", request: { method: "post", path: text } }),
    ];
  }).flat();

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

it.each(["a", "é", "€", "\u{1F980}", "\u0001"])(
  "a row of the watch has room for what is written with %j",
  async (letter) => {
    const { turn, table, incident } = await watched();
    await turn();
    const begun = (await readWatch(table, incident.id))?.value as WatchRecord;
    const record = { ...begun, planted: { ...begun.planted, clients: ["evil"] } };
    const page = { events: eventsOf(letter), position: "9", readUntil: LATER, gap: null, isEnd: true };
    const { record: next } = withPage(record, page, { incident, acts: new Map() });

    expect(next.told.reduce((sum, { count }) => sum + count, 0)).toBe(600);
    expect([next.issued?.audiences, next.users.loggedIn.length]).toEqual(["any", 30_000]);
    expect(bytesOf(next)).toBeLessThan(320_000);

    const added = Array.from({ length: 400 }, (_, index) => `${index}${letter.repeat(200)}`);
    const changes = added.map(
      (id) => ({ section: "clients", what: "new", id, clientId: id, name: id, fields: [] }) as const,
    );
    const { exposures: exposed, others } = exposures([], changes, "job");
    console.info(`${JSON.stringify(letter)}: the watch ${bytesOf(next)} bytes, what is exposed ${bytesOf(exposed)}`);
    expect(exposed.length + others).toBe(400);
    expect(bytesOf(exposed)).toBeLessThan(130_000);
  },
);
