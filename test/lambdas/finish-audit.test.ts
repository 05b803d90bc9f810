import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { noteRun, type PendingRun, pendingKey } from "../../lib/alerts/pending-runs.ts";
import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import type { RunRecord, RunRef } from "../../lib/findings/ledger/run-record.ts";
import { openCredentials } from "../../lib/history/credentials.ts";
import type { DriftProbe } from "../../lib/history/history.ts";
import { type Cloud, startCloud } from "../../lib/sandbox/cloud/start-cloud.ts";
import { openStateMachine } from "../../lib/sandbox/cloud/state-machine/open-state-machine.ts";
import type { Table } from "../../lib/store/table.ts";
import { configOf } from "../config/example.ts";
import { plant, record, report } from "../support/run-records.ts";

const ONCALL = "oncall@acme.example";
const BUCKET = "configuration";

/** Two tenants, and one person who hears everything. */
const CONFIG = `version: 1
tenants:
  - name: one
    domain: one.auth0.com
    auditor: { clientId: abc, secret: secretsmanager:curfew/one/auditor }
  - name: two
    domain: two.auth0.com
    auditor: { clientId: abc, secret: secretsmanager:curfew/two/auditor }
alerts: { email: [${ONCALL}] }
`;

let cloud: Cloud;
let table: Table;
let topics: Record<"alerts" | "watchdog" | "alarms", string>;
let runs = 0;

beforeAll(async () => {
  cloud = await startCloud({ tables: ["curfew"], buckets: [BUCKET] });
});
afterAll(() => cloud.close());

beforeEach(async () => {
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  vi.stubEnv("POWERTOOLS_DEV", "true"); // metrics go to this process's console
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
  vi.stubEnv("POWERTOOLS_SERVICE_NAME", "curfew");
  vi.stubEnv("POWERTOOLS_METRICS_NAMESPACE", "Curfew");
  vi.stubEnv("CURFEW_TABLE", "curfew");
  vi.stubEnv("CURFEW_CONFIG_BUCKET", BUCKET);
  table = dynamodbTable("curfew");
  runs += 1;
  topics = { alerts: await topic("alerts"), watchdog: await topic("watchdog"), alarms: await topic("alarms") };
});
afterEach(() => void vi.unstubAllEnvs());

/** The runs of the tests are a minute apart. */
const startOf = (run: number): string => new Date(Date.UTC(2026, 10, 25, 6, run)).toISOString();

/** A topic of this test alone. */
async function topic(name: string): Promise<string> {
  const sns = new SNSClient({});
  return (await sns.send(new CreateTopicCommand({ Name: `${name}-${runs}` }))).TopicArn ?? "";
}

/** SNS as a role sees it that may publish and may not list. */
async function snsThatListsNothing(): Promise<AsyncDisposable & { origin: string }> {
  const refusal = "<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code></Error></ErrorResponse>";
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (body.includes("Action=ListSubscriptionsByTopic")) return void response.writeHead(403).end(refusal);
    const { "content-type": type = "" } = request.headers;
    const answer = await fetch(cloud.messaging.origin, { method: "POST", headers: { "content-type": type }, body });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.end(await answer.text());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function subscribe(arn: string, address = ONCALL): Promise<void> {
  await new SNSClient({}).send(new SubscribeCommand({ TopicArn: arn, Protocol: "email", Endpoint: address }));
}

async function subscribeQueue(name: string): Promise<void> {
  const Endpoint = `${topics.alerts.replace(":sns:", ":sqs:").replace(/[^:]+$/, "")}${name}`;
  await new SNSClient({}).send(new SubscribeCommand({ TopicArn: topics.alerts, Protocol: "sqs", Endpoint }));
}

/** Ends a run in which tenants left these records, and gives what was counted. */
async function finish(records: readonly RunRecord[], tenants: readonly string[], config = CONFIG): Promise<Counted> {
  const run: RunRef = { id: `run-${runs}`, startedAt: startOf(runs) };
  await plant(report(records, [], run), table);
  const key = `${runs}.json`;
  const body = JSON.stringify(configOf(config));
  await fetch(`${cloud.messaging.origin}/${BUCKET}/${key}`, { method: "PUT", body });
  vi.stubEnv("CURFEW_CONFIG_KEY", key);
  vi.stubEnv("CURFEW_ALERTS_TOPIC", topics.alerts);
  vi.stubEnv("CURFEW_TOPICS", Object.values(topics).join(","));
  vi.stubEnv("CURFEW_AUDIT_MACHINE", "arn:aws:states:us-east-1:000000000000:stateMachine:curfew-audit");
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line) => void lines.push(String(line)));
  try {
    const { handler } = await import("../../lambdas/finish-audit.ts");
    const context = { getRemainingTimeInMillis: () => 30_000, functionName: "finish-audit", awsRequestId: "r" };
    await handler({ run, tenants }, context as never);
  } finally {
    log.mockRestore();
  }
  return JSON.parse(lines.find((line) => line.includes('"_aws"')) ?? "{}");
}

