import { expect, it } from "vitest";
import type { Inventory } from "../../../lib/inventory/inventory.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { exposures } from "../../../lib/revocation/investigate/exposed.ts";
import { investigate } from "../../../lib/revocation/investigate/investigate.ts";
import {
  NOTHING_YET,
  putInvestigation,
  readInvestigation,
} from "../../../lib/revocation/investigate/investigation-record.ts";
import type { LogEvent } from "../../../lib/revocation/ports.ts";
import { withPage } from "../../../lib/revocation/watch/fold.ts";
import { type Issued, withIssued } from "../../../lib/revocation/watch/issued.ts";
import { tallied, type UseTally } from "../../../lib/revocation/watch/log-use.ts";
import { readWatch, type WatchRecord } from "../../../lib/revocation/watch/watch-record.ts";
import { DAY, incidentOf, logEvent, putIncident, THREE_AM, testParts, testTenant } from "../support.ts";
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

it.each(["a", "€", "\u{1F980}", "\u0001"])(
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

it("a row of the watch has room for tokens that were given out since, and for uses that are held, beside that", async () => {
  const restored = { at: LATER, stoppedAt: THREE_AM, isOpen: true } as const;
  const { turn, table, incident } = await watched({ restored });
  await turn();
  const begun = (await readWatch(table, incident.id))?.value as WatchRecord;
  const tokenIds = Array.from({ length: 1_100 }, (_, index) => `${index}`.padStart(40, "0"));
  const given = tokenIds.map((tokenId) => logEvent(LATER, { type: "seccft", request: undefined, tokenId }));
  const path = `/api/v2/${"€".repeat(300)}`;
  const uses = tokenIds.map((id) => logEvent(LATER, { tokenId: `old${id}`, request: { method: "post", path } }));
  const page = { events: [...given, ...uses.slice(0, 100)], position: "9", readUntil: LATER, gap: null, isEnd: true };
  const { record } = withPage(begun, page, { incident, acts: new Map() });

  console.info(`beside that: renewed ${bytesOf(record.renewed)} bytes, held ${bytesOf(record.held)}`);
  expect([record.renewed.length, (record.held?.length ?? 0) > 10]).toEqual([1_000, true]);
  expect(bytesOf([record.renewed, record.held])).toBeLessThan(70_000);
});

it("a row of looking back has room for all that it keeps", async () => {
  const { table, clock, parts } = testParts(testTenant());
  const incident = incidentOf();
  await putIncident(table, incident);
  const long = Array.from({ length: 350 }, (_, index) => `${index}${"€".repeat(150)}`);
  const inventory = (ids: readonly string[]): Inventory => {
    const items = ids.map((id) => ({ id, client_id: id, name: id, audience: id }));
    const section = { status: "complete", data: items, count: items.length } as const;
    const own = { ...section, data: [...items, { id: "job", client_id: "job" }] };
    return {
      clients: own,
      clientGrants: section,
      actions: section,
      clientCredentials: section,
    } as unknown as Inventory;
  };
  await preserve(table, incident, "grant-ids", long);
  for (const id of long) {
    const grant = { id, audience: id, scopes: [id], isSystem: false, organizations: [] };
    await preserve(table, incident, `grant/${id}`, grant);
  }
  const seen = long.map((audience) => logEvent(THREE_AM, { type: "seccft", request: undefined, audience }));
  const uses = seen.slice(0, 200).reduce<UseTally[]>((known, event) => tallied(known, event), []);
  const audiences = seen
    .slice(0, 60)
    .reduce<Issued | null>((known, event) => withIssued(known, event, undefined), null);
  await putInvestigation(table, incident.id, { ...NOTHING_YET, uses, issued: audiences }, 0);
  const at = { at: THREE_AM, finishedAt: THREE_AM - DAY, source: "audit" };
  const inventories = {
    before: async () => ({ ...at, inventory: inventory([]) }),
    now: async () => ({ ...at, inventory: inventory(long) }),
  };
  await clock.run(investigate(incident, parts, inventories));
  const { value } = (await readInvestigation(table, incident.id)) ?? {};

  const sizes = [value?.uses, value?.issued, value?.compared?.changes, value?.sinceAudit?.gained, value?.exposures];
  console.info(`looking back: ${bytesOf(value)} bytes, of these ${sizes.map(bytesOf).join(", ")}`);
  for (const [index, least] of [25_000, 25_000, 150_000, 38_000, 110_000].entries())
    expect(bytesOf(sizes[index])).toBeGreaterThan(least);
  expect(bytesOf(value)).toBeLessThan(400_000);
});
