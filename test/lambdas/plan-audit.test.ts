import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type PendingRun, pendingKey } from "../../lib/alerts/pending-runs.ts";
import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { CONTEXT_CLOCK } from "../../lib/model/clock.ts";
import { type Cloud, startCloud } from "../../lib/sandbox/cloud/start-cloud.ts";
import { configOf } from "../config/example.ts";

const BUCKET = "configuration";
const OWNERS = 5;
const MINUTE = 60_000;

/** Tenants `t1` to `t5`, each with an owner of its own. */
const CONFIG = `version: 1
tenants:
${Array.from(
  { length: OWNERS },
  (_, index) => `  - name: t${index + 1}
    domain: t${index + 1}.auth0.com
    owner: owner-${index + 1}@acme.example
    auditor: { clientId: abc, secret: secretsmanager:curfew/t${index + 1}/auditor }`,
).join("\n")}
alerts: { email: [oncall@acme.example] }
`;

const RUN = { id: "run-1", startedAt: "2026-11-25T06:00:00.000Z" };

let cloud: Cloud;

beforeAll(async () => {
  cloud = await startCloud({ tables: ["curfew"], buckets: [BUCKET] });
  const body = JSON.stringify(configOf(CONFIG));
  await fetch(`${cloud.messaging.origin}/${BUCKET}/config.json`, { method: "PUT", body });
});
afterAll(() => cloud.close());

beforeEach(async () => {
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
  vi.stubEnv("CURFEW_TABLE", "curfew");
  vi.stubEnv("CURFEW_CONFIG_BUCKET", BUCKET);
  vi.stubEnv("CURFEW_CONFIG_KEY", "config.json");
  const { TopicArn = "" } = await new SNSClient({}).send(new CreateTopicCommand({ Name: "curfew-alerts" }));
  vi.stubEnv("CURFEW_ALERTS_TOPIC", TopicArn);
});
afterEach(() => void vi.unstubAllEnvs());

/** What the function answers to an event, in five minutes and with this context. */
async function planned(event: object, context: object = {}): Promise<unknown> {
  const { handler } = await import("../../lambdas/plan-audit.ts");
  const given = {
    getRemainingTimeInMillis: () => 5 * MINUTE,
    functionName: "plan-audit",
    awsRequestId: "r",
    ...context,
  };
  return handler(event, given as never);
}

it("keeps its connections for the next invocation, and has others where the address is another", async () => {
  const { deployedTable } = await import("../../lambdas/shared/connections.ts");
  const table = deployedTable();

  expect(deployedTable()).toBe(table);
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9");
  expect(deployedTable()).not.toBe(table);
});

describe("a plan", () => {
  const ALL = ["t1", "t2", "t3", "t4", "t5"];

  it("names all tenants, and lets none begin later than five and a half hours after the run's start", async () => {
    expect(await planned({ run: RUN })).toEqual({ run: RUN, tenants: ALL, startUntil: "2026-11-25T11:30:00.000Z" });
  });

  it("names the tenants that a person asked for, each once", async () => {
    const run = { ...RUN, id: "run-2" };

    expect(await planned({ run, tenants: ["t4", "t2", "t4"] })).toMatchObject({ run, tenants: ["t2", "t4"] });
  });

  it("notes that the run is to tell people within eleven hours", async () => {
    const run = { ...RUN, id: "run-3" };
    await planned({ run });

    const row = await dynamodbTable("curfew").get<PendingRun>(pendingKey(run));

    expect(row?.value).toMatchObject({ run, tenants: ALL, heldUntil: "2026-11-25T17:00:00.000Z" });
  });

  it.each([
    { title: "a word that nobody knows", input: { tenant: "t1" }, says: /may hold "tenants" and nothing else, as in/ },
    { title: "no tenant", input: { tenants: [] }, says: /at tenants: it names no tenant; leave it out to audit all/ },
    { title: "a tenant that is not configured", input: { tenants: ["t9"] }, says: /There is no tenant "t9"/ },
    { title: "something that is no list", input: { tenants: "t1" }, says: /at tenants: / },
  ])("is refused for $title, and nothing is noted", async ({ input, says }) => {
    const run = { ...RUN, id: "refused" };

    await expect(planned({ run, ...input })).rejects.toMatchObject({ name: "arguments-invalid", message: says });

    expect(await dynamodbTable("curfew").get(pendingKey(run))).toBeUndefined();
  });
});

describe("where SNS does not answer any more", () => {
  /** SNS that subscribes two addresses and then never answers again. */
  async function snsThatStops(onStop: () => void): Promise<AsyncDisposable & { origin: string; subscribed: string[] }> {
    const subscribed: string[] = [];
    const server = createServer(async (request, response) => {
      const body = await text(request);
      const address = new URLSearchParams(body).get("Endpoint");
      if (address && subscribed.length === 2) return onStop();
      if (address) subscribed.push(address);
      const { "content-type": type = "" } = request.headers;
      const answer = await fetch(cloud.messaging.origin, { method: "POST", headers: { "content-type": type }, body });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      return void response.end(await answer.text());
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return {
      subscribed,
      origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      },
    };
  }

  it("the plan is made all the same, a minute before the function's time is over", async () => {
    const stopped = Promise.withResolvers<void>();
    const waits: number[] = [];
    const now = Date.parse(RUN.startedAt);
    // The time that it waits for is over when SNS has stopped.
    const sleep = (milliseconds: number) => {
      waits.push(milliseconds);
      return stopped.promise;
    };
    await using sns = await snsThatStops(stopped.resolve);
    vi.stubEnv("AWS_ENDPOINT_URL_SNS", sns.origin);
    const topic = await new SNSClient({}).send(new CreateTopicCommand({ Name: "curfew-alerts-slow" }));
    vi.stubEnv("CURFEW_ALERTS_TOPIC", topic.TopicArn);

    const plan = await planned({ run: { ...RUN, id: "slow" } }, { [CONTEXT_CLOCK]: { now: () => now, sleep } });

    expect(plan).toMatchObject({ tenants: expect.arrayContaining(["t1", "t5"]) });
    expect(sns.subscribed).toHaveLength(2);
    expect(waits).toEqual([4 * MINUTE]);
  });
});
