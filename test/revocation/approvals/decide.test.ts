import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasCode } from "../../../lib/model/curfew-error.ts";
import { ask } from "../../../lib/revocation/approvals/ask.ts";
import { approvedPlan, readAsked } from "../../../lib/revocation/approvals/asked.ts";
import { callerOf, isAmong, isNamed } from "../../../lib/revocation/approvals/caller.ts";
import { type Decision, decide } from "../../../lib/revocation/approvals/decide.ts";
import { canonicalJson, planHash } from "../../../lib/revocation/approvals/plan-hash.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { readTimeline } from "../../../lib/revocation/incident/timeline.ts";
import { HOUR, incidentOf, putIncident, testParts, testTenant } from "../support.ts";

const session = (role: string, name: string, account = "111122223333"): string =>
  `arn:aws:sts::${account}:assumed-role/${role}/${name}`;

const DANA = session("oncall", "dana");
const KIM = session("security", "kim");
const LEE = session("security", "lee");
const APPROVERS = ["arn:aws:iam::111122223333:role/people/security", "arn:aws:iam::111122223333:role/oncall"];
const INCIDENTS = { requesters: ["arn:aws:iam::111122223333:role/oncall"], approvers: APPROVERS };
const PLAN = { kid: "now", rotatesFirst: true };

/** An incident that asks, and people who answer. */
async function asking(changes: Partial<Incident> = {}) {
  const incident = incidentOf(changes);
  const all = testParts(testTenant());
  const { parts, table, clock, heard } = all;
  await putIncident(table, incident);
  const waiting = { taskToken: "task-1", until: clock.now() + HOUR };
  const proposal = { plan: PLAN, lines: ["REVOKE now"] };
  const askFor = (what: typeof proposal, taskToken = "task-1") =>
    clock.run(ask(incident, "key-revocation", what, { ...waiting, taskToken }, parts));
  const asked = await askFor(proposal);
  const say = (caller: string, answer: Partial<Decision> = {}, incidents = INCIDENTS) =>
    decide(
      {
        ...{ incident: incident.id, step: "key-revocation", planHash: asked.planHash, decision: "approve", caller },
        ...answer,
      },
      { table, clock, incidents },
    );
  const state = () => readAsked(table, incident.id, "key-revocation");
  return { ...all, incident, asked, proposal, askFor, say, state, titles: () => heard.map(({ title }) => title) };
}

const refusal = (detail: string) => ({ code: "approval-refused", detail });

