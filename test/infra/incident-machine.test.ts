import validate from "asl-validator";
import { beforeAll, describe, expect, it } from "vitest";
import { days, hours, minutes } from "../../lib/model/duration.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { INVESTIGATE_STEPS, RESPOND_STEPS, ROTATE_STEPS } from "../../lib/revocation/incident-machine.ts";
import { pauseAfter } from "../../lib/revocation/respond/pause.ts";
import { shouldRotateAgain } from "../../lib/revocation/respond/rotate-again.ts";
import { MOST_TURNS, watchInterval } from "../../lib/revocation/watch/interval.ts";
import type { ExposureWindow } from "../../lib/revocation/window/window.ts";
import { allStates, type Definition } from "../../lib/sandbox/cloud/state-machine/prepare-definition.ts";
import { done, incidentOf } from "../revocation/support.ts";
import { FULL, LEAST } from "./configurations.ts";
import { definitionIn, INCIDENT, runIncident } from "./incident-run.ts";
import { SYNTHESIS_TIMEOUT, synthesized } from "./synthesize.ts";
import { ofType, type Template } from "./template.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

let template: Template;
let definition: Definition & Json;
beforeAll(async () => {
  template = (await synthesized(FULL)).template;
  definition = definitionIn(template.text);
}, SYNTHESIS_TIMEOUT);

const run = (...how: Parameters<typeof runIncident> extends [string, ...infer Rest] ? Rest : never) =>
  runIncident(template.text, ...how);

/** Every state, those of branches included, by name. */
const states = (): Map<string, Json> => new Map(allStates(definition));
const tasks = () => [...states()].filter(([, { Type }]) => Type === "Task");

