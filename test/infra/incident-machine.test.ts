import validate from "asl-validator";
import { beforeAll, describe, expect, it } from "vitest";
import { days, hours, minutes } from "../../lib/model/duration.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { RESPOND_STEPS, ROTATE_STEPS, type StepAnswer } from "../../lib/revocation/incident-machine.ts";
import { shouldRotateAgain } from "../../lib/revocation/respond/rotate-again.ts";
import { MOST_TURNS, watchInterval } from "../../lib/revocation/watch/interval.ts";
import type { ExposureWindow } from "../../lib/revocation/window/window.ts";
import { openStateMachine, type StateMachineHost } from "../../lib/sandbox/cloud/state-machine/open-state-machine.ts";
import { allStates, type Definition } from "../../lib/sandbox/cloud/state-machine/prepare-definition.ts";
import type { HistoryEvent } from "../../lib/sandbox/cloud/state-machine/run-execution.ts";
import { done, incidentOf } from "../revocation/support.ts";
import { virtualClock } from "../support/virtual-clock.ts";
import { FULL, LEAST, SYNTHESIS_TIMEOUT, synthesized } from "./synthesize.ts";
import { ofType, type Template } from "./template.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

let template: Template;
let machine: StateMachineHost;
beforeAll(async () => {
  template = (await synthesized(FULL)).template;
  machine = open(
    virtualClock(),
    async () => ({}),
    async () => ({}),
  ).machine;
}, SYNTHESIS_TIMEOUT);

/** Every state, those of branches included, by name. */
const states = (): Map<string, Json> => new Map(allStates(machine.definition as Definition));
const tasks = () => [...states()].filter(([, { Type }]) => Type === "Task");

describe("the definition of emergency revocation", () => {
  it("is valid, and there where some tenant has a responder", async () => {
    const { isValid, errorsText } = validate(structuredClone(machine.definition) as never);
    const least = (await synthesized(LEAST)).template;
    const names = (each: Template) => ofType(each, "AWS::StepFunctions::StateMachine").map(([name]) => name);

    expect(isValid ? "valid" : errorsText()).toBe("valid");
    expect([names(template), names(least)]).toEqual([["AuditMachine", "IncidentMachine"], ["AuditMachine"]]);
    expect(Object.keys(least.outputs).filter((name) => name.startsWith("Incident"))).toEqual([]);
  });

  it("gives every task a timeout, retries, and a way on where they did not help", () => {
    expect(tasks().length).toBeGreaterThan(20);
    for (const [name, task] of tasks()) {
      expect(task.TimeoutSeconds, name).toBeGreaterThanOrEqual(60);
      expect(task.Retry?.at(-1)?.ErrorEquals, name).toEqual(["States.ALL"]);
      expect(task.Catch?.at(-1)?.ErrorEquals, name).toEqual(["States.ALL"]);
    }
  });

  it("tells people of every failure before anything else is done, by a state that needs no function", () => {
    const failing = [...states()].filter(([name, { Catch }]) => Catch && !name.startsWith("Page"));
    const pages = failing.map(([name, state]) => [name, pageAfter(state.Catch.at(-1).Next)]);

    console.info(
      `incident machine: ${states().size} states, ${tasks().length} tasks, ${failing.length} ways to fail, each paged`,
    );
    for (const [name, page] of pages) expect(page, name).toBe(`Page${name === "Open" ? "NotOpened" : name}`);
    for (const [name, { Resource, Parameters }] of tasks().filter(([name]) => name.startsWith("Page"))) {
      expect(Resource, name).toBe("arn:aws:states:::sns:publish");
      expect(Parameters.MessageAttributes, name).toMatchObject({
        kind: { StringValue: "incident" },
        severity: { StringValue: "critical" },
      });
    }
  });

  it("hands functions names of incidents and nothing else, but for the first and those that ask", () => {
    for (const [name, { Parameters, Resource }] of tasks().filter(([name]) => !/^(Page|Open$|Ask)/.test(name))) {
      expect(Object.keys(Parameters), `${name} ${Resource}`).toEqual(["step", "incident.$"]);
    }
  });

  it("asks the function for steps that it knows, each by some state", () => {
    const asked = tasks().flatMap(([, { Parameters }]) => Parameters.step ?? Parameters.Payload?.step ?? []);

    expect([...new Set(asked)].toSorted()).toEqual(
      [...Object.keys(RESPOND_STEPS), ...Object.keys(ROTATE_STEPS)].toSorted(),
    );
  });

  /** What a way that begins with a failure comes to: the first state that does something. */
  function pageAfter(next: string): string {
    const state = states().get(next);
    return state.Type === "Choice" ? pageAfter(state.Default) : next;
  }
});

