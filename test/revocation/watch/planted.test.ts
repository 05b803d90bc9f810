import { describe, expect, it } from "vitest";
import { closeIncident } from "../../../lib/revocation/close/close.ts";
import { makeBundle } from "../../../lib/revocation/evidence/make-bundle.ts";
import { renderIncident } from "../../../lib/revocation/evidence/page.ts";
import type { Incident, StepResult } from "../../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { openIncident } from "../../../lib/revocation/incident/open-incident.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { investigate } from "../../../lib/revocation/investigate/investigate.ts";
import { NOTHING_YET, readInvestigation } from "../../../lib/revocation/investigate/investigation-record.ts";
import { lookBack } from "../../../lib/revocation/investigate/look-back.ts";
import { seenExposures } from "../../../lib/revocation/investigate/seen-exposures.ts";
import type { LogEvent } from "../../../lib/revocation/ports.ts";
import { noteOwnAct } from "../../../lib/revocation/watch/own-acts.ts";
import { readSeen } from "../../../lib/revocation/watch/seen.ts";
import { watchTurn } from "../../../lib/revocation/watch/watch.ts";
import { readWatch } from "../../../lib/revocation/watch/watch-record.ts";
import {
  HOUR,
  incidentOf,
  logEvent,
  MINUTE,
  putIncident,
  SECOND,
  THREE_AM,
  testParts,
  testTenant,
} from "../support.ts";

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
  await preserve(table, incident, "log-position", { event: before.at(-1)?.id ?? null });
  const inventories = { before: async () => undefined, now: async () => undefined };
  const now = () => readIncident(table, incident.id);
  return {
    ...{ tenant, table, incident, clock },
    /** From now on a turn has time for one page. */
    hurry: () => {
      all.parts.deadline = 0;
    },
    bundle: async () =>
      makeBundle(await now(), { ...all.parts, present: async () => ({ status: "unread", why: "Not looked." }) }),
    close: async () => {
      const present = async () => ({ status: "unread", why: "Not looked." }) as const;
      await clock.run(closeIncident(await now(), { ...all.parts, present }));
    },
    look: async () => {
      await clock.run(lookBack(await now(), all.parts));
      await clock.run(investigate(await now(), all.parts, inventories));
    },
    turn: async () => clock.run(watchTurn(await now(), all.parts)),
    told: () => heard.filter(({ title }) => title.startsWith("acme: what was added with job is in use")),
    found: () => heard.find(({ title }) => title.includes("what was done with job")),
  };
}

const LATER = THREE_AM + 6 * MINUTE;
const undone: StepResult = {
  at: THREE_AM,
  outcome: "incomplete",
  message: "It is not locked.",
  missing: ["the lock"],
  code: "missing-scope",
};

/** Nothing stops it. */
const NO_LEVERS = { ...incidentOf().leak, kind: "user-token", levers: [] } as unknown as Incident["leak"];

/** What looking back has found, read to the end of the log, from before anything in it that the watch has passed. */
const whatWasFound = (clients: readonly string[]) => ({
  ...NOTHING_YET,
  ...{ isRead: true, readUntil: THREE_AM, planted: { clients, notFollowed: 0 } },
});

