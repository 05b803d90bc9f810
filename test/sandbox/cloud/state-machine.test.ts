import { App, Duration, Stack } from "aws-cdk-lib";
import { Code, Function as Lambda, Runtime } from "aws-cdk-lib/aws-lambda";
import {
  Choice,
  Condition,
  DefinitionBody,
  DistributedMap,
  Errors,
  Fail,
  type IChainable,
  Map as InlineMap,
  JsonPath,
  Pass,
  ProcessorMode,
  StateMachine,
  StateMachineType,
  TaskInput,
  Wait,
  WaitTime,
} from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../../lib/model/clock.ts";
import {
  openStateMachine,
  type StateMachineOptions,
} from "../../../lib/sandbox/cloud/state-machine/open-state-machine.ts";
import type { LambdaFunction } from "../../../lib/sandbox/cloud/state-machine/task-functions.ts";
import type { Template } from "../../../lib/sandbox/cloud/template/template.ts";

const START = Date.UTC(2026, 10, 25, 6);
const standing: Clock = { now: () => START, sleep: async () => undefined };

/** Synthesizes a stack around a definition. */
function synthesize(define: (stack: Stack, lambda: (id: string) => Lambda) => IChainable): Template {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, "Test");
  const lambda = (id: string) =>
    new Lambda(stack, id, { runtime: Runtime.NODEJS_24_X, handler: "index.handler", code: Code.fromInline("//") });
  const definitionBody = DefinitionBody.fromChainable(define(stack, lambda));
  new StateMachine(stack, "Machine", { definitionBody, stateMachineType: StateMachineType.STANDARD });
  return app.synth().getStackByName("Test").template as Template;
}

/** A machine in the shape of the audit: plan, each tenant in a child execution, finish. */
const audit = (tolerated = 100) =>
  synthesize((stack, lambda) => {
    const run = { "id.$": "$$.Execution.Name", "startedAt.$": "$$.Execution.StartTime" };
    const plan = new LambdaInvoke(stack, "Plan", {
      lambdaFunction: lambda("PlanAudit"),
      payload: TaskInput.fromObject({ "tenants.$": "$.tenants", run }),
      payloadResponseOnly: true,
    });
    const one = new LambdaInvoke(stack, "One", {
      lambdaFunction: lambda("AuditTenant"),
      payload: TaskInput.fromObject({ "run.$": "$.run", "tenant.$": "$.tenant", "child.$": "$$.Execution.Name" }),
      retryOnServiceExceptions: false,
    });
    one.addRetry({ errors: ["Busy", "Sandbox.Timedout"], maxAttempts: 2, interval: Duration.minutes(5) });
    one.addCatch(new Pass(stack, "Failed"), { errors: ["Known"], resultPath: "$.error" });
    const map = new DistributedMap(stack, "Each", {
      itemsPath: "$.tenants",
      itemSelector: { "run.$": "$.run", "tenant.$": "$$.Map.Item.Value" },
      mapExecutionType: StateMachineType.STANDARD,
      toleratedFailurePercentage: tolerated,
      resultPath: JsonPath.DISCARD,
      maxConcurrency: 2,
    });
    map.itemProcessor(one, { mode: ProcessorMode.DISTRIBUTED, executionType: "STANDARD" as never });
    const finish = new LambdaInvoke(stack, "Finish", {
      lambdaFunction: lambda("FinishAudit"),
      outputPath: "$.Payload",
    });
    return plan
      .next(new Wait(stack, "Settle", { time: WaitTime.duration(Duration.days(40)) }))
      .next(map)
      .next(finish);
  });

interface TenantEvent {
  run: object;
  tenant: string;
  child: string;
}

/** Functions that note what they are called with; `one` is what happens to a tenant. */
function noting(one: (event: TenantEvent) => unknown = () => ({ ok: true })) {
  const calls: [string, unknown][] = [];
  const note =
    (name: string, answer: (event: never) => unknown): LambdaFunction =>
    async (event) => {
      calls.push([name, event]);
      return answer(event as never);
    };
  const functions = {
    PlanAudit: note("plan", ({ run, tenants }: { run: object; tenants: string[] }) => ({ run, tenants })),
    AuditTenant: note("one", one),
    FinishAudit: note("finish", ({ run, tenants }: { run: object; tenants: string[] }) => ({
      run,
      audited: tenants.length,
    })),
  };
  return { calls, functions };
}

const tenantCalls = (calls: [string, unknown][]) =>
  calls.filter(([name]) => name === "one").map(([, event]) => event as TenantEvent);

function failing(name: string, message = "message"): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

