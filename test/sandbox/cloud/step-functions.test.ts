import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFunctionUrl } from "../../../lib/sandbox/cloud/lambda/start-function-url.ts";
import { publishForm } from "../../../lib/sandbox/cloud/messaging/publish.ts";
import {
  openStateMachine,
  type StateMachineHost,
} from "../../../lib/sandbox/cloud/state-machine/open-state-machine.ts";
import {
  type StepFunctions,
  startStepFunctions,
} from "../../../lib/sandbox/cloud/state-machine/start-step-functions.ts";
import type { Template } from "../../../lib/sandbox/cloud/template/template.ts";
import { virtualClock } from "../../support/virtual-clock.ts";

const WAIT = "arn:aws:states:::lambda:invoke.waitForTaskToken";

/** Asks with a token of a new try each time, waits a day for the answer, then for a minute, and tells people. */
const DEFINITION = {
  StartAt: "Ask",
  States: {
    Ask: {
      Type: "Task",
      Resource: WAIT,
      Parameters: { FunctionName: "Ask", Payload: { "token.$": "$$.Task.Token", "who.$": "$.who" } },
      TimeoutSeconds: 86_400,
      Retry: [{ ErrorEquals: ["Busy"], MaxAttempts: 1 }],
      Catch: [{ ErrorEquals: ["States.Timeout", "Rejected"], ResultPath: "$.failure", Next: "Pause" }],
      ResultPath: "$.answer",
      Next: "Pause",
    },
    Pause: { Type: "Wait", Seconds: 60, Next: "Tell" },
    Tell: {
      Type: "Task",
      Resource: "arn:aws:states:::sns:publish",
      Parameters: { TopicArn: "arn:aws:sns:us-east-1:000000000000:t", "Message.$": "$" },
      ResultPath: null,
      End: true,
    },
  },
};

const TEMPLATE: Template = {
  Resources: {
    Ask: { Type: "AWS::Lambda::Function", Properties: { FunctionName: "Ask" } },
    Machine: {
      Type: "AWS::StepFunctions::StateMachine",
      Properties: { StateMachineName: "m", Definition: DEFINITION },
    },
  },
};

/** A machine of its own for a test, whose function takes down what it is asked. */
function aMachine(fails = 0) {
  const clock = virtualClock();
  const asked: { token: string; who: string }[] = [];
  const told: unknown[] = [];
  const machine = openStateMachine(TEMPLATE, {
    functions: {
      Ask: async (event) => {
        asked.push(event as (typeof asked)[number]);
        if (asked.length <= fails) throw Object.assign(new Error("busy"), { name: "Busy" });
        return "not the answer";
      },
    },
    services: { publish: async (parameters) => told.push(parameters) },
    wait: "by-clock",
    clock,
  });
  return { machine, clock, asked, told };
}