describe("the definition of emergency revocation", () => {
  it("is valid, and there where some tenant has a responder", async () => {
    const { isValid, errorsText } = validate(structuredClone(definition) as never);
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
      [RESPOND_STEPS, INVESTIGATE_STEPS, ROTATE_STEPS].flatMap((steps) => Object.keys(steps)).toSorted(),
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

describe("an emergency revocation", () => {
  it("opens, locks, contains, rotates, proves, says the window, watches beside the rest, and closes", async () => {
    const { calls, result, pages } = await run(BY_HAND, {
      contain: ["again", "again", "on"],
      watch: ["again", "again", "on"],
    });

    expect(result.status).toBe("SUCCEEDED");
    expect(calls.slice(0, 7)).toEqual(["open", "lock", "contain", "lock", "contain", "lock", "contain"]);
    expect(calls.filter((step) => /^(rotate|prove|window|plan-.*)$/.test(step))).toEqual([
      "rotate",
      "prove",
      "window",
      "plan-key-revocation",
      "plan-restore",
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

  it.each(["lock", "contain", "rotate", "prove", "window", "look-back", "investigate", "last-look"])(
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

  it("watches and looks back from the moment on at which it is contained, whatever replacing takes", async () => {
    const { calls } = await run(INCIDENT, {
      contain: ["again", "on"],
      rotate: { fails: 1 },
      watch: (passed) => (passed < minutes(10) ? "again" : "on"),
    });
    const after = calls.slice(calls.lastIndexOf("contain") + 1);

    expect(after.indexOf("watch")).toBeLessThan(after.indexOf("prove"));
    expect(after.indexOf("look-back")).toBeLessThan(after.indexOf("prove"));
    expect(after.indexOf("investigate")).toBeLessThan(after.indexOf("prove"));
  });

  it("looks back at the log until it is read, and compares then", async () => {
    const { calls } = await run(INCIDENT, { "look-back": ["again", "again", "on"] });

    expect(calls.filter((step) => /^(look-back|investigate)$/.test(step))).toEqual([
      "look-back",
      "look-back",
      "look-back",
      "investigate",
    ]);
  });

  it("closes at once what a person has ended, although others still wait for a second person", async () => {
    const { calls } = await run(INCIDENT, { watch: ["again", "close"], "plan-restore": ["ask", "on"] });

    expect(calls.indexOf("close")).toBeLessThan(calls.lastIndexOf("plan-restore"));
    expect(calls.slice(-2)).toEqual(["last-look", "close"]);
  });

  it("looks at the application once more when it is over, and not before that", async () => {
    const { calls } = await run(INCIDENT, { "last-look": ["again", "on"], close: ["again", "on"] });

    expect(calls.slice(calls.indexOf("last-look"))).toEqual(["last-look", "last-look", "close", "last-look", "close"]);
  });

  it("replaces and proves again in between where watching says so", async () => {
    const { calls } = await run(INCIDENT, { watch: ["rotate", "on"] });

    expect(calls.filter((step) => step === "watch")).toHaveLength(2);
    expect(calls.slice(calls.indexOf("watch") + 1, calls.lastIndexOf("watch"))).toEqual(
      expect.arrayContaining(["rotate", "prove"]),
    );
    expect(calls.filter((step) => step === "rotate")).toHaveLength(2);
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

  /** Of an execution, in days. */
  const LONGEST = 180;

  it.each([
    { title: "cannot be replaced", putBack: false, window: "closes" },
    { title: "cannot be replaced", putBack: false, window: "open" },
    { title: "is put back before every turn", putBack: true, window: "closes" },
    { title: "is put back before every turn", putBack: true, window: "open" },
  ] as const)(
    "has room for as many turns of watching as there are, with what is done beside them, where what leaked $title (the window: $window)",
    async ({ putBack, window }) => {
      const waiting = (tries: number) => (_: number, count: number) => (count === tries ? "on" : "again");
      /** A question is asked again each day; the log is looked back at for as long as Auth0 keeps it. */
      const watched = (turns: number, next: "rotate" | "again") =>
        run(INCIDENT, {
          contain: "again",
          watch: (_, count) => (count === turns - 1 ? "on" : next),
          "plan-restore": (_, count) => (count === 100 ? "on" : count % 2 === 0 ? "ask" : "again"),
          "plan-key-revocation": waiting(triesIn(LONGEST)),
          "look-back": waiting(triesIn(30)),
        });
      const [few, more, tried] = [await watched(20, "again"), await watched(40, "again"), await watched(40, "rotate")];
      /** Whether it is over is looked at once a day. */
      const waited = await run(INCIDENT, { "last-look": (_, count) => (count === 10 ? "on" : "again") });
      const look = (waited.events - (await run(INCIDENT, {})).events) / 10;
      const [turn, again] = [(more.events - few.events) / 20, (tried.events - more.events) / 39];
      const { turns, tries, lasts } = triesWhile(putBack, window);
      const events = few.events + turn * (turns - 20) + again * tries + look * (LONGEST - lasts);

      console.info(
        `${turns} turns of watching, ${turn} events each, and ${tries} tries, ${again} events each: ${events} events of ${MOST_EVENTS}`,
      );
      expect([turn, again]).toEqual([expect.any(Number), 10]);
      expect(turn).toBeGreaterThanOrEqual(9);
      expect(tries).toBeGreaterThan(100);
      expect(events).toBeLessThan(MOST_EVENTS);
    },
  );

  /** How often something is tried in so many days that waits longer the longer it has waited. */
  function triesIn(count: number): number {
    let tries = 0;
    for (let passed = 0; passed < days(count); passed += pauseAfter(passed * 1_000)) tries += 1;
    return tries;
  }

  const NOT_REPLACED = { message: "", outcome: "incomplete", missing: ["It is not replaced."], code: null } as const;

  /** How often watching says that what leaked is to be replaced again, where no try helps. */
  function triesWhile(putBack: boolean, state: "closes" | "open"): { turns: number; tries: number; lasts: number } {
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
    return { turns, tries, lasts: Math.floor((now - openedAt) / (days(1) * 1_000)) };
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
