import validate from "asl-validator";
import { StateMachine } from "aws-local-stepfunctions";
import { beforeAll, describe, expect, it } from "vitest";
import { LAST_START, LONGEST_RUN } from "../../lib/runs/longest-run.ts";
import { openStateMachine } from "../../lib/sandbox/cloud/state-machine/open-state-machine.ts";
import { FULL, LEAST } from "./configurations.ts";
import { SYNTHESIS_TIMEOUT, synthesized } from "./synthesize.ts";
import { ofType, type Template } from "./template.ts";

/** The interpreter sets the moment of the start itself. */
const RUN = { id: "run-1", startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) };

/** Until when audits may begin, and a moment before: an execution's clock stands still here unless a test moves it. */
const IN_TIME = "2026-11-25T11:30:00.000Z";
const BEFORE = "2026-11-25T11:29:59.999Z";

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape; the interpreter keeps its own type for itself
type Json = any;

/** The definition of the audit, with references resolved to ARNs of the right form. */
function definitions(template: Template): [string, Record<string, unknown>][] {
  const machines = ofType(template, "AWS::StepFunctions::StateMachine");
  return machines
    .filter(([name]) => name === "AuditMachine")
    .map(([name, { Properties }]) => {
      const text = Properties.DefinitionString.replace(
        /<(\w+)>/g,
        (_all: string, id: string) => `arn:aws:lambda:eu-central-1:111122223333:function:${id}`,
      );
      return [name, JSON.parse(text)];
    });
}

let full: Template;
let least: Template;
beforeAll(async () => {
  full = (await synthesized(FULL)).template;
  least = (await synthesized(LEAST)).template;
}, SYNTHESIS_TIMEOUT);

it("is a valid definition, with and without its optional parts", () => {
  const results = [...definitions(full), ...definitions(least)].map(([name, definition]) => {
    const { isValid, errorsText } = validate(structuredClone(definition));
    return [name, isValid ? "valid" : errorsText()];
  });

  expect(results).toEqual([
    ["AuditMachine", "valid"],
    ["AuditMachine", "valid"],
  ]);
});

it("says nothing of what goes through it: errors only are logged, without data", () => {
  const [[, machine] = []] = ofType(full, "AWS::StepFunctions::StateMachine");

  expect(machine?.Properties.LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: "ERROR" });
});

it("gives every task a timeout, retries, and inside of the map a way on", () => {
  const { outer, inner } = statesOf(full);
  const tasks = Object.entries({ ...outer, ...inner }).filter(([, { Type }]) => Type === "Task");
  const waits = Object.fromEntries(tasks.map(([name, { Retry = [] }]) => [name, Retry.map(longestWait)]));

  for (const [name, task] of tasks) expect(task.TimeoutSeconds, name).toBeGreaterThan(60);
  expect(waits).toEqual({
    PlanAudit: [3_600, 130], // as the comments in retries.ts say
    ProbeSecrets: [130],
    AuditTenant: [0, 130],
    RotateDue: [1_200, 10],
    FinishAudit: [3_600, 130],
  });
  expect(inner.ProbeSecrets?.Catch?.flatMap(({ ErrorEquals }) => ErrorEquals)).toEqual(["States.ALL"]);
  expect(inner.AuditTenant?.Catch?.flatMap(({ ErrorEquals }) => ErrorEquals)).toEqual([BUSY, "States.ALL"]);
});

