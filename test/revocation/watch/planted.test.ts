import { describe, expect, it } from "vitest";
import { closeIncident } from "../../../lib/revocation/close.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { investigate } from "../../../lib/revocation/investigate/investigate.ts";
import { readInvestigation } from "../../../lib/revocation/investigate/investigation-record.ts";
import { readBack } from "../../../lib/revocation/investigate/read-back.ts";
import type { LogEvent } from "../../../lib/revocation/ports.ts";
import { watchTurn } from "../../../lib/revocation/watch/watch.ts";
import { readWatch } from "../../../lib/revocation/watch/watch-record.ts";
import { HOUR, incidentOf, logEvent, MINUTE, putIncident, THREE_AM, testParts, testTenant } from "../support.ts";

const adds = (at: number, createdClient: string | undefined, clientId = "job"): LogEvent =>
  logEvent(at, { clientId, ...(createdClient === undefined ? {} : { createdClient }) });
const does = (at: number, clientId: string): LogEvent =>
  logEvent(at, { clientId, request: { method: "delete", path: "/api/v2/users/1" } });

/** A leak whose log is watched from its lock on. */
async function leaked(before: readonly LogEvent[], changes: Partial<Incident> = {}) {
  const tenant = testTenant();
  tenant.log = [...before];
  tenant.pageSize = 2;
  const all = testParts(tenant);
  const { table, clock, heard } = all;
  const incident = incidentOf(changes);
  await putIncident(table, incident);
  await preserve(table, incident.id, "log-position", { event: before.at(-1)?.id ?? null });
  const inventories = { before: async () => undefined, now: async () => undefined };
  const now = () => readIncident(table, incident.id);
  return {
    ...{ tenant, table, incident, clock },
    close: async () => {
      const present = async () => ({ status: "unread", why: "Not looked." }) as const;
      await clock.run(closeIncident(await now(), { ...all.parts, present }));
    },
    look: async () => {
      await clock.run(readBack(await now(), all.parts));
      await clock.run(investigate(await now(), all.parts, inventories));
    },
    turn: async () => clock.run(watchTurn(await now(), all.parts)),
    told: () => heard.filter(({ title }) => title.startsWith("acme: what was added with job is in use")),
    found: () => heard.find(({ title }) => title.includes("what was done with job")),
  };
}

const LATER = THREE_AM + 6 * MINUTE;

describe("an application that was added with what leaked", () => {
  it("before the lock is followed by looking back to the end of the log, and from there by the watch", async () => {
    const { tenant, look, turn, told, found } = await leaked([adds(THREE_AM - HOUR, "evil"), does(THREE_AM, "other")]);
    tenant.log.push(does(LATER, "evil"), does(LATER, "other"));
    await look();
    expect(found()?.items.join("\n")).toMatch(/EXPOSED evil: It was added/);
    expect(found()?.items.join("\n")).toMatch(/1 time: evil, which was added with it: DELETE/);
    // The watch has read beyond where looking back ended before it knew of it.
    tenant.log.push(does(LATER + MINUTE, "evil"));
    await turn();
    tenant.log.push(does(LATER + 2 * MINUTE, "other"));
    await turn();

    expect(told().map(({ title }) => title)).toEqual(["acme: what was added with job is in use: 2 events"]);
    expect(told()[0]?.steps.join()).toContain("npx curfew revoke --tenant acme --client evil");
  });

  it("is read once more where the watch was faster than looking back", async () => {
    const { tenant, look, turn, told, table, incident } = await leaked([adds(THREE_AM - HOUR, "evil")]);
    await look();
    const position = (await readInvestigation(table, incident.id))?.value.position;
    expect(position).toBe(tenant.log[0]?.id);
    tenant.log.push(does(LATER, "evil"), does(LATER, "other"));
    const known = await readInvestigation(table, incident.id);
    const key = { partition: `INCIDENT#${incident.id}`, sort: "INVESTIGATION" };
    await table.remove(key);
    await turn();
    expect(told()).toEqual([]);
    await table.put(key, known?.value);
    await turn();
    await turn();

    expect(told().map(({ title }) => title)).toEqual(["acme: what was added with job is in use: 1 event"]);
  });

  it("by a token that is out is followed at once, and so is what it adds itself, once an hour", async () => {
    const { tenant, turn, told, clock } = await leaked([]);
    tenant.log.push(adds(LATER, "evil"), adds(LATER + MINUTE, "worse", "evil"), does(LATER + 2 * MINUTE, "worse"));
    await turn();
    tenant.log.push(does(LATER + 3 * MINUTE, "evil"));
    await turn();
    expect(told()[0]?.items).toEqual([
      "1 time: evil, which was added with it: POST /api/v2/clients, from 198.51.100.7",
      "1 time: worse, which was added with it: DELETE /api/v2/users/1, from 198.51.100.7",
    ]);
    expect(told()).toHaveLength(1);
    tenant.log.push(does(LATER + 2 * HOUR, "worse"));
    await turn();
    expect(told()).toHaveLength(1);
    await clock.run(clock.sleep(HOUR));
    await turn();

    expect(told()).toHaveLength(2);
  });

  it("is told of to the last use, though it stops within the hour, or nobody watches any more", async () => {
    const ended = { at: THREE_AM, by: "dana", reason: "enough" };
    for (const isClosed of [false, true]) {
      const { tenant, turn, told, clock, close } = await leaked([], isClosed ? { ended } : {});
      tenant.log.push(adds(LATER, "evil"), does(LATER + MINUTE, "evil"));
      await turn();
      tenant.log.push(...Array.from({ length: 40 }, () => does(LATER + 20 * MINUTE, "evil")));
      await turn();
      expect(told()).toHaveLength(1);
      await clock.run(clock.sleep(isClosed ? MINUTE : HOUR));
      await (isClosed ? close() : turn());

      expect(told().map(({ title }) => title)).toEqual([
        expect.stringMatching(/in use: 1 event$/),
        expect.stringMatching(/in use: 40 events$/),
      ]);
    }
  });

  it("is said not to be followed where the log does not name it, or where there are too many", async () => {
    const { tenant, look, turn, found, table, incident } = await leaked([adds(THREE_AM - HOUR, undefined)]);
    tenant.log.push(...Array.from({ length: 23 }, (_, index) => adds(LATER, `evil-${index}`)));
    await look();
    await turn();
    const { planted } = (await readWatch(table, incident.id))?.value ?? {};

    expect(found()?.items.join()).toMatch(/NOT COMPARED What 1 further application did, added with it: nobody/);
    expect([planted?.clients.length, planted?.notFollowed]).toEqual([20, 3]);
  });

  it("in a drill, or since access was given back, is nobody's thief", async () => {
    const restored = { at: LATER - MINUTE, stoppedAt: THREE_AM + 5 * MINUTE };
    const restore = { at: LATER - MINUTE, outcome: "done", message: "Back." } as const;
    for (const changes of [{ drill: true }, { restored, steps: { ...incidentOf().steps, restore } }]) {
      const { tenant, turn, told } = await leaked([], changes);
      tenant.log.push(adds(LATER, "tool"), does(LATER + MINUTE, "tool"));
      await turn();

      expect(told()).toEqual([]);
    }
  });
});