describe("a decision", () => {
  test("of an approver who did not start the incident completes what waits, once and again", async () => {
    const { say, state, table, incident } = await asking();

    expect(await say(KIM)).toEqual({ taskToken: "task-1" });
    expect(await say(KIM)).toEqual({ taskToken: "task-1" });

    expect((await state())?.decision).toMatchObject({ by: KIM, decision: "approve" });
    expect(approvedPlan(await state())).toEqual(PLAN);
    const people: string[] = [];
    for await (const { who } of readTimeline(table, incident.id)) people.push(who);
    expect(people).toEqual([KIM]);
  });

  test.each([
    { title: "of who started it", caller: DANA, error: refusal("same person") },
    { title: "of the same name in another role", caller: session("security", "Dana"), error: refusal("same person") },
    { title: "about another plan", answer: { planHash: "0".repeat(64) }, error: refusal("plan changed") },
    { title: "of somebody who is no approver", caller: session("dev", "kim"), error: { code: "request-refused" } },
    {
      title: "of the same role in another account",
      caller: session("security", "kim", "999999999999"),
      error: { code: "request-refused" },
    },
    { title: "of the root", caller: "arn:aws:iam::111122223333:root", error: { code: "request-refused" } },
    {
      title: "of a session that nobody named",
      caller: session("security", "botocore-session-1764126047"),
      error: { code: "request-refused", message: expect.stringMatching(/role_session_name/) },
    },
    {
      title: "of a task of ECS",
      caller: session("security", "a20b735e9bbc41598825b6f0269f6fef"),
      error: { code: "request-refused", message: expect.stringMatching(/role_session_name/) },
    },
    {
      title: "of a build",
      caller: session("security", "AWSCodeBuild-7d1c0a52-93b4-4a0e-8f6b-2f3f0a1b9c77"),
      error: { code: "request-refused", message: expect.stringMatching(/role_session_name/) },
    },
    { title: "about what nobody asked", answer: { step: "restore" }, error: { code: "not-found" } },
    { title: "about no incident", answer: { incident: "another" }, error: { code: "arguments-invalid" } },
  ] as { title: string; caller?: string; answer?: Partial<Decision>; error: object }[])(
    "$title is refused, and nothing is recorded",
    async ({ caller = KIM, answer, error }) => {
      const { say, state } = await asking();
      const before = await state();

      await expect(say(caller, answer)).rejects.toMatchObject(error);

      expect(await state()).toEqual(before);
    },
  );

  test("that comes too late is refused, and so is one about an incident that is over, or without approvers", async () => {
    const { say, clock } = await asking();
    await clock.run(clock.sleep(HOUR + 1));
    await expect(say(KIM)).rejects.toMatchObject(refusal("too late"));

    for (const changes of [{ closedAt: 1 }, { ended: { at: 1, by: DANA, reason: "mistyped" } }]) {
      const over = await asking(changes);
      await expect(over.say(KIM)).rejects.toMatchObject(refusal("over"));
    }

    const nobody = await asking();
    const { incident, asked, table } = nobody;
    const order = { incident: incident.id, step: "key-revocation", planHash: asked.planHash, caller: KIM } as const;
    const deciding = decide({ ...order, decision: "approve" }, { table, clock: nobody.clock, incidents: undefined });
    await expect(deciding).rejects.toMatchObject({ code: "configuration-invalid" });
  });

  test("stays: nobody decides otherwise afterwards", async () => {
    const { say } = await asking();
    await say(LEE, { decision: "reject" });

    await expect(say(KIM)).rejects.toMatchObject(refusal("decided"));
    await expect(say(LEE)).rejects.toMatchObject(refusal("decided"));
    expect(await say(LEE, { decision: "reject" })).toEqual({ taskToken: "task-1" });
  });

  test("is one, also where a yes and a no come at once", async () => {
    const { say, state } = await asking();

    const answers = await Promise.allSettled([say(KIM), say(LEE, { decision: "reject" })]);

    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(answers.find(({ status }) => status === "rejected")).toMatchObject({ reason: refusal("decided") });
    expect(await state()).toMatchObject({ decision: { by: answers[0]?.status === "fulfilled" ? KIM : LEE } });
  });

  test("may be a no of who started it", async () => {
    const { say } = await asking();

    expect(await say(DANA, { decision: "reject" })).toEqual({ taskToken: "task-1" });
  });

  test.each([
    { title: "somebody in the console", openedBy: "somebody with access to the state machine" },
    { title: "a session that nobody named", openedBy: session("oncall", "botocore-session-1764126047") },
  ])("takes two people where $title started it", async ({ openedBy }) => {
    const { say, state } = await asking({ openedBy });

    expect(await say(KIM)).toEqual({ taskToken: null });
    expect(await say(KIM)).toEqual({ taskToken: null });
    expect(await say(session("oncall", "kim"))).toEqual({ taskToken: null });
    expect((await state())?.decision).toBeNull();
    expect(await say(LEE)).toEqual({ taskToken: "task-1" });
    expect((await state())?.decision?.decision).toBe("approve");
  });
});

