import { describe, expect, it } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { closeIncident } from "../../../lib/revocation/close/close.ts";
import { readSeen } from "../../../lib/revocation/watch/seen.ts";
import { readWatch } from "../../../lib/revocation/watch/watch-record.ts";
import { DAY, logEvent, MINUTE, SECOND, THREE_AM } from "../support.ts";
import { watched } from "./watched.ts";

const RESTORED = { at: THREE_AM + 7 * MINUTE, stoppedAt: THREE_AM + 5 * MINUTE, isOpen: true } as const;
/** When the first turn reads the log. */
const READ = THREE_AM + 10 * MINUTE;

const given = (at: number, tokenId: string) => logEvent(at, { type: "seccft", request: undefined, tokenId });
const use = (at: number, tokenId: string, path = "/api/v2/users/1") =>
  logEvent(at, { tokenId, request: { method: "patch", path } });

const restored = () => watched({ restored: RESTORED });

describe("a token that was given out since access is back is none that leaked, where its use came in first", () => {
  it.each([100, 1])("with %d events on a page, in one turn", async (pageSize) => {
    const { tenant, turn, titles } = await restored();
    tenant.pageSize = pageSize;
    tenant.log.push(use(READ - 3 * SECOND, "new"), given(READ - 4 * SECOND, "new"), use(READ - 2 * SECOND, "new"));
    await turn();

    expect(titles()).toEqual([]);
  });

  it("and that it was given out only after the log was read to its end", async () => {
    const { tenant, turn, titles, clock, table, incident } = await restored();
    tenant.log.push(use(READ - SECOND, "new"));
    await turn();
    tenant.log.push(given(READ - 2 * SECOND, "new"));
    await clock.run(clock.sleep(DAY));
    await turn();

    expect(titles()).toEqual([]);
    expect((await readWatch(table, incident.id))?.value).toMatchObject({ held: [], counted: [{ count: 1 }, {}] });
  });
});

it.each([
  { title: "in the seconds before access is back, by the log's clock, is the application's own", seconds: 20, uses: 0 },
  { title: "earlier than clocks differ is none of its own, and neither are its uses", seconds: 21, uses: 3 },
])("a token that was given out $title", async ({ seconds, uses }) => {
  const { tenant, turn, heard } = await restored();
  const at = RESTORED.at - seconds * SECOND;
  tenant.log.push(given(at, "new"), use(at, "new"), use(at + MINUTE, "new"));
  await turn();

  expect(heard.flatMap(({ items }) => items).reduce((sum, item) => sum + Number.parseInt(item, 10), 0)).toBe(uses);
});

describe("a use of a token that leaked, in the last minute of the log,", () => {
  it.each([
    { title: "as long as nothing is given back", restored: undefined },
    { title: "from before access is back", restored: { ...RESTORED, at: READ + 20 * SECOND } },
  ])("is told at once $title, and so is a token that is given out", async ({ restored: known }) => {
    const { tenant, turn, heard, table, incident } = await watched(known ? { restored: known } : {});
    tenant.log.push(use(READ - SECOND, "old"), given(READ - SECOND, "new"));
    await turn();

    expect(heard[0]?.items).toHaveLength(2);
    expect((await readWatch(table, incident.id))?.value.issued?.shutAt).toBe(READ - SECOND);
  });

  it("is told once no other order of events can explain it, with what it shows of it", async () => {
    const { tenant, turn, heard, clock, table, incident } = await restored();
    tenant.log.push(use(READ - SECOND, "old", "/api/v2/a"), use(READ - MINUTE, "old", "/api/v2/b"));
    await turn();
    expect(heard.flatMap(({ items }) => items)).toEqual(["1 time: PATCH /api/v2/b, from 198.51.100.7"]);
    await clock.run(clock.sleep(MINUTE));
    await turn();
    await turn();

    expect(heard.flatMap(({ items }) => items).slice(1)).toEqual(["1 time: PATCH /api/v2/a, from 198.51.100.7"]);
    const concerns: string[] = [];
    for await (const { concern } of readSeen(table, incident.id)) concerns.push(concern);
    expect(concerns).toEqual(["told", "told"]);
  });

  it("is told with the next turn where that cannot read the log any more", async () => {
    const { tenant, turn, titles, clock } = await restored();
    tenant.log.push(use(READ - SECOND, "old"));
    await turn();
    expect(titles()).toEqual([]);
    tenant.failure = new CurfewError("missing-scope", "The responder lacks read:logs.");
    await clock.run(clock.sleep(MINUTE));
    await turn();

    expect(titles()).toEqual(["acme: job was used after it was locked: 1 request"]);
  });

  it("is told at once where it adds an application, which is followed from then on", async () => {
    const { tenant, turn, titles } = await restored();
    tenant.log.push({
      ...use(READ - 2 * SECOND, "old"),
      request: { method: "post", path: "/api/v2/clients" },
      createdClient: "evil",
    });
    tenant.log.push(logEvent(READ - SECOND, { clientId: "evil" }));
    await turn();

    expect(titles()).toEqual([
      "acme: job was used after it was locked: 1 request",
      "acme: what was added with job is in use: 1 request",
    ]);
  });

  it("is told at once where there are more than a row has room for", async () => {
    const { tenant, turn, heard, table, incident } = await restored();
    tenant.log.push(...Array.from({ length: 100 }, (_, index) => use(READ - SECOND, "old", `/api/v2/${index}`)));
    await turn();
    const { held = [] } = (await readWatch(table, incident.id))?.value ?? {};

    expect(held.length).toBeGreaterThan(10);
    expect(Buffer.byteLength(JSON.stringify(held))).toBeLessThan(20_001);
    expect(heard.flatMap(({ items }) => items).length).toBeGreaterThan(0);
  });

  it("is told where nobody watches any more", async () => {
    const { tenant, turn, titles, parts, clock, now } = await watched({
      restored: RESTORED,
      ended: { at: READ, by: "dana", reason: "enough" },
    });
    tenant.log.push(use(READ - SECOND, "old"));
    await turn();
    expect(titles()).toEqual([]);
    const present = async () => ({ status: "unread", why: "Not looked." }) as const;
    await clock.run(closeIncident(await now(), { ...parts, present }));

    expect(titles()[0]).toBe("acme: job was used after it was locked: 1 request");
  });
});
