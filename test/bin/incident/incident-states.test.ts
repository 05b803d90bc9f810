import { describe, expect, it } from "vitest";
import { endingMeans } from "../../../bin/commands/incident-close.ts";
import { answerText } from "../../../bin/incident/answer-text.ts";
import { incidentList } from "../../../bin/incident/incident-list.ts";
import { incidentText } from "../../../bin/incident/incident-text.ts";
import { howItGoesOn, whoDecidesAfter } from "../../../bin/incident/who-decides.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { changeIncident, readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { notDone } from "../../../lib/revocation/incident/not-done.ts";
import { openIncident } from "../../../lib/revocation/incident/open-incident.ts";
import { WATCHING_ON } from "../../../lib/revocation/watch/watch-result.ts";
import { done, HOUR, incidentOf, MINUTE, putIncident, THREE_AM } from "../../revocation/support.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { oneLine, standing } from "./standing.ts";

describe("who decides where another incident goes on", () => {
  const ended = { at: THREE_AM, by: "sam", reason: "the same one" };
  const back = { restored: { at: THREE_AM + HOUR, stoppedAt: 1, isOpen: true } } as const;
  it.each<[string, Partial<Incident>, Partial<Incident>, RegExp, RegExp]>([
    ["is the later one", {}, {}, /The incident next goes on from here/, /^The incident one decides then/],
    ["is the earlier one", {}, { ended }, /next, which went on.*decides again/, /^The incident one decides then/],
    ["is nobody, as it is over", { closedAt: THREE_AM }, { ended }, /nobody decides .* reported again/, /^Then nobody/],
    ["is nobody, as it was given back", { restored: { at: 1, stoppedAt: 1 } }, { ended }, /nobody/, /^Then nobody/],
    [
      "is nothing where all is back",
      back,
      { ...back, ended },
      /given back, and that stays/,
      /^Then nothing .* given back/,
    ],
    [
      "is nothing in a drill",
      { drill: true, closedAt: 1 },
      { drill: true, ended },
      /in a drill nothing/,
      /^Then nothing/,
    ],
    [
      "is said of an emergency",
      { drill: true },
      { drill: true },
      /next goes on/,
      /^In an emergency the incident one would/,
    ],
  ])("%s", async (_, earlier, later, told, after) => {
    const table = memoryTable();
    const { steps } = incidentOf();
    const one = incidentOf({ id: "one", followedBy: "next", steps: { ...steps, restore: done(THREE_AM) }, ...earlier });
    const next = incidentOf({ id: "next", follows: ["one"], ...later });
    for (const incident of [one, next]) await putIncident(table, incident);

    expect(oneLine(incidentText(await standing(one, MINUTE, table), 100))).toMatch(told);
    const shown = told.source.includes("next goes on") ? "next" : "one";
    expect(await howItGoesOn("one", table)).toMatch(told);
    expect(await howItGoesOn("one", table)).toMatch(new RegExp(`npx curfew incidents show ${shown} --follow$`));
    expect(await whoDecidesAfter(next, table, false)).toMatch(after);
    expect(await whoDecidesAfter(incidentOf(), table, false)).toBeNull();
    if (after.source.startsWith("^The "))
      expect(await whoDecidesAfter(next, table, true)).toMatch(/--resume one.*by hand\.$/);
  });

  it("stays as it is where one is ended that decides for none, or of which another one went on", async () => {
    const table = memoryTable();
    const all: Partial<Incident>[] = [
      { id: "one", followedBy: "next" },
      { id: "next", follows: ["one"], followedBy: "last" },
      { id: "last", follows: ["next", "one"] },
      { id: "token", follows: ["last", "next", "one"], token: { form: "opaque" } as Incident["token"], leak: null },
    ];
    for (const one of all) await putIncident(table, incidentOf(one));
    const decides = (id: string) => readIncident(table, id).then((one) => whoDecidesAfter(one, table, false));
    const shown = async (id: string) =>
      oneLine(incidentText(await standing(await readIncident(table, id), MINUTE, table), 300));

    expect(await decides("token")).toBeNull();
    expect(await shown("token")).toContain("Opened beside last, next, one, which it leaves as they are");
    expect(await decides("next")).toBeNull();
    expect(await decides("last")).toMatch(/^The incident next decides then/);
    await putIncident(table, incidentOf({ ...all[1], closedAt: THREE_AM + HOUR }));
    expect(await decides("last")).toMatch(/^Then nobody decides/);
    await putIncident(table, incidentOf({ ...all[2], ended: { at: THREE_AM, by: "sam", reason: "the same one" } }));
    const over = "The incident next went on from here and came to its end. A person has ended last, which went on";
    expect(await shown("one")).toContain(`${over} from here: nobody decides what the application may have`);
    await putIncident(table, incidentOf({ id: "next", follows: ["one"], closedAt: THREE_AM + HOUR }));
    expect(await shown("one")).toMatch(/The incident next went on from here and came to its end: nobody decides/);
  });
});

