import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, describe, expect, it } from "vitest";
import { CONTEXT_CLOCK, fastClock } from "../../../lib/model/clock.ts";
import { startCallGate } from "../../../lib/sandbox/cloud/gate/start-call-gate.ts";
import { LambdaFailure } from "../../../lib/sandbox/cloud/lambda/lambda-failure.ts";
import { localLambda } from "../../../lib/sandbox/cloud/lambda/local-lambda.ts";
import { type LambdaOptions, openLambda } from "../../../lib/sandbox/cloud/lambda/open-lambda.ts";
import { startCloud } from "../../../lib/sandbox/cloud/start-cloud.ts";
import { createSandboxClock } from "../../../lib/sandbox/sandbox-clock.ts";
import { virtualClock } from "../../support/virtual-clock.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "curfew-lambda-"));
  folders.push(folder);
  return folder;
}

/** A Lambda whose file is this text. */
async function aLambda(source: string, options: Partial<LambdaOptions> = {}) {
  const folder = await newFolder();
  await writeFile(join(folder, "index.mjs"), source);
  return openLambda({ name: "fn", folder, env: {}, ...options });
}

/** Bundles as the stack does; gives the folder. */
async function bundle(contents: string): Promise<string> {
  const folder = await newFolder();
  await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    outfile: join(folder, "index.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    mainFields: ["module", "main"],
    banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
    logLevel: "error",
  });
  return folder;
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: LambdaFailure) => error,
  );

describe("a Lambda in a Worker", () => {
  it("gets event, context and an environment of its own", async () => {
    const source = `export const handler = async (event, context) => ({
      event, name: context.functionName, id: context.awsRequestId, left: context.getRemainingTimeInMillis(),
      own: process.env.OWN, path: process.env.PATH, logged: process.env.AWS_LAMBDA_FUNCTION_NAME });`;
    await using lambda = await aLambda(source, { env: { OWN: "yes" }, timeout: 5000 });
    const result = (await lambda.invoke({ a: 1 })) as { id: string; left: number };
    expect(result).toMatchObject({ event: { a: 1 }, name: "fn", own: "yes", logged: "fn" });
    expect(result).not.toHaveProperty("path");
    expect(result.id).toMatch(/^[\da-f-]{36}$/);
    expect(result.left).toBeGreaterThan(0);
    expect(result.left).toBeLessThanOrEqual(5000);
  });

  it("stays warm between invocations, and has a Worker more for each at the same time", async () => {
    const source = `let count = 0; let open; export const handler = async ({ wait }) => {
      count += 1; if (wait) await new Promise((resolve) => setTimeout(resolve, 50)); return count; };`;
    await using lambda = await aLambda(source);
    expect([await lambda.invoke({}), await lambda.invoke({})]).toEqual([1, 2]);
    expect(await Promise.all([lambda.invoke({ wait: true }), lambda.invoke({ wait: true })])).toEqual([3, 1]);
    expect(lambda.coldStarts).toBe(2);
  });

  it("is heard: everything that it prints is there when it answers", async () => {
    const source = `export const handler = async () => { console.log("to stdout"); console.error("to stderr"); };`;
    await using lambda = await aLambda(source);
    expect(await lambda.invoke({})).toBeNull();
    expect(lambda.output()).toContain("to stdout\n");
    expect(lambda.output()).toContain("to stderr\n");
  });

  it.each([
    {
      title: "an error of the handler",
      source: `class Odd extends Error { name = "Odd"; } export const handler = async () => { throw new Odd("so odd"); };`,
      type: "Odd",
      message: "so odd",
    },
    {
      title: "an error while it is loaded",
      source: `throw new RangeError("at once");`,
      type: "RangeError",
      message: "at once",
    },
    {
      title: "no handler",
      source: `export const other = 1;`,
      type: "Runtime.HandlerNotFound",
      message: "not exported",
    },
    {
      title: "an end of the process",
      source: `export const handler = async () => process.exit(7);`,
      type: "Runtime.ExitError",
      message: "exit status 7",
    },
    {
      title: "an error that nobody catches",
      source: `export const handler = () => new Promise(() => { setTimeout(() => { throw new Error("loose"); }); });`,
      type: "Runtime.UnhandledPromiseRejection",
      message: "loose",
    },
    {
      title: "its timeout",
      source: `export const handler = () => new Promise(() => setInterval(() => {}, 1000));`,
      type: "Sandbox.Timedout",
      message: "Task timed out after 0.40 seconds",
      timeout: 400,
    },
    {
      title: "a loop that never ends",
      source: `export const handler = async () => { for (;;); };`,
      type: "Sandbox.Timedout",
      message: "timed out",
      timeout: 400,
    },
  ])(
    "reports $title as Lambda does, and works again afterwards",
    async ({ source, type, message, timeout = 20_000 }) => {
      await using lambda = await aLambda(source, { timeout });
      for (let round = 0; round < 2; round++) {
        const error = await failure(lambda.invoke({}));
        expect(error).toBeInstanceOf(LambdaFailure);
        expect([error?.name, JSON.parse(error?.message ?? "{}").errorType]).toEqual([type, type]);
        expect(error?.errorMessage).toContain(message);
      }
    },
  );

  it("can be killed in the middle, and starts cold afterwards", async () => {
    const source = `let warm = false; export const handler = ({ hang }) => { const was = warm; warm = true;
      return hang ? new Promise(() => setInterval(() => {}, 1000)) : Promise.resolve(was); };`;
    await using lambda = await aLambda(source);
    expect(await lambda.invoke({})).toBe(false);
    const hanging = failure(lambda.invoke({ hang: true }));
    lambda.kill();
    expect(await hanging).toMatchObject({ name: "Runtime.ExitError" });
    expect(await lambda.invoke({})).toBe(false);
  });
});