/** As somebody starts it in the console. */
const BY_HAND = { tenant: "acme-prod", clientId: "jkl", reason: "in a public repository" };
const INCIDENT = { incident: "2026-11-23-acme-prod-0123456789", tenant: "acme-prod" };

const answer = (next: StepAnswer["next"], wait = 0): StepAnswer => ({ ...INCIDENT, next, wait });

describe("an emergency revocation", () => {
  it("opens, locks, contains, rotates, proves, says the window, watches beside the rest, and closes", async () => {
    const { calls, result, pages } = await run(BY_HAND, {
      contain: ["again", "again", "on"],
      watch: ["again", "again", "on"],
    });

    expect(result.status).toBe("SUCCEEDED");
    expect(calls.slice(0, 10)).toEqual([
      "open",
      "lock",
      "contain",
      "lock",
      "contain",
      "lock",
      "contain",
      "rotate",
      "prove",
      "window",
    ]);
    expect(calls.filter((step) => step === "watch")).toHaveLength(3);
    expect(calls).toEqual(expect.arrayContaining(["investigate", "plan-key-revocation", "plan-restore"]));
    expect(calls.at(-1)).toBe("close");
    expect(pages).toEqual([]);
  });

  it("goes on with what the desk has opened where opening it fails, and tells people", async () => {
    const { calls, result, pages } = await run(INCIDENT, { open: "fails" });

    expect(result.status).toBe("SUCCEEDED");
    expect(calls.slice(5, 7)).toEqual(["lock", "contain"]);
    expect(pages).toEqual(["Curfew: an emergency revocation could not be begun."]);
  });

  it("fails for everybody to see where nobody knows what it is about, and tells people first", async () => {
    const { result, pages } = await run(BY_HAND, { open: "fails" });

    expect(result).toMatchObject({ status: "FAILED", error: "NotOpened" });
    expect(pages).toHaveLength(1);
  });

  it.each(["lock", "contain", "rotate", "prove", "window", "investigate"])(
    "takes every other step where %s fails for good, and tells people once",
    async (step) => {
      const { calls, result, pages } = await run(INCIDENT, { [step]: "fails" });

      expect(result.status).toBe("SUCCEEDED");
      expect(new Set(calls)).toEqual(new Set((await run(INCIDENT, {})).calls));
      expect(pages).toHaveLength(1);
      expect(pages[0]).toContain(INCIDENT.incident);
    },
  );

  it.each(["lock", "watch", "plan-restore", "close"])(
    "needs nobody's help to go on where SNS fails as well as %s",
    async (step) => {
      const { result, pages } = await run(INCIDENT, { [step]: { fails: 10 } }, { publish: "fails" });

      expect(result.status).toBe(step === "close" ? "FAILED" : "SUCCEEDED");
      expect(pages).toEqual([]);
    },
  );

  it("tries to contain every ten seconds for a quarter of an hour, and does not wait for ever", async () => {
    const { result, passed } = await run(INCIDENT, { contain: "again" });
    const failing = await run(INCIDENT, { contain: "fails" });

    expect([result.status, failing.result.status]).toEqual(["SUCCEEDED", "SUCCEEDED"]);
    expect(Math.round(passed / minutes(1))).toBe(15);
    // Each is tried four times more.
    expect(failing.calls.filter((step) => step === "contain")).toHaveLength(30 * 5);
  });

  it("replaces and proves again in between where watching says so", async () => {
    const { calls } = await run(INCIDENT, { watch: ["rotate", "on"] });

    expect(calls.filter((step) => /^(rotate|prove|watch)$/.test(step))).toEqual([
      "rotate",
      "prove",
      "watch",
      "rotate",
      "prove",
      "watch",
    ]);
  });

  it("fails where it cannot be closed, and tells people", async () => {
    const { result, pages } = await run(INCIDENT, { close: "fails" });

    expect(result).toMatchObject({ status: "FAILED", error: "NotClosed" });
    expect(pages).toHaveLength(1);
  });
});

