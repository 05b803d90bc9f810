import { describe, expect, test } from "vitest";
import { readAsked } from "../../../lib/revocation/approvals/asked.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { changeIncident } from "../../../lib/revocation/incident/incidents.ts";
import { NOTHING_YET, putInvestigation } from "../../../lib/revocation/investigate/investigation-record.ts";
import { DAY, HOUR, incidentOf, MINUTE, THREE_AM } from "../support.ts";
import { KIM, LOOKED, machine, QUESTIONS, READY, type Step } from "./machine.ts";

describe("giving access back", () => {
  test.each([
    { title: "no token is proven to be refused", steps: { ...READY, prove: undefined } },
    { title: "the credential is not replaced", steps: incidentOf().steps },
  ])("is not offered while $title", async ({ steps }) => {
    const { plan, titles } = await machine({ steps: steps as Incident["steps"] });

    expect(await plan("restore")).toMatchObject({ next: "again" });
    expect(titles()).toEqual([]);
  });

  test("is asked for, asked again as a reminder, and acted on when somebody agrees", async () => {
    const { plan, ask, say, later, titles } = await machine();
    expect(await plan("restore")).toEqual({ next: "ask", wait: 0 });
    await ask("restore");
    await later(DAY + MINUTE);
    expect(await plan("restore")).toEqual({ next: "ask", wait: 0 });
    await ask("restore", "task-2");

    expect(await say("restore", "approve")).toEqual({ taskToken: "task-2" });

    expect(await plan("restore")).toEqual({ next: "act", wait: 0 });
    expect(titles()).toEqual([
      "job: restore waits for approval",
      "job: restore waits for approval (asked again)",
      `job: restore is approved by ${KIM}`,
    ]);
  });

  test("waits until somebody has looked back at what was done, but not for long, and says so then", async () => {
    const { plan, ask, later, table, now } = await machine({ steps: { ...incidentOf().steps, rotate: LOOKED.rotate } });
    expect(await plan("restore")).toEqual({ next: "again", wait: 15 });
    await later(5 * MINUTE);
    expect(await plan("restore")).toEqual({ next: "ask", wait: 0 });
    await ask("restore");
    const { lines = [] } = (await readAsked(table, (await now()).id, "restore")) ?? {};

    expect(lines.at(-1)).toMatch(/^SEEN not looked at yet/);
  });

  test("says of a log that was looked at to its end what it showed", async () => {
    const { ask, table, now } = await machine();
    await putInvestigation(table, (await now()).id, { ...NOTHING_YET, isRead: true }, 0);
    await ask("restore");

    expect((await readAsked(table, (await now()).id, "restore"))?.lines.at(-1)).toMatch(/^SEEN nothing in the log/);
  });

  test("that was refused leaves it contained, reminds once a day, and ends a week after the window", async () => {
    const { plan, ask, say, later, now, titles } = await machine();
    await ask("restore");
    await say("restore", "reject");

    expect(await plan("restore")).toMatchObject({ next: "again", wait: 86_400 });
    expect(await plan("restore")).toMatchObject({ next: "again", wait: 86_400 });
    expect((await now()).steps.restore).toMatchObject({
      outcome: "incomplete",
      missing: [expect.stringContaining(KIM)],
    });
    expect(titles()).toHaveLength(2);

    await later(DAY);
    expect(await plan("restore")).toMatchObject({ next: "again" });
    expect(titles()).toHaveLength(3);
    await later(8 * DAY);
    expect(await plan("restore")).toEqual({ next: "on", wait: 0 });
  });

  test("that nobody answers is asked for until a week after the window, and then said to be unanswered", async () => {
    const { plan, ask, later, now, titles } = await machine();
    await ask("restore");
    await later(9 * DAY);

    expect(await plan("restore")).toEqual({ next: "on", wait: 0 });
    expect((await now()).steps.restore).toMatchObject({ missing: [expect.stringContaining("nobody has answered")] });
    expect(titles().at(-1)).toBe("job: restore was not answered");
  });

  test.each([
    { title: "of a week after the window", drill: false, end: THREE_AM + 8 * DAY },
    { title: "of a drill", drill: true, end: THREE_AM + DAY },
  ])("that is approved in the last minute $title is done, and nobody is promised more time", async ({ drill, end }) => {
    const asked = async () => {
      const { clock, ...all } = await machine({ drill });
      const until = (moment: number) => all.later(moment - clock.now());
      await until(end - 2 * HOUR);
      await all.ask("restore");
      return { ...all, until };
    };
    const [{ plan, say, until }, late] = [await asked(), await asked()];

    await until(end - MINUTE);
    await say("restore", "approve");
    await until(end + DAY - 2 * MINUTE);
    expect(await plan("restore")).toEqual({ next: "act", wait: 0 });
    await until(end + DAY);
    expect(await plan("restore")).toEqual({ next: "on", wait: 0 });
    await late.until(end + MINUTE);
    await expect(late.say("restore", "approve")).rejects.toMatchObject({ detail: "too late" });
  });

  test("counts as long as was said when it was asked for, also where the window got shorter since", async () => {
    const { plan, ask, say, later, clock, table, now, titles } = await machine();
    await later(7 * DAY - HOUR);
    await ask("restore");
    const { until = 0 } = (await readAsked(table, (await now()).id, "restore")) ?? {};
    const window = { state: "closes", at: THREE_AM + DAY / 4, apis: [], others: 0, tokenUntil: null } as const;
    await changeIncident(table, (await now()).id, (known) => ({ ...known, window }));
    await later(until - HOUR - clock.now());

    expect(await QUESTIONS.restore.lastsUntil(await now(), { table })).toBe(until);
    expect(await plan("restore")).toMatchObject({ next: "again" });
    expect(titles()).toHaveLength(1);
    await say("restore", "approve");
    const yes = clock.now();
    expect(await plan("restore")).toEqual({ next: "act", wait: 0 });
    expect(await QUESTIONS.restore.lastsUntil(await now(), { table })).toBe(yes + DAY);
  });

  test("is tried soon after the yes also where the incident is weeks old, and ever more seldom", async () => {
    const window = { state: "closes", at: THREE_AM + 30 * DAY, apis: [], others: 0, tokenUntil: null } as const;
    const { act, ask, say, later, table, now } = await machine({ window });
    await later(36 * DAY);
    await ask("restore");
    await say("restore", "approve");
    // Taken away again a moment ago: it is proven anew first.
    await changeIncident(table, (await now()).id, ({ steps: { prove: _, ...steps }, ...known }) => ({
      ...known,
      steps,
    }));

    const waits: number[] = [];
    for (let passed = 0; passed < DAY; passed += (waits.at(-1) ?? 0) * 1_000) {
      const { next, wait } = await act("restore");
      expect(next).toBe("again");
      waits.push(wait);
      await later(wait * 1_000);
    }
    expect(waits[0]).toBe(15);
    expect(waits.length).toBeGreaterThan(50);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2.4 * 3_600);
  });

  test("that was approved and only in part given back is not said to stay contained", async () => {
    const at = THREE_AM + 5 * MINUTE;
    const { plan, ask, say, later, now } = await machine({ restored: { at, stoppedAt: at } });
    await ask("restore");
    await say("restore", "approve");
    await later(9 * DAY);
    await plan("restore");

    expect((await now()).steps.restore).toMatchObject({ missing: [expect.stringMatching(/may get tokens again/)] });
  });

  test("is nobody's question where nothing was taken away", async () => {
    const leak = { ...incidentOf().leak, levers: [] } as unknown as Incident["leak"];
    const { plan, now } = await machine({ leak });

    expect(await plan("restore")).toEqual({ next: "on", wait: 0 });
    expect((await now()).steps.restore).toMatchObject({ outcome: "not-applicable" });
  });

  test("is nobody's question where the application is gone", async () => {
    const { plan, now } = await machine({ goneSince: THREE_AM });

    expect(await plan("restore")).toEqual({ next: "on", wait: 0 });
    expect((await now()).steps.restore).toMatchObject({ message: expect.stringContaining("is gone") });
  });
});

