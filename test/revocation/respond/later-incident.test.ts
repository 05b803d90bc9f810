import { describe, expect, test } from "vitest";
import { readAsked } from "../../../lib/revocation/approvals/asked.ts";
import { endIncident } from "../../../lib/revocation/incident/end-incident.ts";
import { changeIncident } from "../../../lib/revocation/incident/incidents.ts";
import { DAY, HOUR, incidentOf, MINUTE, putIncident, THREE_AM } from "../support.ts";
import { machine, QUESTIONS, READY } from "./machine.ts";

describe("giving access back", () => {
  test("is left to a later incident until a person ends that one, and then asked for anew", async () => {
    const { plan, ask, say, later, now, table } = await machine();
    await ask("restore");
    await say("restore", "approve");
    await putIncident(table, incidentOf({ id: "next", openedAt: THREE_AM + 20 * MINUTE, steps: {} }));
    await changeIncident(table, (await now()).id, (known) => ({ ...known, followedBy: "next" }));

    expect(await plan("restore")).toMatchObject({ next: "again" });
    expect((await now()).steps.restore).toMatchObject({ outcome: "not-applicable", leftTo: "next" });
    await later(MINUTE);
    const ended = { at: (await now()).openedAt + 20 * MINUTE, by: "sam", reason: "the same one" };
    await endIncident(table, "next", ended);
    // Neither as the same answer once more, nor as the first one of somebody else.
    const anew = { code: "approval-refused", detail: "asked anew" };
    for (const answer of ["approve", "reject"] as const)
      await expect(say("restore", answer)).rejects.toMatchObject(anew);
    await later(20 * MINUTE);
    // What that one was about nobody had seen who agreed before.
    expect(await plan("restore")).toEqual({ next: "ask", wait: 0 });
    expect((await now()).steps.restore).toBeUndefined();
    await ask("restore", "task-2");
    const { lines = [] } = (await readAsked(table, (await now()).id, "restore")) ?? {};
    expect(lines.join()).toContain(
      "reported again, as next; the credential was NOT replaced since. sam has ended that",
    );
    expect(await say("restore", "approve")).toEqual({ taskToken: "task-2" });
    expect(await plan("restore")).toEqual({ next: "act", wait: 0 });
  });

  test("is asked for where the later incident is ended after the window, as long as people may answer", async () => {
    const { plan, later, now, table, clock } = await machine({ followedBy: "next" });
    await putIncident(table, incidentOf({ id: "next", openedAt: THREE_AM + 12 * HOUR, steps: {} }));
    for (const wait of [DAY, 6 * DAY]) {
      await later(wait);
      expect(await plan("restore")).toMatchObject({ next: "again" });
    }
    await endIncident(table, "next", { at: clock.now(), by: "sam", reason: "mistyped" });

    expect(await plan("restore")).toEqual({ next: "ask", wait: 0 });
    expect((await now()).steps.restore).toBeUndefined();
  });

  test("is not waited for where the later incident has come to its end, or people may not answer any more", async () => {
    for (const [closedAt, wait] of [
      [THREE_AM, 0],
      [null, 8 * DAY],
    ] as const) {
      const { plan, later, now, table } = await machine({ followedBy: "next" });
      await putIncident(table, incidentOf({ id: "next", closedAt }));
      await later(wait);

      expect(await plan("restore")).toEqual({ next: "on", wait: 0 });
      expect((await now()).steps.restore).toMatchObject({ leftTo: "next" });
    }
  });

  test("is watched for no longer where the later incident has given all of it back, or has come to its end", async () => {
    const at = THREE_AM + 9 * MINUTE;
    const opened = { at, stoppedAt: at, by: "next" };
    for (const [restored, closedAt, isWatched] of [
      [opened, null, true],
      [{ ...opened, isOpen: true }, null, false],
      [opened, at, false],
    ] as const) {
      const { plan, now, table } = await machine({ followedBy: "next", restored });
      await putIncident(table, incidentOf({ id: "next", closedAt }));
      const until = async () => QUESTIONS.restore.lastsUntil(await now(), { table });

      expect(await until()).toBe(isWatched ? THREE_AM + 8 * DAY : null);
      expect((await plan("restore")).next).toBe(isWatched ? "again" : "on");
      expect(await until()).toBe(isWatched ? THREE_AM + 8 * DAY : null);
    }
  });

  test("is asked for where a person ended a later incident while that gave it back, which had replaced what leaked", async () => {
    const rotate = { at: THREE_AM, outcome: "not-applicable", message: "", leftTo: "next" } as const;
    const restored = { at: THREE_AM + 9 * MINUTE, stoppedAt: THREE_AM + 5 * MINUTE, by: "next" };
    const { plan, table, now } = await machine({ restored, steps: { ...READY, rotate }, followedBy: "next" });
    const ended = { at: THREE_AM, by: "sam", reason: "no need" };
    await putIncident(table, incidentOf({ id: "next", ended }));

    expect(await plan("restore")).toEqual({ next: "ask", wait: 0 });
    await changeIncident(table, (await now()).id, (known) => ({ ...known, restored: { ...restored, isOpen: true } }));
    expect(await plan("restore")).toEqual({ next: "on", wait: 0 });
    expect((await now()).steps.restore).toMatchObject({ message: "A later incident has given access back." });
  });

  test("that was answered before a later incident was ended is not said to be unanswered", async () => {
    const { plan, ask, say, later, now, table, clock, titles } = await machine({ followedBy: "next" });
    await putIncident(table, incidentOf({ id: "next", ended: { at: THREE_AM + 8 * DAY, by: "sam", reason: "r" } }));
    await changeIncident(table, (await now()).id, ({ followedBy: _, ...known }) => known);
    await ask("restore");
    await say("restore", "approve");
    await changeIncident(table, (await now()).id, (known) => ({ ...known, followedBy: "next" }));
    await later(THREE_AM + 8 * DAY + MINUTE - clock.now());

    expect(await plan("restore")).toEqual({ next: "on", wait: 0 });
    expect((await now()).steps.restore).toMatchObject({ missing: [expect.stringContaining("counts no more")] });
    expect(titles()).toEqual(["job: restore waits for approval"]);
  });
});

test("an incident that another one goes on from takes no answer about giving back, and names that one", async () => {
  const { ask, say, table, now } = await machine();
  await ask("restore");
  await ask("key-revocation");
  await putIncident(table, { ...(await now()), followedBy: "later" });
  await putIncident(table, incidentOf({ id: "later" }));

  for (const decision of ["approve", "reject"] as const) {
    const refused = { code: "approval-refused", message: expect.stringContaining("the incident later decides that") };
    await expect(say("restore", decision)).rejects.toMatchObject(refused);
  }
  expect(await say("key-revocation", "approve")).toEqual({ taskToken: "task-1" });
});