describe("a synthesized state machine", () => {
  it("runs with the context of its execution, each item as an execution of its own", async () => {
    const { calls, functions } = noting();
    const machine = openStateMachine(audit(), { functions, clock: standing });
    const execution = machine.start({ tenants: ["a", "b", "c"] }, { name: "run-1" });
    const run = { id: "run-1", startedAt: "2026-11-25T06:00:00.000Z" };
    expect(await execution.result).toEqual({
      status: "SUCCEEDED",
      output: { run, audited: 3 },
      error: null,
      cause: null,
    });
    const events = tenantCalls(calls);
    expect(events.map(({ tenant }) => tenant).toSorted()).toEqual(["a", "b", "c"]);
    for (const event of events) expect(event.run).toEqual(run);
    expect(new Set([...events.map(({ child }) => child), "run-1"]).size).toBe(4);
    expect(execution.arn).toBe(`arn:aws:states:us-east-1:000000000000:execution:${machine.name}:run-1`);
  });

  it("retries by the error's name without waiting, and catches", async () => {
    const left = new Map([["busy", 2]]);
    const { calls, functions } = noting(({ tenant }) => {
      const failures = left.get(tenant) ?? 0;
      left.set(tenant, failures - 1);
      if (tenant === "known") throw failing("Known");
      if (failures > 0) throw failing("Busy");
      return {};
    });
    const machine = openStateMachine(audit(0), { functions });
    const { status } = await machine.start({ tenants: ["busy", "known"] }).result;
    expect(status).toBe("SUCCEEDED");
    expect(tenantCalls(calls).filter(({ tenant }) => tenant === "busy")).toHaveLength(3);
    expect(tenantCalls(calls).filter(({ tenant }) => tenant === "known")).toHaveLength(1);
  });

  it("goes on past items that fail when all failures are tolerated, and stops at one when none is", async () => {
    const one = ({ tenant }: TenantEvent) => {
      if (tenant === "bad") throw failing("Unexpected", "it broke");
      return {};
    };
    const tolerant = await openStateMachine(audit(100), noting(one)).start({ tenants: ["bad", "good"] }).result;
    expect(tolerant).toMatchObject({ status: "SUCCEEDED", output: { audited: 2 } });
    const strict = await openStateMachine(audit(0), noting(one)).start({ tenants: ["bad", "good"] }).result;
    expect(strict).toMatchObject({ status: "FAILED", error: "States.ExceedToleratedFailureThreshold" });
    expect(strict.cause).toContain("it broke");
  });

  it("writes down every input, output and error, those of the items included", async () => {
    const { functions } = noting(({ tenant }) => {
      if (tenant === "bad") throw failing("Unexpected", "canary-error");
      return { secret: "canary-output" };
    });
    const execution = openStateMachine(audit(), { functions }).start({
      tenants: ["bad", "good"],
      note: "canary-input",
    });
    await execution.result;
    const history = JSON.stringify(execution.history);
    for (const canary of ["canary-input", "canary-output", "canary-error"]) expect(history).toContain(canary);
    expect(new Set(execution.history.map(({ execution: name }) => name)).size).toBe(3);
  });

  it("stops when told to", async () => {
    const stop = new AbortController();
    const never = Promise.withResolvers<object>();
    const { functions } = noting(() => {
      stop.abort();
      return never.promise;
    });
    const execution = openStateMachine(audit(), { functions }).start({ tenants: ["a"] }, { signal: stop.signal });
    expect(await execution.result).toMatchObject({ status: "ABORTED", output: null });
  });

  it("is started once under a name", async () => {
    const { calls, functions } = noting();
    const machine = openStateMachine(audit(), { functions });
    const input = { tenants: ["a"] };
    const first = machine.start(input, { name: "once" });
    expect(machine.start(input, { name: "once" })).toBe(first);
    await first.result;
    expect(() => machine.start(input, { name: "once" })).toThrow("Execution Already Exists");
    expect(tenantCalls(calls)).toHaveLength(1);
  });

  it("refuses results of more than 256 KiB", async () => {
    const { functions } = noting();
    const PlanAudit = async () => ({ text: "x".repeat(262_144) });
    const result = await openStateMachine(audit(), { functions: { ...functions, PlanAudit } }).start({ tenants: [] })
      .result;
    expect(result).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });

  it.each([
    { title: "as large as is allowed goes well", bytes: 262_144, expected: { status: "SUCCEEDED" } },
    {
      title: "larger ends the execution, though it is discarded and everything is caught",
      bytes: 262_145,
      expected: { status: "FAILED", error: "States.DataLimitExceeded" },
    },
  ])("a Map whose result is $title", async ({ bytes, expected }) => {
    const template = synthesize((stack, lambda) => {
      const one = new LambdaInvoke(stack, "One", { lambdaFunction: lambda("Work"), payloadResponseOnly: true });
      const map = new DistributedMap(stack, "Each", { itemsPath: "$.tenants", resultPath: JsonPath.DISCARD });
      map.itemProcessor(one, { mode: ProcessorMode.DISTRIBUTED, executionType: "STANDARD" as never });
      map.addCatch(new Pass(stack, "Caught"), { errors: [Errors.ALL] });
      return map.next(new Pass(stack, "End"));
    });
    const half = (bytes - '["",""]'.length) / 2;
    const Work = async (item: unknown) => "x".repeat(item === "first" ? Math.floor(half) : Math.ceil(half));

    const machine = openStateMachine(template, { functions: { Work } });

    expect(await machine.start({ tenants: ["first", "second"] }).result).toMatchObject(expected);
  });

  it("ends in failure where the definition says so", async () => {
    const template = synthesize((stack) => {
      const bad = new Fail(stack, "Bad", { error: "Refused", cause: "because" });
      const choice = new Choice(stack, "Which").when(Condition.stringEquals("$.way", "bad"), bad);
      return choice.otherwise(new Pass(stack, "Good", { result: { value: 1 } as never }));
    });
    const machine = openStateMachine(template, { functions: {} });
    expect(await machine.start({ way: "bad" }).result).toMatchObject({ status: "FAILED", error: "Refused" });
    expect(await machine.start({ way: "good" }).result).toMatchObject({ status: "SUCCEEDED" });
  });

  it("enters a state at the time of the sandbox's clock, which goes on between two states", async () => {
    const template = synthesize((stack, lambda) => {
      const isOver = Condition.timestampGreaterThanEqualsJsonPath("$$.State.EnteredTime", "$.until");
      const over = new Pass(stack, "Over");
      const work = new LambdaInvoke(stack, "Again", { lambdaFunction: lambda("Work"), resultPath: JsonPath.DISCARD });
      const choice = new Choice(stack, "IsOver").when(isOver, over).otherwise(work);
      work.next(choice);
      return choice;
    });
    let now = START;
    let calls = 0;
    const Work: LambdaFunction = async () => {
      calls += 1;
      now += 60_000;
    };
    const machine = openStateMachine(template, { functions: { Work }, clock: { ...standing, now: () => now } });

    const { status } = await machine.start({ until: new Date(START + 180_000).toISOString() }).result;

    expect([status, calls]).toEqual(["SUCCEEDED", 3]);
  });

  it("lets inline items know the execution that they belong to, and catches anything", async () => {
    const template = synthesize((stack, lambda) => {
      const one = new LambdaInvoke(stack, "One", {
        lambdaFunction: lambda("AuditTenant"),
        payload: TaskInput.fromObject({ "id.$": "$$.Execution.Id", "item.$": "$" }),
        payloadResponseOnly: true,
        retryOnServiceExceptions: false,
      });
      one.addCatch(new Pass(stack, "Swallow"), { errors: [Errors.ALL] });
      return new InlineMap(stack, "Each", { itemsPath: "$.items" }).itemProcessor(one);
    });
    const AuditTenant: LambdaFunction = async (event) => {
      if ((event as { item: number }).item === 2) throw failing("Odd", "so odd");
      return event;
    };
    const execution = openStateMachine(template, { functions: { AuditTenant } }).start({ items: [1, 2] });
    const { output } = await execution.result;
    expect(output).toMatchObject([{ id: execution.arn, item: 1 }, { Error: "Odd" }]);
    expect((output as { Cause: string }[])[1]?.Cause).toContain('"errorMessage":"so odd"');
  });
});