describe("revoking a signing key", () => {
  test("is asked for with everything that breaks, and a no is an answer", async () => {
    const { plan, ask, say, now, table } = await machine();
    expect(await plan("key-revocation")).toEqual({ next: "ask", wait: 0 });
    await ask("key-revocation");
    const asked = await readAsked(table, (await now()).id, "key-revocation");
    expect(asked?.plan).toEqual({ kid: "now", rotatesFirst: true });
    expect(asked?.lines.join("\n")).toMatch(/BREAKS.*SAML[\s\S]*two of the five writes[\s\S]*not documented/);

    await say("key-revocation", "reject");

    expect(await plan("key-revocation")).toEqual({ next: "on", wait: 0 });
    expect((await now()).steps["key-revocation"]).toMatchObject({ outcome: "not-applicable" });
  });

  test.each([
    { title: "the window is closed", later: DAY, tenant: {}, message: /nothing is left to end/ },
    {
      title: "the key is out of reach",
      later: 0,
      tenant: { signingKeys: async () => [{ kid: "new", state: "current" as const }] },
      message: /neither the current nor the previous/,
    },
    {
      title: "somebody has revoked it",
      later: 0,
      tenant: { signingKeys: async () => [{ kid: "now", state: "revoked" as const }] },
      message: /revoked already/,
    },
  ])("is no question where $title", async ({ later, tenant, message }) => {
    const world = await machine({}, tenant);
    await world.later(later);

    expect(await world.plan("key-revocation")).toEqual({ next: "on", wait: 0 });
    expect((await world.now()).steps["key-revocation"]?.message).toMatch(message);
  });

  test("is no question yet while tokens may still be given out: the next key would sign them", async () => {
    const { prove: _, ...steps } = READY as Incident["steps"];
    const { plan, titles } = await machine({ steps });

    expect(await plan("key-revocation")).toMatchObject({ next: "again" });
    expect(titles()).toEqual([]);
  });

  test("is not answered after the window has closed", async () => {
    const { ask, say, later } = await machine();
    await ask("key-revocation");
    await later(DAY - 5 * MINUTE);

    await expect(say("key-revocation", "approve")).rejects.toMatchObject({ detail: "too late" });
  });
});