type Counted = Readonly<Record<string, unknown>>;

describe("who hears nothing", () => {
  const COMPLETE = [record("one"), record("two")];
  const everywhere = async () => {
    for (const arn of Object.values(topics)) await subscribe(arn);
  };

  it("is nobody where everybody is subscribed to all three topics and has confirmed", async () => {
    await everywhere();
    await cloud.messaging.confirm(ONCALL);

    expect(await finish(COMPLETE, ["one", "two"])).toMatchObject({ UnconfirmedSubscriptions: 0 });
  });

  it("is said in the digest, because an alarm about alarms may be what nobody hears", async () => {
    for (const arn of [topics.alerts, topics.watchdog]) await subscribe(arn);
    await cloud.messaging.confirm(ONCALL);
    await table.remove({ partition: "NOTICE#digest", sort: "NOTICE" }); // the tests before had today's
    const before = cloud.messaging.mails.length;

    await finish(COMPLETE, ["one", "two"]);

    const [digest] = cloud.messaging.mails.slice(before).filter(({ subject }) => subject.includes("Digest"));
    expect(digest?.text).toMatch(/Not heard by.*1 subscription, missing or not confirmed/);
  });

  it("is not known where SNS does not list subscriptions: the alarm rings, and the digest is not quiet", async () => {
    await everywhere();
    await cloud.messaging.confirm(ONCALL);
    await using sns = await snsThatListsNothing();
    vi.stubEnv("AWS_ENDPOINT_URL_SNS", sns.origin);
    await table.remove({ partition: "NOTICE#digest", sort: "NOTICE" }); // the tests before had today's
    const before = cloud.messaging.mails.length;

    expect(await finish(COMPLETE, ["one", "two"])).toMatchObject({ UnconfirmedSubscriptions: 1 });

    const [digest] = cloud.messaging.mails.slice(before).filter(({ subject }) => subject.includes("Digest"));
    expect(digest?.subject).toContain("who hears of it could not be counted");
    expect(digest?.text).toMatch(/Not heard by.*could not be counted/);
  });

  it("is counted once for each topic where the confirmation is missing", async () => {
    await everywhere();

    expect(await finish(COMPLETE, ["one", "two"])).toMatchObject({ UnconfirmedSubscriptions: 3 });
  });

  it.each([
    { title: "no queue is subscribed", queues: [], count: 1 },
    { title: "only somebody's own queue is subscribed", queues: ["pager"], count: 1 },
    { title: "its queue is subscribed, beside another", queues: ["pager", "curfew-slack"], count: 0 },
  ])("is counted where Slack is configured: $count where $title", async ({ queues, count }) => {
    await everywhere();
    await cloud.messaging.confirm(ONCALL);
    for (const queue of queues) await subscribeQueue(queue);
    const slack = CONFIG.replace("alerts: {", "alerts: { slack: { webhook: secretsmanager:curfew/slack-webhook },");
    expect(slack).not.toBe(CONFIG);

    expect(await finish(COMPLETE, ["one", "two"], slack)).toMatchObject({ UnconfirmedSubscriptions: count });
  });

  it.each(["alerts", "watchdog", "alarms"] as const)(
    "is counted where the subscription to %s is gone",
    async (gone) => {
      for (const [name, arn] of Object.entries(topics)) if (name !== gone) await subscribe(arn);
      await cloud.messaging.confirm(ONCALL);

      expect(await finish(COMPLETE, ["one", "two"])).toMatchObject({ UnconfirmedSubscriptions: 1 });
    },
  );
});