let service: StepFunctions;
let client: SFNClient;
beforeAll(async () => {
  service = await startStepFunctions();
  client = new SFNClient({
    endpoint: service.origin,
    region: "us-east-1",
    credentials: { accessKeyId: "sandbox", secretAccessKey: "sandbox" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await service[Symbol.asyncDispose]();
});

const start = ({ arn }: StateMachineHost, name: string, who = "dana") =>
  client.send(new StartExecutionCommand({ stateMachineArn: arn, name, input: JSON.stringify({ who }) }));

const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "none",
    ({ name }: Error) => name,
  );

describe("a task that waits for its token", () => {
  it("gets what somebody says who has it, and not what its function answers", async () => {
    const { machine, clock, asked, told } = aMachine();
    service.add(machine);
    await start(machine, "approved");
    const execution = machine.execution("approved");
    await expect.poll(() => asked.length).toBe(1);
    await client.send(new SendTaskSuccessCommand({ taskToken: asked[0]?.token, output: '{"yes":true}' }));
    const begun = clock.now();

    expect(await clock.run(execution?.result ?? Promise.reject())).toMatchObject({
      status: "SUCCEEDED",
      output: { who: "dana", answer: { yes: true } },
    });
    expect(clock.now() - begun).toBe(60_000);
    expect(told).toMatchObject([{ Message: { answer: { yes: true } } }]);
    expect(await failureOf(client.send(new SendTaskSuccessCommand({ taskToken: asked[0]?.token, output: "{}" })))).toBe(
      "TaskTimedOut",
    );
    expect(await failureOf(client.send(new SendTaskSuccessCommand({ taskToken: "made-up", output: "{}" })))).toBe(
      "InvalidToken",
    );
  });

  it("fails as somebody says", async () => {
    const { machine, clock, asked } = aMachine();
    const { result } = machine.start({ who: "kim" });
    service.add(machine);
    await expect.poll(() => asked.length).toBe(1);
    await client.send(new SendTaskFailureCommand({ taskToken: asked[0]?.token, error: "Rejected", cause: "no" }));

    expect(await clock.run(result)).toMatchObject({ output: { failure: { Error: "Rejected", Cause: "no" } } });
  });

  it("gives up after its time, by the sandbox's clock, and whoever answers then comes too late", async () => {
    const { machine, clock, asked } = aMachine();
    const begun = clock.now();
    const { output } = await clock.run(machine.start({ who: "nobody" }).result);

    expect(output).toMatchObject({ failure: { Error: "States.Timeout" } });
    expect(clock.now() - begun).toBe(86_400_000 + 60_000);
    expect(machine.complete(asked[0]?.token ?? "", { output: {} })).toBe("TaskTimedOut");
  });

  it("has another token at each try", async () => {
    const { machine, clock, asked } = aMachine(1);
    const { result } = machine.start({ who: "dana" });
    await clock.run(result);

    expect(new Set(asked.map(({ token }) => token)).size).toBe(2);
  });
});

describe("Step Functions", () => {
  it("gives the same execution under the same name and input while it runs, and refuses the name afterwards", async () => {
    const { machine } = aMachine();
    service.add(machine);
    const [first, second] = [await start(machine, "once"), await start(machine, "once")];
    const executionArn = first.executionArn;

    expect(second.executionArn).toBe(executionArn);
    expect(await failureOf(start(machine, "once", "kim"))).toBe("ExecutionAlreadyExists");
    expect((await client.send(new DescribeExecutionCommand({ executionArn }))).status).toBe("RUNNING");
    await client.send(new StopExecutionCommand({ executionArn }));
    await machine.execution("once")?.result;
    expect((await client.send(new DescribeExecutionCommand({ executionArn }))).status).toBe("ABORTED");
    expect(await failureOf(start(machine, "once"))).toBe("ExecutionAlreadyExists");
  });
});

describe("a Function URL", () => {
  const CALLERS = { ASIADANA: "arn:aws:sts::111122223333:assumed-role/oncall/dana" };
  const scope = (key: string, service = "lambda") =>
    `AWS4-HMAC-SHA256 Credential=${key}/20261126/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=none`;

  it("tells the function who signed, and nobody else anything", async () => {
    await using host = await startFunctionUrl(async (event) => {
      const { rawPath, body, requestContext } = event as Record<string, never> & {
        requestContext: { authorizer: { iam: { userArn: string; accountId: string } }; http: { method: string } };
      };
      return {
        statusCode: 201,
        body: JSON.stringify({ rawPath, body, ...requestContext.authorizer.iam, ...requestContext.http }),
      };
    }, CALLERS);
    const ask = (authorization?: string) =>
      fetch(`${host.url}incidents`, {
        method: "POST",
        body: "{}",
        headers: authorization === undefined ? {} : { authorization },
      });
    const signed = await ask(scope("ASIADANA"));

    expect(signed.status).toBe(201);
    expect(await signed.json()).toMatchObject({
      rawPath: "/incidents",
      body: "{}",
      userArn: CALLERS.ASIADANA,
      accountId: "111122223333",
      method: "POST",
    });
    const refused = await Promise.all([ask(), ask(scope("ASIAKIM")), ask(scope("ASIADANA", "s3"))]);
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
  });

  it("says of a function that fails that it failed, and not why", async () => {
    await using host = await startFunctionUrl(() => Promise.reject(new Error("the secret reason")), CALLERS);
    const answer = await fetch(host.url, { headers: { authorization: scope("ASIADANA") } });

    expect([answer.status, await answer.text()]).toEqual([502, '{"Message":"Internal Server Error"}']);
  });
});

it("publishes as a form, with the attributes by which subscriptions choose", () => {
  const MessageAttributes = { kind: { DataType: "String", StringValue: "incident" } };

  expect(publishForm({ TopicArn: "t", Message: { a: 1 }, Subject: "s", MessageAttributes })).toEqual({
    TopicArn: "t",
    Message: '{"a":1}',
    Subject: "s",
    "MessageAttributes.entry.1.Name": "kind",
    "MessageAttributes.entry.1.Value.DataType": "String",
    "MessageAttributes.entry.1.Value.StringValue": "incident",
  });
});
