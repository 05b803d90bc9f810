import validate from "asl-validator";
import { StateMachine } from "aws-local-stepfunctions";
import { beforeAll, describe, expect, it } from "vitest";
import { LONGEST_RUN } from "../../lib/runs/longest-run.ts";
import { FULL, LEAST, SYNTHESIS_TIMEOUT, synthesized } from "./synthesize.ts";
import { ofType, type Template } from "./template.ts";

/** The interpreter sets the moment of the start itself. */
const RUN = { id: "run-1", startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) };

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape; the interpreter keeps its own type for itself
type Json = any;

/** The definitions, with references resolved to ARNs of the right form. */
function definitions(template: Template): [string, Record<string, unknown>][] {
  return ofType(template, "AWS::StepFunctions::StateMachine").map(([name, { Properties }]) => {
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
  const [[, definition] = []] = definitions(full);
  const { States } = definition as { States: Record<string, State> };
  const inner = States.AuditTenants?.ItemProcessor?.States ?? {};
  const tasks = Object.entries({ ...States, ...inner }).filter(([, { Type }]) => Type === "Task");

  expect(tasks.map(([name]) => name).toSorted()).toEqual(["AuditTenant", "FinishAudit", "PlanAudit", "ProbeSecrets"]);
  for (const [name, task] of tasks) {
    expect(task.TimeoutSeconds, name).toBeGreaterThan(60);
    expect(task.Retry?.map(longestWait), name).toEqual([7_262, 122, 40]); // as the comments in retries.ts say
  }
  for (const name of ["ProbeSecrets", "AuditTenant"]) expect(inner[name]?.Catch, name).toHaveLength(1);
});

it("lets every tenant wait for its turn where the account runs few functions at once, within the longest run", () => {
  const [[, definition] = []] = definitions(full);
  const { AuditTenants } = (definition as { States: Record<string, State> }).States;
  const tasks = Object.values(AuditTenants?.ItemProcessor?.States ?? {}).filter(({ Type }) => Type === "Task");
  const throttled = tasks.map(({ Retry = [] }) =>
    Retry.find(({ ErrorEquals }) => ErrorEquals.includes("Lambda.TooManyRequestsException")),
  );

  expect(AuditTenants?.MaxConcurrency).toBeLessThanOrEqual(10); // what a new account runs at once
  for (const retry of throttled) {
    expect(retry?.ErrorEquals).toEqual(["Lambda.TooManyRequestsException"]); // so that no other failure uses it up
    expect(retry && longestWait(retry) / 2).toBeGreaterThan(3_600); // with full jitter half of it on average
  }
  const waits = throttled.map((retry) => (retry ? longestWait(retry) : 0));
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(LONGEST_RUN);
});

interface State {
  Type: string;
  TimeoutSeconds?: number;
  MaxConcurrency?: number;
  Retry?: {
    ErrorEquals: string[];
    IntervalSeconds: number;
    BackoffRate: number;
    MaxAttempts: number;
    MaxDelaySeconds?: number;
  }[];
  Catch?: unknown[];
  ItemProcessor?: { States: Record<string, State> };
}

/** The seconds that a state waits in all before it gives up, without jitter. */
function longestWait(retry: NonNullable<State["Retry"]>[number]): number {
  const { IntervalSeconds, BackoffRate, MaxAttempts, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retry;
  const waits = Array.from({ length: MaxAttempts }, (_, attempt) => IntervalSeconds * BackoffRate ** attempt);
  return waits.reduce((sum, wait) => sum + Math.min(wait, MaxDelaySeconds), 0);
}

describe("when it runs", () => {
  it("names the run, plans, audits every tenant and finishes, with nothing else in between", async () => {
    const { calls, result } = await run(full, {}, {});

    expect(result).toEqual({ finished: true });
    expect(calls).toEqual([
      ["PlanAudit", { run: RUN }],
      ["ProbeSecrets", { run: RUN, tenant: "one" }],
      ["ProbeSecrets", { run: RUN, tenant: "two" }],
      ["AuditTenant", { run: RUN, tenant: "one" }],
      ["AuditTenant", { run: RUN, tenant: "two" }],
      ["FinishAudit", { run: RUN, tenants: ["one", "two"] }],
    ]);
  });

  it("hands over the tenants that somebody asked for, and never takes the run's name from them", async () => {
    const { calls } = await run(full, { tenants: ["two"], run: { id: "forged", startedAt: "1970-01-01" } }, {});

    expect(calls[0]).toEqual(["PlanAudit", { tenants: ["two"], run: RUN }]);
  });

  it("asks about no secrets where no tenant has credentials", async () => {
    const { calls } = await run(least, {}, {});

    expect(calls.map(([name]) => name)).toEqual(["PlanAudit", "AuditTenant", "AuditTenant", "FinishAudit"]);
  });

  it("finishes when tenants and probes fail, each after its retries", async () => {
    const { calls, result } = await run(full, {}, { AuditTenant: "always", ProbeSecrets: "always" });

    expect(result).toEqual({ finished: true });
    expect(calls.filter(([name]) => name === "AuditTenant")).toHaveLength(6); // two tenants, three times each
    expect(calls.filter(([name]) => name === "ProbeSecrets")).toHaveLength(6);
    expect(calls.at(-1)).toEqual(["FinishAudit", { run: RUN, tenants: ["one", "two"] }]);
  });

  it("finishes where the map as a whole breaks, so that people hear of the tenants that were not audited", async () => {
    const { calls, result } = await run(full, {}, {}, breakMap);

    expect(result).toEqual({ finished: true });
    expect(calls.map(([name]) => name)).toEqual(["PlanAudit", "FinishAudit"]);
    expect(calls.at(-1)).toEqual(["FinishAudit", { run: RUN, tenants: ["one", "two"] }]);
  });

  it("tries again what failed once, and says the same", async () => {
    const { calls } = await run(full, {}, { FinishAudit: "once" });

    expect(calls.slice(-2)).toEqual([
      ["FinishAudit", { run: RUN, tenants: ["one", "two"] }],
      ["FinishAudit", { run: RUN, tenants: ["one", "two"] }],
    ]);
  });

  it.each(["PlanAudit", "FinishAudit"])("fails for everybody to see when %s fails", async (name) => {
    await expect(run(full, {}, { [name]: "always" })).rejects.toThrow("as planned");
  });
});

/** Makes the map fail itself, as where Step Functions cannot start its children. */
function breakMap(definition: Json): void {
  const { ItemProcessor } = definition.States.AuditTenants;
  Object.assign(ItemProcessor, { StartAt: "Broken", States: { Broken: { Type: "Fail", Error: "States.Runtime" } } });
}

/**
 * Runs the definition as it was synthesized, or changed; what the functions would do is only what this test needs.
 */
async function run(
  template: Template,
  input: Json,
  fails: Readonly<Record<string, "once" | "always">>,
  change: (definition: Json) => void = () => undefined,
) {
  const [[, definition] = []] = definitions(template);
  change(definition);
  const calls: [string, Json][] = [];
  const failed = new Set<string>();
  const handler = (name: string, answer: (event: Json) => Json) => (event: Json) => {
    calls.push([name, event]);
    const again = failed.has(name);
    failed.add(name);
    if (fails[name] === "always" || (fails[name] === "once" && !again)) throw new Error("failed as planned");
    return answer(event);
  };
  const execution = new StateMachine(definition as never).run(input, {
    context: { Execution: { Name: RUN.id } } as never,
    overrides: {
      retryIntervalOverrides: { PlanAudit: 0, ProbeSecrets: 0, AuditTenant: 0, FinishAudit: 0 },
      taskResourceLocalHandlers: {
        PlanAudit: handler("PlanAudit", ({ run }) => ({ run, tenants: ["one", "two"] })),
        ProbeSecrets: handler("ProbeSecrets", () => ({ probed: 1 })),
        AuditTenant: handler("AuditTenant", () => ({ findings: 3 })),
        FinishAudit: handler("FinishAudit", () => ({ finished: true })),
      },
    },
  });
  return { calls, result: await execution.result };
}