describe("a run that somebody stopped", () => {
  const COMPLETE = [record("one"), record("two")];
  const MINUTE = 60_000;

  /** Stops a run half an hour ago that would have had ten hours more, and says under which key it is pending. */
  async function stopRun(id: string): Promise<ReturnType<typeof pendingKey>> {
    const halfAnHourAgo = Date.now() - 30 * MINUTE;
    const States = { Rest: { Type: "Succeed" } };
    const Properties = {
      StateMachineName: "curfew-audit",
      DefinitionString: JSON.stringify({ StartAt: "Rest", States }),
    };
    const host = openStateMachine(
      { Resources: { Machine: { Type: "AWS::StepFunctions::StateMachine", Properties } } },
      { functions: {}, clock: { now: () => halfAnHourAgo, sleep: async () => undefined } },
    );
    cloud.stepFunctions.add(host);
    const run: RunRef = { id, startedAt: new Date(halfAnHourAgo).toISOString() };
    await host.start({}, { name: id }).result;
    await noteRun(run, ["one"], Date.now() + 600 * MINUTE, table);
    return pendingKey(run);
  }

  const isTold = async (key: ReturnType<typeof pendingKey>) => (await table.get<PendingRun>(key))?.value.isTold;

  it("is told of by the next one", async () => {
    const key = await stopRun("stopped");

    await finish(COMPLETE, ["one", "two"]);

    expect(await isTold(key)).toBe(true);
  });

  it("waits where Step Functions does not answer, and the run that asked is told all the same", async () => {
    const key = await stopRun("unknown");
    vi.stubEnv("AWS_ENDPOINT_URL_SFN", "http://127.0.0.1:1");

    expect(await finish(COMPLETE, ["one", "two"])).toMatchObject({ CompleteAudits: 1, AlertsNotDelivered: 0 });
    expect(await isTold(key)).toBe(false);
  });
});

describe("tenants that were not audited", () => {
  it("are counted by a run over all tenants", async () => {
    expect(await finish([record("two", { status: "incomplete" })], ["one", "two"])).toMatchObject({
      CompleteAudits: 0,
      TenantsAudited: 1,
      TenantsIncomplete: 1,
      TenantsNotAudited: 1,
    });
  });

  it("are still counted after a run over others, which says nothing about them", async () => {
    const counted = await finish([record("two")], ["two"]);

    expect(counted).toMatchObject({ CompleteAudits: 0, AlertsNotDelivered: 0 });
    expect(Object.keys(counted).filter((name) => name.startsWith("Tenants"))).toEqual([]);
  });
});

describe("secrets of which nobody knows whether they are accepted", () => {
  const COMPLETE = [record("one"), record("two")];
  const ACCEPTED = { answer: "accepted", reason: null, detail: null } as const;

  /** The configuration with stored credentials of these applications. */
  const lookingAfter = (...clientIds: string[]): string => {
    const list = clientIds.map((clientId) => `{ clientId: ${clientId}, secret: apps/${clientId} }`).join(", ");
    return CONFIG.replace("curfew/two/auditor }", `curfew/two/auditor }\n    credentials: [${list}]`);
  };
  /** Records an answer some minutes after the start of this test's run. */
  const answered = async (clientId: string, probe: Omit<DriftProbe, "at">, minutes = 0) => {
    const at = Date.parse(startOf(runs)) + minutes * 60_000;
    await (await openCredentials(table, "two")).learn([{ clientId, seen: { first: at }, probe: { ...probe, at } }]);
  };

  it("are none where each has an answer of this run, be it good or bad", async () => {
    await answered("good", ACCEPTED);
    await answered("bad", { ...ACCEPTED, answer: "refused" }, 5);

    const counted = await finish(COMPLETE, ["one", "two"], lookingAfter("good", "bad"));
    expect(counted).toMatchObject({ SecretsNotProbed: 0 });
  });

  it("are those that could not be read, and those that nobody asked about in this run or ever", async () => {
    await answered("unreadable", { answer: "unknown", reason: "fetch-failed", detail: "gone" });
    await answered("yesterday", ACCEPTED, -24 * 60);

    const counted = await finish(COMPLETE, ["one", "two"], lookingAfter("unreadable", "yesterday", "never"));
    expect(counted).toMatchObject({ SecretsNotProbed: 3 });
  });

  it("are not those where Auth0 accepts anything: no answer could tell", async () => {
    await answered("anything", { answer: "unknown", reason: "not-reported", detail: "accepts anything" });

    const counted = await finish(COMPLETE, ["one", "two"], lookingAfter("anything"));
    expect(counted).toMatchObject({ SecretsNotProbed: 0 });
  });

  it.each([
    { title: "where none are looked after", tenants: ["one", "two"], config: CONFIG },
    { title: "by a run over some tenants", tenants: ["two"], config: lookingAfter("never") },
  ])("are not counted $title", async ({ tenants, config }) => {
    expect(await finish(COMPLETE, tenants, config)).not.toHaveProperty("SecretsNotProbed");
  });
});