describe("a no that comes between planning and asking", () => {
  test.each<Step>(["restore", "key-revocation"])("is one, and %s is not asked for once more", async (step) => {
    const all = await machine();
    await all.ask(step);
    await all.later(DAY / 2);
    expect((await all.plan(step)).next).toBe("ask");
    await all.say(step, "reject");

    await expect(all.ask(step, "task-2")).rejects.toMatchObject({ code: "approval-refused", detail: "rejected" });
    expect(await readAsked(all.table, (await all.now()).id, step)).toMatchObject({ decision: { decision: "reject" } });
    expect((await all.plan(step)).next).not.toBe("ask");
  });
});

describe("a drill", () => {
  const steps: readonly Step[] = ["restore", "key-revocation"];

  test.each(steps)("ends with the first no about %s, and reminds nobody", async (step) => {
    const all = await machine({ drill: true });
    expect((await all.plan(step)).next).toBe("ask");
    await all.ask(step);
    await all.say(step, "reject");

    expect(await all.plan(step)).toEqual({ next: "on", wait: 0 });
  });

  test.each(steps)("ends after a day without an answer about %s", async (step) => {
    const all = await machine({ drill: true });
    await all.ask(step);
    await all.later(DAY + MINUTE);

    expect(await all.plan(step)).toEqual({ next: "on", wait: 0 });
    expect((await all.now()).steps[step]).toBeDefined();
  });
});