describe.each([
  { plan: "plan-restore", ask: "ask-restore", act: "give-back" },
  { plan: "plan-key-revocation", ask: "ask-key-revocation", act: "revoke-key" },
])("what a second person is asked for ($act)", ({ plan, ask, act }) => {
  const about = (calls: readonly string[]) => calls.filter((step) => [plan, ask, act].includes(step));

  it("is done when the plan says that somebody agreed", async () => {
    const { calls } = await run(INCIDENT, { [plan]: ["ask", "act"], [ask]: "approved" });

    expect(about(calls)).toEqual([plan, ask, plan, act]);
  });

  it("is done at once, and nobody is told of a failure, when somebody agreed between planning and asking", async () => {
    const { calls, pages, passed } = await run(INCIDENT, { [plan]: ["ask", "act"], [ask]: "decided" });

    expect(about(calls)).toEqual([plan, ask, plan, act]);
    expect(pages).toEqual([]);
    expect(passed).toBe(0);
  });

  it("is not done because somebody completed the task", async () => {
    const { calls } = await run(INCIDENT, { [plan]: ["ask", "on"], [ask]: "approved" });

    expect(about(calls)).toEqual([plan, ask, plan]);
  });

  it("is planned again where somebody said no", async () => {
    const { calls, pages } = await run(INCIDENT, { [plan]: ["ask", "on"], [ask]: "rejected" });

    expect(about(calls)).toEqual([plan, ask, plan]);
    expect(pages).toEqual([]);
  });

  it("is asked again after a day in which nobody answered, and an answer that comes too late completes nothing", async () => {
    const late: string[] = [];
    const { calls, passed, pages } = await run(
      INCIDENT,
      { [plan]: ["ask", "ask", "on"] },
      {
        onAsk: (token, host) => {
          for (const earlier of late) expect(host.complete(earlier, { output: {} })).toBe("TaskTimedOut");
          late.push(token);
        },
      },
    );

    expect(about(calls)).toEqual([plan, ask, plan, ask, plan]);
    expect(passed).toBe(hours(48));
    expect(pages).toEqual([]);
  });

  it("is tried again where it fails, and told", async () => {
    for (const step of [plan, ask, act]) {
      const { calls, pages, result } = await run(INCIDENT, {
        [plan]: step === ask ? ["ask", "ask", "on"] : ["ask", "act", "act", "on"],
        [ask]: "approved",
        [step]: { fails: 6, after: step === plan ? ["act", "on"] : step === ask ? "approved" : "on" },
      });

      expect(result.status, step).toBe("SUCCEEDED");
      expect(calls.filter((each) => each === step).length, step).toBeGreaterThan(6);
      expect(pages, step).toHaveLength(1);
    }
  });
});

describe("the history of an execution", () => {
  /** Source: AWS Step Functions developer guide, "Service quotas": the history of a Standard execution. */
  const MOST_EVENTS = 25_000;

  it.each([
    { title: "cannot be replaced", putBack: false, window: "closes" },
    { title: "cannot be replaced", putBack: false, window: "open" },
    { title: "is put back before every turn", putBack: true, window: "closes" },
    { title: "is put back before every turn", putBack: true, window: "open" },
  ] as const)(
    "has room for as many turns of watching as there are, with what is done beside them, where what leaked $title (the window: $window)",
    async ({ putBack, window }) => {
      /** A question is asked again each day. */
      const watched = (turns: number, next: "rotate" | "again") =>
        run(INCIDENT, {
          contain: "again",
          watch: (_, count) => (count === turns - 1 ? "on" : next),
          "plan-restore": (_, count) => (count === 100 ? "on" : count % 2 === 0 ? "ask" : "again"),
        });
      const [few, more, tried] = [await watched(20, "again"), await watched(40, "again"), await watched(40, "rotate")];
      const [turn, again] = [(more.events - few.events) / 20, (tried.events - more.events) / 39];
      const { turns, tries } = triesWhile(putBack, window);
      const events = few.events + turn * (turns - 20) + again * tries;

      console.info(
        `${turns} turns of watching, ${turn} events each, and ${tries} tries, ${again} events each: ${events} events of ${MOST_EVENTS}`,
      );
      expect([turn, again]).toEqual([expect.any(Number), 10]);
      expect(turn).toBeGreaterThanOrEqual(9);
      expect(tries).toBeGreaterThan(100);
      expect(events).toBeLessThan(MOST_EVENTS);
    },
  );

  const NOT_REPLACED = { message: "", outcome: "incomplete", missing: ["It is not replaced."], code: null } as const;

  /** How often watching says that what leaked is to be replaced again, where no try helps. */
  function triesWhile(putBack: boolean, state: "closes" | "open"): { turns: number; tries: number } {
    const { openedAt } = incidentOf();
    const at = openedAt + days(30) * 1_000;
    const known = { apis: [], others: 0, tokenUntil: null };
    const window: ExposureWindow =
      state === "closes" ? { ...known, state, at } : { ...known, state, because: [], knownUntil: openedAt };
    const contained = Object.fromEntries(
      ["lock", "detach-key", "contain", "network-acl", "look"].map((step) => [step, done(openedAt)]),
    );
    let [now, turns, tries] = [openedAt, 0, 0];
    let steps: Incident["steps"] = { ...contained, rotate: done(openedAt), prove: done(openedAt) };
    if (!putBack) steps = { ...steps, rotate: { ...NOT_REPLACED, at: openedAt } };
    while (turns < MOST_TURNS && (state === "open" || now < at)) {
      turns += 1;
      if (putBack) steps = { ...steps, contain: done(now) };
      if (shouldRotateAgain(incidentOf({ steps, window }), now)) {
        tries += 1;
        steps = { ...steps, rotate: putBack ? done(now) : { ...NOT_REPLACED, at: now }, prove: done(now) };
      }
      now += watchInterval(window, turns, now) * 1_000;
    }
    return { turns, tries };
  }

  it("has room where watching, asking and paging fail for as long as a window is open", async () => {
    const failing = (count: number) => {
      const endsAt = (passed: number) => (passed >= days(count) ? "on" : "fails");
      const all = { watch: endsAt, "plan-restore": endsAt, "plan-key-revocation": endsAt };
      return run(INCIDENT, all, { publish: "fails" });
    };
    const [few, more] = [await failing(2), await failing(4)];
    const day = (more.events - few.events) / 2;
    const events = few.events + day * (30 - 2);

    console.info(`all fails for 30 days, ${day} events a day: ${events} events of ${MOST_EVENTS}`);
    expect(more.passed).toBeGreaterThanOrEqual(days(4));
    expect(events).toBeLessThan(MOST_EVENTS);
  });
});

