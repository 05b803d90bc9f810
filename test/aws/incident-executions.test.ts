import { expect, it, vi } from "vitest";
import { incidentExecutions } from "../../lib/aws/incident-executions.ts";
import type { IncidentExecutions } from "../../lib/revocation/desk/executions.ts";
import { startCloud } from "../../lib/sandbox/cloud/start-cloud.ts";
import { openStateMachine } from "../../lib/sandbox/cloud/state-machine/open-state-machine.ts";

/** The incident `leak` is over at once, all others go on. */
const STATES = {
  Which: {
    Type: "Choice",
    Choices: [{ Variable: "$.incident", StringEquals: "leak", Next: "Over" }],
    Default: "GoesOn",
  },
  Over: { Type: "Pass", End: true },
  GoesOn: { Type: "Wait", Seconds: 60, End: true },
};
const MACHINE = {
  Type: "AWS::StepFunctions::StateMachine",
  Properties: {
    StateMachineName: "curfew-incident",
    DefinitionString: JSON.stringify({ StartAt: "Which", States: STATES }),
  },
};

/** Has people's orders done; what there is then. */
async function machineAfter(orders: (executions: IncidentExecutions) => Promise<void>) {
  await using cloud = await startCloud();
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  const clock = { now: () => 0, sleep: () => new Promise<never>(() => undefined) };
  const host = openStateMachine({ Resources: { MACHINE } }, { functions: {}, clock, wait: "by-clock" });
  cloud.stepFunctions.add(host);
  await orders(incidentExecutions(host.arn));
  vi.unstubAllEnvs();
  return host;
}

const LEAK = { id: "leak", tenant: "acme" };

it("starts one execution beside an incident's own for each key that was named, also when asked again", async () => {
  const host = await machineAfter(async (executions) => {
    await executions.start(LEAK);
    for (const count of [1, 1, 2]) await executions.startBeside(LEAK, count);
  });
  const ended = await Promise.all(host.executions().map(async ({ name, result }) => [name, (await result).output]));

  expect(ended).toEqual([
    ["leak", { incident: "leak", tenant: "acme" }],
    ["leak_key-1", { incident: "leak", tenant: "acme", beside: true }],
    ["leak_key-2", { incident: "leak", tenant: "acme", beside: true }],
  ]);
});

it("begins an incident again, and has a key of it detached, whatever others are called that go on", async () => {
  const others = ["leak-run-2", "leak-key-1"];
  const host = await machineAfter(async (executions) => {
    for (const id of others) await executions.start({ id, tenant: "acme" });
    for (const _ of ["first", "again"]) await executions.start(LEAK);
    await executions.startBeside(LEAK, 1);
  });

  expect(host.executions().map(({ name }) => name)).toEqual([...others, "leak", "leak_run-2", "leak_key-1"]);
});
