import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { auditExecutions } from "../../lib/aws/audit-executions.ts";
import { type Cloud, startCloud } from "../../lib/sandbox/cloud/start-cloud.ts";
import { openStateMachine } from "../../lib/sandbox/cloud/state-machine/open-state-machine.ts";
import type { Template } from "../../lib/sandbox/cloud/template/template.ts";

const NOW = Date.UTC(2026, 10, 25, 6, 0, 0, 123);
const standing = { now: () => NOW, sleep: async () => undefined };

/** A machine of one task, which a test holds up. */
const TEMPLATE: Template = {
  Resources: {
    Machine: {
      Type: "AWS::StepFunctions::StateMachine",
      Properties: {
        StateMachineName: "curfew-audit",
        DefinitionString: JSON.stringify({
          StartAt: "Work",
          States: {
            Work: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:Work", End: true },
          },
        }),
      },
    },
  },
};

let cloud: Cloud;
beforeEach(async () => {
  cloud = await startCloud();
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await cloud.close();
});

/** A machine whose executions work until they are released. */
function machine() {
  const work = Promise.withResolvers<object>();
  const host = openStateMachine(TEMPLATE, { functions: {}, tasks: { Work: () => work.promise }, clock: standing });
  cloud.stepFunctions.add(host);
  return { host, release: () => work.resolve({}), fail: () => work.reject(new Error("broken")) };
}

const runNamed = (id: string) => ({ id, startedAt: new Date(NOW).toISOString() });

describe("whether a run is over", () => {
  it("is told of one that is under way, and of the same when it has ended", async () => {
    const { host, release } = machine();
    const executions = auditExecutions(host.arn);
    const { result } = host.start({}, { name: "run-1" });

    expect(await executions.endedAt(runNamed("run-1"))).toBeUndefined();
    release();
    expect((await result).status).toBe("SUCCEEDED");
    expect(await executions.endedAt(runNamed("run-1"))).toBe(NOW);
  });

  it("is told of one that failed, and of one that somebody stopped", async () => {
    const { host, fail } = machine();
    const stop = new AbortController();
    const stopped = host.start({}, { name: "stopped", signal: stop.signal });
    stop.abort();
    expect((await stopped.result).status).toBe("ABORTED");
    const failed = host.start({}, { name: "failed" });
    fail();
    expect((await failed.result).status).toBe("FAILED");

    const executions = auditExecutions(host.arn);
    for (const name of ["stopped", "failed"]) expect(await executions.endedAt(runNamed(name)), name).toBe(NOW);
  });

  it("is not known of one that Step Functions does not know", async () => {
    const { host } = machine();

    expect(await auditExecutions(host.arn).endedAt(runNamed("other"))).toBeUndefined();
  });

  it("is a clear sentence where Step Functions does not answer", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL_SFN", "http://127.0.0.1:1");
    const away = auditExecutions("arn:aws:states:us-east-1:000000000000:stateMachine:curfew-audit", { attempts: 1 });

    await expect(away.endedAt(runNamed("run-1"))).rejects.toMatchObject({
      code: "unreachable",
      retryable: true,
      message: "Whether the run run-1 is still under way could not be asked of Step Functions (ECONNREFUSED).",
    });
  });
});