it("names who decides to one about a user's token, whatever came of those in between", async () => {
  const table = memoryTable();
  const { tenant, clientId } = incidentOf();
  const facts = { tenant, clientId, drill: false, reason: "r", openedBy: "sam", leakedSince: null, token: null };
  const token = { form: "opaque", audience: [], expiresAt: null, signature: {} } as unknown as Incident["token"];
  await openIncident(table, { ...facts, name: "token", token, openedAt: THREE_AM });
  const at = THREE_AM + HOUR;
  for (const [name, over] of [
    ["restored", { restored: { at, stoppedAt: 1, isOpen: true, by: "x" }, closedAt: at }],
    ["ended", { ended: { at, by: "sam", reason: "the same one" }, closedAt: at }],
    ["last", {}],
  ] as const) {
    const { id } = await openIncident(table, { ...facts, name, openedAt: at });
    await changeIncident(table, id, (known) => ({ ...known, ...over }));
  }
  const [first, last] = [await readIncident(table, "token"), await readIncident(table, "last")];

  expect((await standing(first, 2 * HOUR, table)).decides).toBe("The incident last goes on from here");
  expect(await whoDecidesAfter(last, table, false)).toMatch(/^Then nobody decides/);
});

it("is called ended at once by whoever ended it, where the last turn of watching spoke of the next one", async () => {
  const missing = [`${WATCHING_ON} until 2026-11-24 03:10 UTC.`];
  const watch = { at: THREE_AM, outcome: "incomplete", message: "Read.", missing, code: null } as const;
  const ended = { at: THREE_AM + MINUTE, by: "dana", reason: "the id was mistyped" };
  const known = await standing(incidentOf({ ended, steps: { ...incidentOf().steps, watch } }), HOUR);
  const shown = oneLine(incidentText(known, 100));

  expect(shown).toMatch(
    /^\S+: ended .*Ended 2026-11-23 03:01 UTC by dana; .*: the id was mistyped .*Nobody watches any/,
  );
  expect(shown).not.toContain(WATCHING_ON);
  expect(incidentList([known], 200)).toContain(" ended ");
});

it("is called restored once all of it is seen to be back, and no sooner", async () => {
  const restored = { at: THREE_AM, stoppedAt: THREE_AM };
  const missing = ["the grant type client_credentials of job: throttled"];
  const restore = { at: THREE_AM, outcome: "incomplete", message: "Not yet.", missing, code: "throttled" } as const;
  const { steps } = incidentOf();
  const begun = await standing(incidentOf({ restored, steps: { ...steps, restore } }), MINUTE);
  const given = await standing(incidentOf({ restored, steps: { ...steps, restore: done(THREE_AM) } }), MINUTE);

  expect(oneLine(answerText(begun, 60))).toMatch(/^NOT RESTORED yet: .*may get tokens again/);
  expect(incidentText(begun, 100)).toContain(": restoring");
  expect(notDone(begun.incident)).toEqual([expect.stringMatching(/being given back/)]);
  expect(answerText(given, 100)).toMatch(/^RESTORED: /);
  expect(incidentText(given, 100)).toContain(": restored");
  for (const { incident } of [begun, given])
    expect(answerText(await standing(incident, MINUTE), 100)).not.toMatch(/Not done|Do now|Refuse its tokens/);
  expect(endingMeans(begun.incident, [])).toMatch(/stops where it is; a network ACL that it made goes\.$/);
  expect(endingMeans(given.incident, [])).not.toContain("taken away stays");

  const shut = { ...restored, staysLocked: true } as const;
  const locked = await standing(incidentOf({ restored: shut, steps: { ...steps, restore: done(THREE_AM) } }), MINUTE);
  expect(oneLine(answerText(locked, 100))).toMatch(/^STILL LOCKED: .*gets no tokens for itself/);
  expect(oneLine(incidentText(locked, 100))).toMatch(/: still locked .*What only people can do: .*Tick Client Cred/);
  expect(notDone(locked.incident)).toEqual([expect.stringMatching(/gets no tokens for itself/)]);
  expect(endingMeans(locked.incident, locked.guards)).toMatch(/gets no tokens for itself until a person allows it\.$/);
});