describe("a Lambda in a Worker that goes by another clock", () => {
  const START = Date.UTC(2030, 0, 1);
  const HOUR = 3_600_000;
  /** Waits by the clock of its context, and says when it was, and how much time was left then. */
  const WAITING = `const CLOCK = Symbol.for("curfew.clock");
    export const handler = async ({ wait }, context) => {
      const clock = context[CLOCK];
      const began = clock.now();
      await clock.sleep(wait);
      return { began, ended: clock.now(), left: context.getRemainingTimeInMillis() };
    };`;
  type Waited = { began: number; ended: number; left: number };

  it("sees the host's time, waits by it, and is warm when somebody has moved it", async () => {
    const clock = createSandboxClock(fastClock(10_000, START));
    await using lambda = await aLambda(WAITING, { time: { clock, speed: 10_000 }, timeout: 200 * HOUR });
    for (const offset of [0, 40 * 24 * HOUR]) {
      clock.advance(offset);
      const called = clock.now();
      const { began, ended, left } = (await lambda.invoke({ wait: HOUR })) as Waited;
      const answered = clock.now();
      // The machine's timers may be a millisecond early, which is ten seconds here.
      expect([called <= began, ended - began >= HOUR - 10_000, ended <= answered]).toEqual([true, true, true]);
      expect(left).toBeLessThanOrEqual(199 * HOUR + 10_000);
    }
    expect(lambda.coldStarts).toBe(1);
  });

  it("is ended when its timeout is over by that clock", async () => {
    const time = { clock: fastClock(1_000, START), speed: 1_000 };
    await using lambda = await aLambda(WAITING, { time, timeout: 500_000 });
    expect(await failure(lambda.invoke({ wait: 100 * HOUR }))).toMatchObject({ name: "Sandbox.Timedout" });
  });

  it("goes by it in the bundle of one of Curfew's functions, which has its own copy of everything", async () => {
    const source = `import * as z from "zod";
      import { lambdaFunction } from "../../../lambdas/shared/function.ts";
      export const handler = lambdaFunction(z.object({}), async (_event, { clock, deadline }) => {
        await clock.sleep(${HOUR});
        return { now: clock.now(), deadline };
      });`;
    const time = { clock: fastClock(10_000, START), speed: 10_000 };
    await using lambda = openLambda({ name: "fn", folder: await bundle(source), env: {}, time, timeout: 200 * HOUR });
    const { now, deadline } = (await lambda.invoke({})) as { now: number; deadline: number };
    expect(now).toBeGreaterThanOrEqual(START + HOUR - 10_000);
    expect(now).toBeLessThanOrEqual(time.clock.now());
    expect(deadline).toBeGreaterThanOrEqual(START + 200 * HOUR);
    expect(deadline).toBeLessThanOrEqual(now + 199 * HOUR + 10_000);
  });

  it("has no clock in its context where none is given, as on AWS", async () => {
    const source = `export const handler = async (event, context) => Object.getOwnPropertySymbols(context).length;`;
    await using lambda = await aLambda(source);
    expect(await lambda.invoke({})).toBe(0);
  });
});