describe("what cannot run as on AWS is refused at once", () => {
  const { functions } = noting();
  const changed = (change: (text: string) => string): Template => JSON.parse(change(JSON.stringify(audit())));

  it.each([
    {
      title: "a task without a function",
      template: audit(),
      options: { functions: { PlanAudit: functions.PlanAudit } },
      message: /One calls AuditTenant\w+, for which no function is given/,
    },
    {
      title: "JSONata",
      template: changed((text) => text.replace('\\"StartAt\\"', '\\"QueryLanguage\\":\\"JSONata\\",\\"StartAt\\"')),
      options: { functions },
      message: /JSONata/,
    },
    {
      title: "a reader of items",
      template: changed((text) => text.replace('\\"ItemProcessor\\"', '\\"ItemReader\\":{},\\"ItemProcessor\\"')),
      options: { functions },
      message: /ItemReader, which Each uses/,
    },
    { title: "some tolerated failures", template: audit(50), options: { functions }, message: /Each says 50 %/ },
    {
      title: "another machine than the template has",
      template: audit(),
      options: { functions, machine: "Other" },
      message: /it has: Machine/,
    },
    {
      title: "a function of CloudFormation that is not known",
      template: changed((text) => text.replaceAll('"Fn::Join"', '"Fn::ImportValue"')),
      options: { functions },
      message: /Fn::ImportValue/,
    },
  ] as { title: string; template: Template; options: StateMachineOptions; message: RegExp }[])(
    "$title",
    ({ template, options, message }) => {
      expect(() => openStateMachine(template, options)).toThrow(message);
    },
  );

  it("the longest beginning of a logical id decides", async () => {
    const special: LambdaFunction = async () => ({ tenants: [], run: {} });
    const machine = openStateMachine(audit(), {
      functions: { ...functions, Plan: functions.FinishAudit, PlanAudit: special },
    });
    expect(await machine.start({ tenants: ["a"] }).result).toMatchObject({ output: { audited: 0 } });
  });
});