it("is not called still locked once something else has opened it, here or in the later incident that looks", async () => {
  const table = memoryTable();
  const restored = { at: THREE_AM, stoppedAt: THREE_AM, staysLocked: true } as const;
  const missing = ["client_credentials of job: missing-scope"];
  const lock = { at: THREE_AM, outcome: "incomplete", message: "It is open.", missing, code: "missing-scope" } as const;
  const { steps } = incidentOf();
  const next = incidentOf({ id: "next", restored, steps: { ...steps, lock, restore: done(THREE_AM) } });
  await putIncident(table, next);
  const earlier = incidentOf({ restored: { ...restored, by: "next" }, followedBy: "next" });

  for (const incident of [next, earlier]) {
    const known = await standing(incident, MINUTE, table);
    const [answer, shown] = [oneLine(answerText(known, 100)), oneLine(incidentText(known, 100))];
    expect(answer).toMatch(/^NOT LOCKED: It is open\. .*Not done: - client_credentials of job: missing-scope/);
    expect(shown).toMatch(/: NOT contained .*missing-scope/);
    for (const text of [answer, shown]) expect(text).toMatch(/clear Client Credentials/);
    expect(shown).not.toContain("Tick Client");
    expect(notDone(known.incident)).toEqual(missing);
  }
  // Of a new leak it is open as well, whatever this one saw before that was reported.
  await putIncident(table, { ...incidentOf({ steps: { lock } }), id: "next" });
  const given = { ...earlier, restored, steps: { ...steps, restore: done(THREE_AM) } };
  const seen = await standing(given, MINUTE, table);
  expect(answerText(seen, 100)).toMatch(/^NOT LOCKED: It is open\./);
});

it("names all incidents that guard what stays locked, those that are over left out", async () => {
  const table = memoryTable();
  const restored = { at: THREE_AM, stoppedAt: THREE_AM, staysLocked: true } as const;
  const back = { restored: { ...restored, by: "next" }, followedBy: "next" };
  const next = incidentOf({ id: "next", restored, follows: ["two", "one"] });
  await putIncident(table, incidentOf({ id: "one", ...back, closedAt: THREE_AM }));
  await putIncident(table, incidentOf({ id: "two", ...back }));
  next.steps = { ...next.steps, restore: done(THREE_AM) };
  await putIncident(table, next);

  for (const id of ["next", "two"]) {
    const known = await standing(await readIncident(table, id), MINUTE, table);
    expect(known.guards.toSorted()).toEqual(["next", "two"]);
    const tick = /Until these are closed or ended.*close (next|two) .*close (next|two) .*Tick Client Cred/;
    expect(oneLine(incidentText(known, 100))).toMatch(tick);
  }
  expect(endingMeans(next, ["next", "two"])).toMatch(/so does the lock: two still takes away/);
  expect(await whoDecidesAfter(next, table, false)).toMatch(/without a grant type, and that stays so\.$/);
});

it("is called locked again as long as a later incident holds it locked, and restored once that one has opened it", async () => {
  const table = memoryTable();
  const restored = { at: THREE_AM, stoppedAt: THREE_AM };
  const first = incidentOf({ restored, followedBy: "next", steps: { restore: done(THREE_AM) } });
  const next = { ...incidentOf({ steps: { lock: done(THREE_AM + MINUTE) } }), id: "next" };
  const texts = async (...later: Incident[]): Promise<string[]> => {
    for (const one of later) await putIncident(table, one);
    const known = await standing(first, HOUR, table);
    return [incidentList([known], 300), incidentText(known, 100), answerText(known, 300)].map(oneLine);
  };
  const again = [
    /restored; locked again by next/,
    /restored; locked again by next/,
    /^LOCKED AGAIN: .*incident next has/,
  ];
  const perhaps = [
    ...[/restored; perhaps still locked by next/, /restored; perhaps still locked by next/],
    /^PERHAPS STILL LOCKED: .*the incident next has locked job since\. .* nobody here knows: look in the dashboard/,
  ];
  const expected = (patterns: RegExp[]) => patterns.map((pattern) => expect.stringMatching(pattern));

  expect(await texts(next)).toEqual(expected(again));
  const opened = { at: THREE_AM + HOUR, stoppedAt: THREE_AM };
  const missing = ["client_credentials of job"];
  const putBack = { ...done(HOUR + THREE_AM), outcome: "incomplete", missing, code: null, wasComplete: true } as const;
  const ended = { at: THREE_AM + HOUR, by: "sam", reason: "a false alarm" };
  for (const unknown of [{ restored: opened }, { ended }, { closedAt: THREE_AM + HOUR }, { steps: { lock: putBack } }])
    expect(await texts({ ...next, ...unknown })).toEqual(expected(perhaps));
  // What one that is over found locked, another one may hold.
  const last = { ...next, id: "last", ended };
  expect(await texts({ ...next, followedBy: "last" }, last)).toEqual(expected(again));
  for (const text of await texts({ ...next, restored: { ...opened, isOpen: true } }))
    expect(text).not.toMatch(/locked (again|by)|still locked/i);
});