it("tells people within the longest run, however many tenants there are and however busy the account is", () => {
  for (const template of [full, least]) {
    const { outer, inner, start } = statesOf(template);
    const { MaxConcurrency = 0 } = outer.AuditTenants ?? {};
    // The worst begins at the last moment. Whoever comes after it is refused, one after the other on each place.
    const first = inner[start];
    const last = longest(inner, first?.Default);
    const refused = (MOST_TENANTS / MaxConcurrency) * A_REFUSED_TENANT;
    const planned = slowest(outer.PlanAudit);
    const rotates = outer.RotateDue ? slowest(outer.RotateDue) : 0;
    const tells = slowest(outer.FinishAudit);
    const settles = outer.AwaitFunctions?.Seconds ?? 0;
    const spare = LONGEST_RUN - (LAST_START + last + refused + settles + rotates + tells);

    console.info(
      `longest run: plan ${planned} s, starts until ${LAST_START} s, last tenant ${last} s, refused ${refused} s, broken map ${settles} s, rotating ${rotates} s, telling ${tells} s, spare ${spare} s`,
    );
    expect(planned).toBeLessThan(LAST_START);
    expect(spare).toBeGreaterThanOrEqual(0);
    expect(rotates).toBeLessThanOrEqual(3_600);
    expect(MaxConcurrency).toBeLessThanOrEqual(10); // what a new account runs at once
    // No way leads to a function but through a question for the time, and that asks the service and not a function.
    expect(first?.Type).toBe("Choice");
    for (const { Type, Choices = [] } of Object.values(inner).filter((state) => state.Type === "Choice")) {
      expect([Type, ...Choices]).toEqual([
        "Choice",
        {
          Variable: "$$.State.EnteredTime",
          TimestampGreaterThanEqualsPath: "$.startUntil",
          Next: "OutOfTime",
        },
      ]);
    }
  }
});

it("waits where the map breaks until nothing that it has called can be at work", () => {
  for (const template of [full, least]) {
    const { outer, inner } = statesOf(template);
    const [caught] = outer.AuditTenants?.Catch ?? [];
    const wait = outer[caught?.Next ?? ""];
    const limits = Object.values(inner).flatMap(({ TimeoutSeconds }) => TimeoutSeconds ?? []);

    expect(wait).toMatchObject({ Type: "Wait", Next: outer.RotateDue ? "RotateDue" : "FinishAudit" });
    expect(wait?.Seconds).toBeGreaterThanOrEqual(Math.max(...limits));
  }
});

it("leaves fewer events than an execution may have where a tenant waits for its turn until the end", () => {
  for (const template of [full, least]) {
    const { inner } = statesOf(template);
    const turn = round(inner, "AuditTenant");
    const turns = Math.ceil(LAST_START / turn.reduce((sum, { Seconds = 0 }) => sum + Seconds, 0));
    const events = turns * turn.reduce((sum, { Type }) => sum + (EVENTS[Type] ?? Number.POSITIVE_INFINITY), 0);

    console.info(`waiting for a turn: ${turns} turns leave ${events} events`);
    // What comes before and after: a probe and an audit with all their tries, the child's start and end.
    expect(events).toBeLessThan(MOST_EVENTS - 100);
  }
});

it("gives the telling as long as two alerts about each tenant take", () => {
  const { outer } = statesOf(full);
  const own = (outer.FinishAudit?.TimeoutSeconds ?? 0) - 60; // the task waits for a minute longer than the function

  // A reminder and a summary for the owner, for each of 1,000 tenants: 0.2 s apart, and 0.1 s to ask, publish and note.
  expect(own * 1_000).toBeGreaterThanOrEqual(2 * 1_000 * (200 + 100));
});

/** Source: AWS Step Functions developer guide, "Service quotas": the history of a Standard execution. */
const MOST_EVENTS = 25_000;

/** What a state leaves in the history: entered, exited; for a function also scheduled, started, failed. */
const EVENTS: Readonly<Record<string, number>> = { Wait: 2, Choice: 2, Pass: 2, Task: 5 };

/** The states that somebody goes through who is refused in this state, until it is entered again. */
function round(states: Record<string, State>, start: string): State[] {
  const way: State[] = [];
  for (let name = start; ; ) {
    const state = states[name];
    if (!state) throw new TypeError(`There is no way back to ${start} from ${name}.`);
    way.push(state);
    const refused = state.Catch?.find(({ ErrorEquals }) => ErrorEquals.includes(BUSY));
    name = refused?.Next ?? state.Default ?? state.Next ?? "";
    if (name === start) return way;
  }
}

const BUSY = "Lambda.TooManyRequestsException";

/** Ten times as many as Curfew is made for, and more names than fit into 256 KiB unless they are short. */
const MOST_TENANTS = 10_000;

/** Seconds that starting a child execution takes which ends at its first question. */
const A_REFUSED_TENANT = 1;

/** Seconds that Lambda takes to say that it has no place. */
const A_REFUSED_CALL = 10;