describe("an application that was added with what leaked", () => {
  it("before the lock is followed by looking back to the end of the log, and from there by the watch", async () => {
    const { tenant, look, turn, told, found } = await leaked([adds(THREE_AM - HOUR, "evil"), does(THREE_AM, "other")]);
    tenant.log.push(does(LATER, "evil"), does(LATER, "other"));
    await look();
    expect(found()?.items.join("\n")).toMatch(/EXPOSED evil: It is a new application/);
    expect(found()?.items.join("\n")).toMatch(/1 time: evil, which was added with it: DELETE/);
    // The watch has read beyond where looking back ended before it knew of it.
    tenant.log.push(does(LATER + MINUTE, "evil"));
    await turn();
    tenant.log.push(does(LATER + 2 * MINUTE, "other"));
    await turn();

    expect(told().map(({ title }) => title)).toEqual(["acme: what was added with job is in use: 2 requests"]);
    expect(told()[0]?.steps.join()).toContain("npx curfew revoke --tenant acme --client evil");
  });

  it.each<[what: string, changes: Partial<Incident>, isFollowed: boolean]>([
    ["comes into the log behind what came after the lock", {}, true],
    ["is there while the lock is refused", { steps: { lock: undone } }, true],
    ["is there while the application cannot be read", { leak: null, steps: { lock: undone } }, true],
    ["is there where nothing is to be locked", { leak: NO_LEVERS, steps: {} }, false],
    [
      "is there while the lock is refused, from before the leak",
      { leakedSince: LATER, steps: { lock: undone } },
      false,
    ],
    ["is there while the lock is refused, in a drill", { drill: true, steps: { lock: undone } }, false],
    ["comes late in a drill", { drill: true }, false],
  ])("that %s is followed by the watch where it may be a thief's", async (_, changes, isFollowed) => {
    const { tenant, look, turn, told, table, incident } = await leaked([does(THREE_AM - HOUR, "other")], changes);
    tenant.log.push(does(THREE_AM + 11 * SECOND, "other"), adds(THREE_AM + 9 * SECOND, "evil"), does(LATER, "evil"));
    await look();
    await turn();

    expect((await readWatch(table, incident.id))?.value.planted.clients).toEqual(isFollowed ? ["evil"] : []);
    expect(told()).toHaveLength(isFollowed ? 1 : 0);
  });

  /** A watch that has passed what `evil` did when looking back names it. */
  async function passed(log: () => readonly LogEvent[], isRead = true) {
    const all = await leaked([adds(THREE_AM - HOUR, "evil")]);
    await all.look();
    const { value: found } = (await readInvestigation(all.table, all.incident.id)) ?? {};
    expect(found?.position).toBe(all.tenant.log[0]?.id);
    all.tenant.log.push(...log());
    const key = { partition: `INCIDENT#${all.incident.id}`, sort: "INVESTIGATION" };
    await all.table.remove(key);
    await all.turn();
    expect(all.told()).toEqual([]);
    await all.table.put(key, { ...found, isRead });
    return all;
  }

  it("is read once more where the watch was faster than looking back, with what it planted itself, and kept", async () => {
    const { tenant, turn, told, table, incident } = await passed(() => [
      does(LATER, "evil"),
      does(LATER, "other"),
      adds(LATER, "worse", "evil"),
      does(LATER, "worse"),
    ]);
    tenant.log.push(does(LATER + MINUTE, "evil"), does(LATER + MINUTE, "worse"));
    await turn();
    await turn();

    expect(told().map(({ title }) => title)).toEqual(["acme: what was added with job is in use: 5 requests"]);
    const seen: unknown[] = [];
    for await (const { clientId } of readSeen(table, incident.id)) seen.push(clientId);
    expect(seen.toSorted()).toEqual(["evil", "evil", "evil", "job", "worse", "worse"]);
    const { exposures } = await seenExposures(await readIncident(table, incident.id), { compared: null }, table);
    expect(exposures.map(({ clientId }) => clientId)).toContain("worse");
  });

  it("is read once more as far as each turn has time, and what nobody passed is read after that", async () => {
    const { tenant, turn, told, hurry, clock } = await passed(() =>
      Array.from({ length: 5 }, (_, index) => does(LATER + index * SECOND, "evil")),
    );
    tenant.log.push(adds(LATER + MINUTE, "worse", "evil"), does(LATER + MINUTE, "worse"));
    hurry();
    for (let count = 0; count < 6; count += 1) {
      await turn();
      await clock.run(clock.sleep(HOUR));
    }

    expect(told().map(({ title }) => Number(/(\d+) request/.exec(title)?.[1]))).toEqual([2, 2, 3]);
  });

  it("is not followed before looking back has come to the end of the log", async () => {
    const { turn, told } = await passed(() => [does(LATER, "evil")], false);
    await turn();

    expect(told()).toEqual([]);
  });

  it("by a token that is out is followed at once, and so is what it adds itself, once an hour", async () => {
    const { tenant, turn, told, clock, table, incident } = await leaked([]);
    tenant.log.push(adds(LATER, "evil"), adds(LATER + MINUTE, "worse", "evil"), does(LATER + 2 * MINUTE, "worse"));
    await turn();
    tenant.log.push(does(LATER + 3 * MINUTE, "evil"), adds(LATER + 3 * MINUTE, "evil"));
    await turn();
    expect((await readWatch(table, incident.id))?.value.planted.clients).toEqual(["evil", "worse"]);
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

  it("is not in use where another incident about it asks for tokens; how often is in the evidence, however long ago", async () => {
    const { tenant, turn, told, table, clock, incident, bundle } = await leaked([adds(THREE_AM - HOUR, "evil")]);
    const report = { tenant: "acme", clientId: "evil", reason: "It was planted.", openedAt: LATER, openedBy: "dana" };
    const other = await openIncident(table, { ...report, leakedSince: null, drill: false, token: null });
    const act = { from: LATER, until: LATER + MINUTE, most: 3, leaves: ["token-refused"] } as const;
    await noteOwnAct(table, other.id, act);
    const refused = (userAgent: string) =>
      logEvent(LATER + SECOND, { type: "feccft", clientId: "evil", request: undefined, userAgent });
    // One before the watch knows whom to follow, and one after.
    tenant.log.push(refused("curfew/1"));
    await turn();
    await table.put({ partition: `INCIDENT#${incident.id}`, sort: "INVESTIGATION" }, whatWasFound(["evil"]));
    tenant.log.push(refused("curfew/1"), refused("curl/8.5"));
    await turn();
    expect(told().map(({ title }) => title)).toEqual([expect.stringMatching(/in use: 1 request$/)]);
    await clock.run(clock.sleep(72 * HOUR));
    tenant.log.push(does(clock.now(), "other"));
    await turn();

    const evidence = await bundle();
    expect(evidence.watch).toMatchObject({ own: 2, plantedUses: [{ count: 1 }] });
    expect(renderIncident(evidence, { name: "incident.json", sha256: "0".repeat(64) })).toMatch(
      /Uses of what was added with it<.*evil, which was added with it: a token was asked for and refused/,
    );
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
        expect.stringMatching(/in use: 1 request$/),
        expect.stringMatching(/in use: 40 requests$/),
      ]);
    }
  });

  it("is followed by nobody who looks back in a drill, or where a user's token leaked and another user added it", async () => {
    for (const changes of [{ drill: true }, { leak: NO_LEVERS }]) {
      const { look, table, incident } = await leaked([adds(THREE_AM - HOUR, "tool")], changes);
      await look();

      expect((await readInvestigation(table, incident.id))?.value.planted.clients).toEqual([]);
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