type Next = StepAnswer["next"] | "fails" | "approved" | "rejected" | "decided";
/** What a step answers: always the same, one after the other (then the last one), or by the seconds that have passed and how often it was asked. */
type Answers = Next | readonly Next[] | { fails: number; after?: Answers } | ((passed: number, count: number) => Next);

interface Changed {
  publish?: "fails";
  onAsk?(token: string, host: StateMachineHost): void;
}

/** Opens the machine with these functions in place of the real ones. */
function open(
  clock: ReturnType<typeof virtualClock>,
  step: (event: Json) => Promise<unknown>,
  publish: (message: Json) => Promise<unknown>,
) {
  const functions = { RespondFunction: step, RotateLeakedFunction: step };
  const options = { machine: "Incident", functions, services: { publish }, clock, wait: "by-clock" } as const;
  return { machine: openStateMachine(JSON.parse(template.text), options as Json) };
}

/** Runs the definition as it was synthesized, in virtual time; functions answer `on` where nothing else is said. */
async function run(input: Json, script: Readonly<Record<string, Answers>>, { publish, onAsk }: Changed = {}) {
  const clock = virtualClock();
  const start = clock.now();
  const calls: string[] = [];
  const pages: string[] = [];
  const answered = new Map<string, number>();
  const next = (step: string, answers: Answers = ({ open: "on" } as Json)[step] ?? "on"): Next => {
    const count = answered.get(step) ?? 0;
    if (typeof answers === "string") return answers;
    if (typeof answers === "function") return answers((clock.now() - start) / 1_000, count);
    if ("fails" in answers) {
      if (count >= answers.fails) return countedFrom(answers.after ?? "on", count - answers.fails);
      return "fails";
    }
    return answers[Math.min(count, answers.length - 1)] ?? "on";
  };
  const countedFrom = (answers: Answers, count: number): Next =>
    typeof answers === "string"
      ? answers
      : ((answers as readonly Next[])[Math.min(count, (answers as readonly Next[]).length - 1)] ?? "on");
  const { machine: host } = open(
    clock,
    async ({ step, taskToken }) => {
      calls.push(step);
      const said = next(step, script[step]);
      answered.set(step, (answered.get(step) ?? 0) + 1);
      if (said === "fails") throw new Error("failed as planned");
      // As the function answers where there is nothing to ask any more.
      if (said === "decided") throw Object.assign(new Error("It was approved."), { name: "approval-refused" });
      if (taskToken !== undefined) onAsk?.(taskToken, host);
      if (said === "approved") host.complete(taskToken, { output: {} });
      if (said === "rejected") host.complete(taskToken, { error: "Rejected", cause: "no" });
      return answer(said as StepAnswer["next"], step === "watch" ? 60 : said === "again" ? 10 : 0);
    },
    async ({ Message }) => {
      if (publish === "fails") throw new Error("SNS is away");
      pages.push(String(Message).replace(/ What to do:.*/, ""));
      return { MessageId: "1" };
    },
  );
  const execution = host.start(input, { name: "incident" });
  const result = await clock.run(execution.result);
  return { calls, pages, result, passed: (clock.now() - start) / 1_000, events: eventsOf(host, execution.history) };
}

/**
 * The events that Step Functions would have: a state that is entered and left, and for a task each try: scheduled,
 * started, and how it ended. A page is scheduled, started and ended as well.
 */
function eventsOf({ definition }: StateMachineHost, history: readonly HistoryEvent[]): number {
  const types = new Map([...allStates(definition)].map(([name, { Type }]) => [name, Type]));
  const entered = history
    .filter(({ type }) => type === "StateEntered")
    .map(({ state }) => (state as Json).name as string);
  const retried = history.filter(({ type }) => type === "StateRetried").length;
  return entered.reduce((sum, name) => sum + (types.get(name) === "Task" ? 5 : 2), 0) + 3 * retried + 2;
}
