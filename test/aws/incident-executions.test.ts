import { expect, it, vi } from "vitest";
import { incidentExecutions } from "../../lib/aws/incident-executions.ts";
import { startCloud } from "../../lib/sandbox/cloud/start-cloud.ts";
import { openStateMachine } from "../../lib/sandbox/cloud/state-machine/open-state-machine.ts";

const MACHINE = {
  Type: "AWS::StepFunctions::StateMachine",
  Properties: {
    StateMachineName: "curfew-incident",
    DefinitionString: JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Pass", End: true } } }),
  },
};

it("starts one execution beside an incident's own for each key that was named, also when asked again", async () => {
  await using cloud = await startCloud();
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  const clock = { now: () => 0, sleep: async () => undefined };
  const host = openStateMachine({ Resources: { MACHINE } }, { functions: {}, clock });
  cloud.stepFunctions.add(host);
  const executions = incidentExecutions(host.arn);
  const incident = { id: "leak", tenant: "acme" };
  await executions.start(incident);
  for (const count of [1, 1, 2]) await executions.startBeside(incident, count);
  const ended = await Promise.all(host.executions().map(async ({ name, result }) => [name, (await result).output]));

  expect(ended).toEqual([
    ["leak", { incident: "leak", tenant: "acme" }],
    ["leak-key-1", { incident: "leak", tenant: "acme", beside: true }],
    ["leak-key-2", { incident: "leak", tenant: "acme", beside: true }],
  ]);
  vi.unstubAllEnvs();
});