describe("a question", () => {
  test("that is asked again keeps who agreed, is another alert, and a new plan drops them", async () => {
    const { say, state, askFor, proposal, titles } = await asking({ openedBy: "nobody knows" });
    await say(KIM);

    await askFor(proposal, "task-2");
    expect(await state()).toMatchObject({ reminders: 1, approvals: [{ by: KIM }], taskToken: "task-2" });
    await askFor(proposal, "task-2");
    expect(await state()).toMatchObject({ reminders: 1 });
    expect(titles()).toHaveLength(2);

    const other = { plan: { ...PLAN, kid: "then" }, lines: ["REVOKE then"] };
    await askFor(other, "task-3");
    expect(await state()).toMatchObject({ reminders: 0, approvals: [], decision: null });
  });

  test("that was approved is not asked again", async () => {
    const { say, askFor } = await asking();
    await say(KIM);

    const other = { plan: { ...PLAN, kid: "then" }, lines: ["REVOKE then"] };
    await expect(askFor(other)).rejects.toMatchObject(refusal("approved"));
  });
});

describe("over random people", () => {
  const name = fc.constantFrom("dana", "Dana", "kim", "lee", "botocore-session-1764126047");
  const arn = fc.oneof(
    fc
      .tuple(fc.constantFrom("oncall", "security", "dev"), name, fc.constantFrom("111122223333", "444455556666"))
      .map(([role, who, account]) => session(role, who, account)),
    name.map((who) => `arn:aws:iam::111122223333:user/${who}`),
    fc.constantFrom("arn:aws:iam::111122223333:root", "", "somebody with access to the state machine"),
  );
  const approvers = fc.subarray([...APPROVERS, "arn:aws:iam::111122223333:user/kim"], { minLength: 1 });
  const answers = fc.array(
    fc.record({
      caller: arn,
      decision: fc.constantFrom("approve" as const, "approve" as const, "reject" as const),
      isStale: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
    }),
    { minLength: 1, maxLength: 8 },
  );

  test("what is approved was approved by others than who asked, all of them named, for exactly that plan", async () => {
    let approved = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(arn, approvers, answers, async (openedBy, named, given) => {
        const { say, state } = await asking({ openedBy });
        const config = { ...INCIDENTS, approvers: named };
        for (const { caller, decision, isStale } of given) {
          const answer = { decision, ...(isStale ? { planHash: "f".repeat(64) } : {}) };
          try {
            const { taskToken } = await say(caller, answer, config);
            expect(isStale).toBe(false);
            expect(taskToken !== null).toBe((await state())?.decision !== null);
          } catch (error) {
            expect(hasCode(error, "approval-refused", "request-refused")).toBe(true);
            refused += 1;
          }
        }
        const asked = await state();
        if (asked?.decision?.decision !== "approve") return;
        approved += 1;
        const people = asked.approvals.map(({ by }) => callerOf(by));
        const requester = callerOf(openedBy);
        const isKnown = requester !== undefined && isNamed(requester);
        const names = new Set(people.map((person) => person?.session.toLowerCase()));
        expect(people.every((person) => person && isNamed(person) && isAmong(person, named))).toBe(true);
        expect(names.size).toBeGreaterThanOrEqual(isKnown ? 1 : 2);
        if (requester) expect(names.has(requester.session.toLowerCase())).toBe(false);
        expect(asked.planHash).toBe(planHash(asked.plan));
      }),
      { numRuns: 400 },
    );
    console.info(`approvals: 400 incidents, ${approved} approved, ${refused} answers refused`);
    expect(approved).toBeGreaterThan(5);
  });

  test("the same plan has the same hash, in whatever order its fields come, and another has another", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (plan, other) => {
        const reversed = Object.fromEntries(Object.entries(plan).reverse());
        expect(planHash(reversed)).toBe(planHash(plan));
        expect(planHash(JSON.parse(JSON.stringify(plan)))).toBe(planHash(plan));
        if (canonicalJson(other) !== canonicalJson(plan)) expect(planHash(other)).not.toBe(planHash(plan));
      }),
    );
  });
});
