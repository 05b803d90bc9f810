import validate from "asl-validator";
import { beforeAll, describe, expect, it } from "vitest";
import { hours, minutes } from "../../lib/model/duration.ts";
import { INVESTIGATE_STEPS, RESPOND_STEPS, ROTATE_STEPS } from "../../lib/revocation/incident-machine.ts";
import { isBeingReplacedAgain, shouldRotateAgain } from "../../lib/revocation/respond/rotate-again.ts";
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
        ...(name !== "PageNotOpened" && { tenant: { "StringValue.$": "$.tenant" } }),
      });
    }
  });

  it("hands functions names of incidents and nothing else, but for the first and those that ask", () => {
    for (const [name, { Parameters, Resource }] of tasks().filter(([name]) => !/^(Page|Open$|Ask)/.test(name))) {
      expect(Object.keys(Parameters), `${name} ${Resource}`).toEqual(["step", "incident.$"]);
    }
  });

  it("writes nothing that goes through it into its log: the token that completes a waiting task is among it", () => {
    const [, [, machine] = []] = ofType(template, "AWS::StepFunctions::StateMachine");

    expect(machine?.Properties.LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: "ERROR" });
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

  it.each([
    { answer: "rotate", behind: ["rotate", "prove"] },
    { answer: "on", behind: [] },
  ] as const)(
    "only contains, and proves it where that is wanted ($answer), beside the one that watches",
    async (told) => {
      const beside = { ...INCIDENT, beside: true };
      const { calls, result, pages } = await run(beside, { contain: ["again", told.answer] });

      expect(result.status).toBe("SUCCEEDED");
      expect(calls).toEqual(["lock", "contain", "lock", "contain", ...told.behind]);
      expect(pages).toEqual([]);
      const failing = await run(beside, { contain: [told.answer], rotate: "fails", prove: "fails" });
      expect([failing.result.status, failing.pages.length]).toEqual(["SUCCEEDED", told.behind.length]);
    },
  );

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
    const { calls } = await run(INCIDENT, { "look-back": ["again", "again", "on"], investigate: ["again", "on"] });

    expect(calls.filter((step) => /^(look-back|investigate)$/.test(step))).toEqual([
      "look-back",
      "look-back",
      "look-back",
      "investigate",
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

  /**
   * A way in which replacing again and again comes to nothing: what a try takes, in seconds, what it records, and how
   * often people are paged for it.
   */
  const FAILING = [
    { title: "hangs", ending: "fails", records: false, takes: { rotate: minutes(14), prove: minutes(9) }, pages: 1 },
    { title: "dies at once", ending: "fails", records: false, takes: {}, pages: 1 },
    { title: "waits for a lease", ending: "on", records: true, takes: { rotate: minutes(5), prove: 80 }, pages: 0 },
  ] as const;

  it.each(FAILING)(
    "is watched at the spacing that the turns say while replacing once more $title, for hours",
    async ({ ending, records, takes, pages: each }) => {
      const { openedAt } = incidentOf();
      const steps = Object.fromEntries(
        ["lock", "detach-key", "contain", "network-acl", "look", "prove"].map((step) => [step, done(openedAt)]),
      );
      const missing = { outcome: "incomplete", message: "", missing: ["It is not replaced."], code: null } as const;
      let incident = incidentOf({ steps: { ...steps, rotate: { ...missing, at: openedAt } }, window: null });
      const [turns, asked]: [number[], number[]] = [[], []];
      const { pages, result } = await run(
        INCIDENT,
        {
          rotate: ending,
          prove: () => {
            const { askedAgain } = incident;
            if (records && askedAgain) incident = { ...incident, askedAgain: { ...askedAgain, isOver: true } };
            return ending;
          },
          window: () => {
            incident = { ...incident, window: incidentOf().window };
            return "on";
          },
          watch: (passed) => {
            turns.push(passed);
            const now = openedAt + passed * 1_000;
            if (passed > hours(2)) return "on";
            if (isBeingReplacedAgain(incident, now)) return "rotating";
            if (!shouldRotateAgain(incident, now, true)) return "again";
            asked.push(passed);
            incident = { ...incident, askedAgain: { at: now } };
            return "rotate";
          },
        },
        { takes },
      );
      const gaps = (moments: readonly number[]) => moments.slice(1).map((at, i) => Math.round(at - (moments[i] ?? 0)));

      expect(result.status).toBe("SUCCEEDED");
      expect([...new Set(gaps(turns))]).toEqual([60]);
      expect(asked.length).toBeGreaterThan(1);
      expect(Math.min(...gaps(asked))).toBeGreaterThanOrEqual(records ? minutes(10) : minutes(65));
      // The first time both are tried, whatever the first came to.
      expect(pages).toHaveLength(each * (asked.length + 2));
    },
  );

  it.each([
    { title: "a person ends it", last: "close", closing: 2 },
    { title: "there is nothing to watch any more", last: "on", closing: 1 },
  ] as const)("is closed where $title while what leaked is replaced once more", async ({ last, closing }) => {
    const takes = { rotate: minutes(5) };
    const { calls, result } = await run(INCIDENT, { watch: ["rotate", "rotating", last] }, { takes });

    expect(result.status).toBe("SUCCEEDED");
    expect(calls.filter((step) => step === "watch")).toHaveLength(3);
    expect(calls.filter((step) => step === "close")).toHaveLength(closing);
    // Whatever replacing takes.
    if (last === "close") expect(calls.indexOf("close")).toBeLessThan(calls.lastIndexOf("prove"));
  });

  it.each(["again", "rotating"] as const)(
    "is watched again five minutes after a turn failed (%s), and more seldom where that goes on, whoever is beside it",
    async (before) => {
      const failing = (times: number) => (_: number, count: number) => {
        if (count === 0) return before === "again" ? "again" : "rotate";
        if (count === 1) return before;
        // Each is tried twice.
        return count < 2 + 2 * times ? "fails" : count === 2 + 2 * times ? "again" : count % 2 === 0 ? "on" : "fails";
      };
      const [few, many] = [await run(INCIDENT, { watch: failing(1) }), await run(INCIDENT, { watch: failing(21) })];

      for (const { result } of [few, many]) expect(result.status).toBe("SUCCEEDED");
      expect(new Set([...few.pages, ...many.pages])).toEqual(new Set([expect.stringContaining("nobody watches")]));
      expect(few.passed).toBeLessThan(minutes(15));
      expect(many.passed).toBeGreaterThan(hours(6));
    },
  );

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

describe("what was given back", () => {
  const about = (calls: readonly string[]) => calls.filter((step) => /restored?$|give-back/.test(step));
  const asked = ["plan-restore", "ask-restore", "plan-restore"];

  it.each([
    { who: "the state that gives it back", giving: "on", steps: ["give-back", "try-restored"] },
    { who: "the watch meanwhile", giving: "again", steps: ["give-back", "plan-restore", "try-restored"] },
  ] as const)("is tried where $who came to its end", async ({ giving, steps }) => {
    const script = { "plan-restore": ["ask", "act", "on"], "ask-restore": "approved", "give-back": giving } as const;
    const { calls } = await run(INCIDENT, script);

    expect(about(calls)).toEqual([...asked, ...steps]);
  });

  it("is tried no more often where that fails, and people are told", async () => {
    const { calls, pages } = await run(INCIDENT, { "try-restored": "fails" });

    expect(about(calls).slice(0, 2)).toEqual(["plan-restore", "try-restored"]);
    expect(pages).toEqual([expect.stringContaining("if anything was, was not tried")]);
  });
});