interface State {
  Type: string;
  Next?: string;
  Default?: string;
  Choices?: { Next: string }[];
  Seconds?: number;
  TimeoutSeconds?: number;
  MaxConcurrency?: number;
  Retry?: {
    ErrorEquals: string[];
    IntervalSeconds?: number;
    BackoffRate?: number;
    MaxAttempts: number;
    MaxDelaySeconds?: number;
  }[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
  ItemProcessor?: { StartAt: string; States: Record<string, State> };
}

/** The states of the machine, those of one tenant, and with which of these it begins. */
function statesOf(template: Template) {
  const [[, definition] = []] = definitions(template);
  const { States: outer } = definition as { States: Record<string, State> };
  const { States: inner = {}, StartAt: start = "" } = outer.AuditTenants?.ItemProcessor ?? {};
  return { outer, inner, start };
}

/** The seconds that a state waits in all before it gives up, without jitter. The defaults are those of the language. */
function longestWait(retry: NonNullable<State["Retry"]>[number]): number {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxAttempts, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retry;
  const waits = Array.from({ length: MaxAttempts }, (_, attempt) => IntervalSeconds * BackoffRate ** attempt);
  return waits.reduce((sum, wait) => sum + Math.min(wait, MaxDelaySeconds), 0);
}

/** The seconds that a state takes at worst: every try takes all of its time, but those that Lambda refuses at once. */
function slowest({ TimeoutSeconds = Number.POSITIVE_INFINITY, Retry = [] }: State = { Type: "" }): number {
  const retries = Retry.map((retry) => {
    const isRefused = retry.ErrorEquals.every((error) => error === BUSY);
    return longestWait(retry) + retry.MaxAttempts * (isRefused ? A_REFUSED_CALL : TimeoutSeconds);
  });
  return retries.reduce((sum, seconds) => sum + seconds, TimeoutSeconds);
}

/** The seconds from a state to the end at worst, where the time for starting is over: each Choice takes its first way. */
function longest(states: Record<string, State>, name: string | undefined): number {
  const state = name === undefined ? undefined : states[name];
  if (!state) return 0;
  if (state.Type === "Choice") return longest(states, state.Choices?.[0]?.Next);
  const ways = [state.Next, ...(state.Catch ?? []).map(({ Next }) => Next)];
  const own = state.Type === "Task" ? slowest(state) : (state.Seconds ?? 0);
  return own + Math.max(...ways.map((next) => longest(states, next)));
}

describe("when it runs", () => {
  it("names the run, plans, audits every tenant, rotates what is due and finishes, with nothing else in between", async () => {
    const { calls, result } = await run(full, {}, {});

    expect(result).toEqual({ finished: true });
    expect(calls).toEqual([
      ["PlanAudit", { run: RUN }],
      ["ProbeSecrets", { run: RUN, tenant: "one", startUntil: IN_TIME }],
      ["ProbeSecrets", { run: RUN, tenant: "two", startUntil: IN_TIME }],
      ["AuditTenant", { run: RUN, tenant: "one", startUntil: IN_TIME }],
      ["AuditTenant", { run: RUN, tenant: "two", startUntil: IN_TIME }],
      ["RotateDue", { run: RUN, tenants: ["one", "two"], startUntil: IN_TIME }],
      ["FinishAudit", { run: RUN, tenants: ["one", "two"], startUntil: IN_TIME }],
    ]);
  });

  it("hands over the tenants that somebody asked for, and never takes the run's name from them", async () => {
    const { calls } = await run(full, { tenants: ["two"], run: { id: "forged", startedAt: "1970-01-01" } }, {});

    expect(calls[0]).toEqual(["PlanAudit", { tenants: ["two"], run: RUN }]);
  });

  it("asks about no secrets and rotates none where no tenant has credentials", async () => {
    const { calls } = await run(least, {}, {});

    expect(calls.map(([name]) => name)).toEqual(["PlanAudit", "AuditTenant", "AuditTenant", "FinishAudit"]);
  });

  it("finishes when tenants and probes fail, each after its retries", async () => {
    const { calls, result } = await run(full, {}, { AuditTenant: {}, ProbeSecrets: {} });

    expect(result).toEqual({ finished: true });
    expect(calls.filter(([name]) => name === "AuditTenant")).toHaveLength(8); // two tenants, four times each
    expect(calls.filter(([name]) => name === "ProbeSecrets")).toHaveLength(8);
    expect(calls.at(-1)).toEqual(["FinishAudit", { run: RUN, tenants: ["one", "two"], startUntil: IN_TIME }]);
  });

  it.each([
    { title: "is audited", fails: {}, clock: always(BEFORE) },
    { title: "fails", fails: { AuditTenant: {}, ProbeSecrets: {} }, clock: always(BEFORE) },
    { title: "had to wait", fails: { AuditTenant: { error: BUSY, times: 3 } }, clock: always(BEFORE) },
    { title: "has no turn", fails: {}, clock: always(IN_TIME) },
    { title: "waits in vain", fails: { AuditTenant: { error: BUSY } }, clock: () => untilAsked(9) },
  ])("hands on nothing of a tenant that $title: the map's result counts although it is discarded", async (way) => {
    for (const template of [full, least]) {
      const change = (definition: Json) => Object.assign(definition.States.AuditTenants, { ResultPath: "$.results" });
      const { calls } = await run(template, {}, way.fails, { change, now: way.clock() });

      expect(calls.at(-1)?.[1].results).toEqual([{}, {}]);
      expect(JSON.stringify(Array.from({ length: MOST_TENANTS }, () => ({}))).length).toBeLessThan(262_144 / 2);
    }
  });

  it("audits more tenants than there may be, with the longest names and however their audits end", async () => {
    const tenants = Array.from({ length: 1_500 }, (_, index) => `t${index}`.padEnd(40, "-"));
    const machine = openStateMachine(JSON.parse(full.text), {
      machine: "Audit",
      clock: { now: () => Date.parse(BEFORE), sleep: async () => undefined },
      functions: {
        PlanAudit: async (event) => ({ ...(event as Json), tenants, startUntil: IN_TIME }),
        ProbeSecrets: async () => ({}),
        AuditTenant: async (event) => {
          if ((event as Json).tenant.startsWith("t1")) throw new Error("failed as planned");
          return { tenant: (event as Json).tenant, evidence: "x".repeat(200) };
        },
        RotateDue: async () => ({}),
        FinishAudit: async () => ({ finished: true }),
      },
    });

    const result = await machine.start({}, { name: "r".repeat(80) }).result;

    console.info(`audit machine: ${tenants.length} tenants with the longest names: ${result.status}`);
    expect(result).toMatchObject({ status: "SUCCEEDED", output: { finished: true } });
  }, 60_000);

  it("finishes where the map as a whole breaks, so that people hear of the tenants that were not audited", async () => {
    const { calls, result } = await run(full, {}, {}, { change: breakMap });

    expect(result).toEqual({ finished: true });
    expect(calls.map(([name]) => name)).toEqual(["PlanAudit", "RotateDue", "FinishAudit"]);
    expect(calls.at(-1)).toEqual(["FinishAudit", { run: RUN, tenants: ["one", "two"], startUntil: IN_TIME }]);
  });

  it("lets an audit wait for its turn where the account is busy, without asking about secrets again", async () => {
    const { calls, result } = await run(full, {}, { AuditTenant: { error: BUSY, times: 20 } });

    expect(result).toEqual({ finished: true });
    expect(calls.filter(([name]) => name === "AuditTenant")).toHaveLength(22); // 20 refusals, two tenants
    expect(calls.filter(([name]) => name === "ProbeSecrets")).toHaveLength(2);
  });

  it("goes on without a probe that the account has no room for", async () => {
    const { calls, result } = await run(full, {}, { ProbeSecrets: { error: BUSY } });

    expect(result).toEqual({ finished: true });
    expect(calls.filter(([name]) => name === "AuditTenant")).toHaveLength(2);
  });

  it.each([
    ["full", () => full, ["PlanAudit", "RotateDue", "FinishAudit"]],
    ["least", () => least, ["PlanAudit", "FinishAudit"]],
  ])("begins no tenant when it is too late, and tells people (%s)", async (_title, template, expected) => {
    const { calls, result } = await run(template(), {}, {}, { now: () => IN_TIME });

    expect(result).toEqual({ finished: true });
    expect(calls.map(([name]) => name)).toEqual(expected);
  });

  it.each([
    ["full", () => full],
    ["least", () => least],
  ])("ends the waiting when it is too late, and tells people (%s)", async (_title, template) => {
    const fails = { AuditTenant: { error: BUSY } };
    const { calls, result } = await run(template(), {}, fails, { now: untilAsked(50) });

    expect(result).toEqual({ finished: true });
    expect(calls.filter(([name]) => name === "AuditTenant")).toHaveLength(50);
    expect(calls.at(-1)?.[0]).toBe("FinishAudit");
  });

  it.each([{ error: "Error" }, { error: BUSY }, { error: "States.Timeout" }])(
    "tells people where rotating fails with $error, whatever it was tried",
    async (failing) => {
      const { calls, result } = await run(full, {}, { RotateDue: failing });

      expect(result).toEqual({ finished: true });
      expect(calls.filter(([name]) => name === "RotateDue")).toHaveLength(failing.error === BUSY ? 21 : 2);
      expect(calls.at(-1)).toEqual(["FinishAudit", { run: RUN, tenants: ["one", "two"], startUntil: IN_TIME }]);
    },
  );

  it("tries again what failed once, and says the same", async () => {
    const { calls } = await run(full, {}, { FinishAudit: { times: 1 } });

    expect(calls.slice(-2)).toEqual([
      ["FinishAudit", { run: RUN, tenants: ["one", "two"], startUntil: IN_TIME }],
      ["FinishAudit", { run: RUN, tenants: ["one", "two"], startUntil: IN_TIME }],
    ]);
  });

  it.each(["PlanAudit", "FinishAudit"])("fails for everybody to see when %s fails", async (name) => {
    await expect(run(full, {}, { [name]: {} })).rejects.toThrow("as planned");
  });
});

/** Makes clocks that stand still. */
const always = (moment: string) => () => () => moment;

/** A clock that says that it is time as often as this, and too late from then on. */
function untilAsked(times: number): () => string {
  let asked = 0;
  return () => (++asked > times ? IN_TIME : BEFORE);
}

/** Makes the map fail itself, as where Step Functions cannot start its children. */
function breakMap(definition: Json): void {
  const { ItemProcessor } = definition.States.AuditTenants;
  Object.assign(ItemProcessor, { StartAt: "Broken", States: { Broken: { Type: "Fail", Error: "States.Runtime" } } });
}

/** How a function fails: under which name, and how often; for ever when left out. */
interface Failing {
  error?: string;
  times?: number;
}

/** What is not as usual in an execution. */
interface Changed {
  change?(definition: Json): void;
  /** What time it is when a state is entered: ISO 8601. */
  now?(): string;
}

/**
 * Runs the definition as it was synthesized, or changed; what the functions would do is only what this test needs.
 */
async function run(
  template: Template,
  input: Json,
  fails: Readonly<Record<string, Failing>>,
  { change = () => undefined, now = () => BEFORE }: Changed = {},
) {
  const [[, definition] = []] = definitions(template);
  change(definition);
  const calls: [string, Json][] = [];
  const failures = new Map<string, number>();
  const handler = (name: string, answer: (event: Json) => Json) => (event: Json) => {
    calls.push([name, event]);
    const { error = "Error", times = Number.POSITIVE_INFINITY } = fails[name] ?? { times: 0 };
    const failed = failures.get(name) ?? 0;
    if (failed >= times) return answer(event);
    failures.set(name, failed + 1);
    throw Object.assign(new Error("failed as planned"), { name: error });
  };
  const state = {
    get EnteredTime() {
      return now();
    },
  };
  const execution = new StateMachine(definition as never).run(input, {
    context: { Execution: { Name: RUN.id }, State: state } as never,
    overrides: {
      waitTimeOverrides: { AwaitTurn: 0, AwaitFunctions: 0 },
      retryIntervalOverrides: { PlanAudit: 0, ProbeSecrets: 0, AuditTenant: 0, RotateDue: 0, FinishAudit: 0 },
      taskResourceLocalHandlers: {
        PlanAudit: handler("PlanAudit", ({ run }) => ({ run, tenants: ["one", "two"], startUntil: IN_TIME })),
        ProbeSecrets: handler("ProbeSecrets", () => ({ probed: 1 })),
        AuditTenant: handler("AuditTenant", () => ({ findings: 3 })),
        RotateDue: handler("RotateDue", () => ({ proven: 1 })),
        FinishAudit: handler("FinishAudit", () => ({ finished: true })),
      },
    },
  });
  return { calls, result: await execution.result };
}