describe("a bundled Lambda with real clients", () => {
  const SOURCE = `
    import { SecretsManagerClient, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
    import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
    import { S3Client, PutObjectCommand } from "@aws-sdk/client-s3";
    export async function handler() {
      const secret = await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: "s" }));
      await new S3Client().send(new PutObjectCommand({ Bucket: "evidence", Key: "k", Body: secret.SecretString }));
      const Item = { pk: { S: "a" }, sk: { S: "b" }, value: { S: secret.SecretString } };
      await new DynamoDBClient().send(new PutItemCommand({ TableName: "curfew", Item }));
      return "done";
    }`;

  it("can be killed before and after each of its calls, and a retry completes it", async () => {
    await using cloud = await startCloud({ tables: ["curfew"], buckets: ["evidence"] });
    const { secretsManager, dynamoDb, messaging } = cloud;
    secretsManager.call("CreateSecret", { Name: "s", SecretString: "value" });
    await using gate = await startCallGate({
      vault: secretsManager.origin,
      table: dynamoDb.origin,
      evidence: messaging.origin,
    });
    const env = {
      ...cloud.env,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: gate.origin("vault"),
      AWS_ENDPOINT_URL_DYNAMODB: gate.origin("table"),
      AWS_ENDPOINT_URL_S3: gate.origin("evidence"),
    };
    await using lambda = openLambda({ name: "fn", folder: await bundle(SOURCE), env });
    expect(await lambda.invoke({})).toBe("done");
    const undisturbed = gate.calls.map(({ operation }) => operation);
    expect(undisturbed).toEqual(["GetSecretValue", "PUT /evidence/k", "PutItem"]);
    let kills = 0;
    for (let at = 1; at <= undisturbed.length; at++) {
      for (const moment of ["before", "after"] as const) {
        gate.reset({ at, moment, run: () => lambda.kill() });
        expect(await failure(lambda.invoke({}))).toMatchObject({ name: "Runtime.ExitError" });
        expect(gate.calls).toHaveLength(at);
        gate.reset();
        expect(await lambda.invoke({})).toBe("done");
        kills += 1;
      }
    }
    console.info(`A Lambda killed at each of its calls: ${undisturbed.length} calls, ${kills} kills, all retried.`);
  });

  it("through a gate gets what the target answers, errors included", async () => {
    await using cloud = await startCloud();
    await using gate = await startCallGate({ vault: cloud.secretsManager.origin });
    const ask = (origin: string) => {
      const headers = { "x-amz-target": "secretsmanager.GetSecretValue" };
      return fetch(origin, { method: "POST", headers, body: JSON.stringify({ SecretId: "absent" }) });
    };
    const [direct, through] = [await ask(cloud.secretsManager.origin), await ask(gate.origin("vault"))];
    expect([through.status, await through.text()]).toEqual([direct.status, await direct.text()]);
    gate.reset({ at: 2, moment: "after", run: () => undefined });
    await expect(ask(gate.origin("vault"))).resolves.toMatchObject({ status: 400 });
    await expect(ask(gate.origin("vault"))).rejects.toThrow("fetch failed");
    expect(() => gate.origin("other")).toThrow("There is no target other");
  });
});

describe("a handler called in this process", () => {
  it("is loaded once, gets a copy of the event and a context, and fails as a Lambda does", async () => {
    let loads = 0;
    const call = localLambda<{ fail?: boolean }>("fn", async () => {
      loads += 1;
      return async (event, context) => {
        if (event.fail) throw new RangeError("too far");
        return { ...event, name: context.functionName };
      };
    });
    expect(await call({ at: new Date(0) })).toEqual({ at: "1970-01-01T00:00:00.000Z", name: "fn" });
    expect(await failure(call({ fail: true }))).toMatchObject({ name: "RangeError", errorMessage: "too far" });
    expect(loads).toBe(1);
  });

  it("goes by the clock that it is given, its deadline included", async () => {
    const clock = createSandboxClock(virtualClock(0));
    const call = localLambda<object>(
      "fn",
      async () => async (_event, context) => {
        expect(context[CONTEXT_CLOCK]).toBe(clock);
        const before = context.getRemainingTimeInMillis();
        clock.advance(40_000);
        const after = context.getRemainingTimeInMillis();
        clock.advance(40_000);
        return [before, after, context.getRemainingTimeInMillis()];
      },
      { timeout: 60_000, clock },
    );
    expect(await call({})).toEqual([60_000, 20_000, 0]);
  });
});
