import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { topicSubscriptions } from "../../lib/aws/sns-subscriptions.ts";
import { curfew, type Run, temporaryFolder } from "../support/command-line.ts";
import { awsEnv, type Messaging, startMessaging, stubAwsEnv } from "../support/messaging.ts";

const TENANT = `version: 1
tenants:
  - name: acme
    domain: acme.auth0.com
    owner: identity@acme.example
    auditor: { clientId: abc, secret: env:AUDITOR_SECRET }
`;
const MAILS = `alerts:
  email: [oncall@acme.example]
  digest: { email: [security@acme.example] }
`;
const CANARY = "cNry7f3kQ9xW2mB5vT8z";

let messaging: Messaging;
let server: Server;
let webhook: string;
let status: number;
let posts: { blocks: { text?: { text: string } }[] }[];

beforeEach(async () => {
  messaging = await startMessaging();
  posts = [];
  status = 200;
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    posts.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(status).end("no_service");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${CANARY}`;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((done) => server.close(done));
  await messaging[Symbol.asyncDispose]();
});

async function alertsTest(config: string, ...args: string[]): Promise<Run> {
  await using folder = await temporaryFolder();
  await folder.write("curfew.yaml", config);
  const run = await curfew(["alerts", "test", ...args], {
    cwd: folder.path,
    env: { ...awsEnv(messaging.endpoint), SLACK_WEBHOOK: webhook },
  });
  expect(run.stdout + run.stderr).not.toContain(CANARY);
  return run;
}

/** The topics that tell operators of the stack itself; those who are subscribed there have confirmed. */
async function deployOperatorTopics(watchdog: readonly string[], alarms: readonly string[]): Promise<void> {
  const sns = new SNSClient({ endpoint: messaging.endpoint });
  for (const [Name, addresses] of [
    ["curfew-watchdog", watchdog],
    ["curfew-alarms", alarms],
  ] as const) {
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name }));
    await topicSubscriptions(TopicArn).ensureEmails(new Map(addresses.map((address) => [address, {}])));
    for (const address of addresses) messaging.confirm(address);
  }
}

/** A deployed topic with these addresses subscribed and confirmed, and a queue. */
async function deploy(
  name: string,
  confirmed: readonly string[],
  pending: readonly string[] = [],
  queue = "curfew-slack",
) {
  const { endpoint } = messaging;
  stubAwsEnv(endpoint);
  const sns = new SNSClient({ endpoint });
  const sqs = new SQSClient({ endpoint });
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: name }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: queue }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: Attributes?.QueueArn }));
  await topicSubscriptions(TopicArn).ensureEmails(new Map([...confirmed, ...pending].map((address) => [address, {}])));
  for (const address of confirmed) messaging.confirm(address);
  const received = async () =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages?.length ?? 0;
  return { topic: TopicArn, received };
}

describe("curfew alerts test", () => {
  it("sends one message and says for each channel whether it shows it", async () => {
    const { received } = await deploy(
      "curfew-alerts",
      ["oncall@acme.example", "gone@acme.example"],
      ["security@acme.example"],
    );
    await deployOperatorTopics(["oncall@acme.example"], []);

    const { code, stdout, stderr } = await alertsTest(
      `${TENANT}${MAILS}  slack: { webhook: secretsmanager:curfew/slack }\n`,
    );

    expect(stdout.split("\n")).toEqual([
      "oncall@acme.example    mail             sent",
      "security@acme.example  mail             UNCONFIRMED: follow the link in AWS's mail there",
      "identity@acme.example  mail             MISSING: the next audit subscribes it",
      "Slack                  queue            sent to its queue; look there",
      "gone@acme.example      mail             hears, and is not in the configuration",
      "oncall@acme.example    curfew-watchdog  subscribed",
      "oncall@acme.example    curfew-alarms    MISSING: see docs/runbook.md",
      "",
    ]);
    expect(stderr).toMatch(/^The message is al_[0-9a-f]{24}\.\n$/);
    expect(code).toBe(1);
    expect(await received()).toBe(1);
  });

  it("is content when everybody hears, at a topic that is named", async () => {
    const { topic } = await deploy("other", ["oncall@acme.example", "security@acme.example", "identity@acme.example"]);

    const { code, stdout } = await alertsTest(`${TENANT}${MAILS}`, "--topic", topic);

    expect(stdout.match(/ sent\n/g)).toHaveLength(3);
    expect(code).toBe(0);
  });

  it("is not content when operators would not hear that audits have stopped", async () => {
    await deploy("curfew-alerts", ["oncall@acme.example", "security@acme.example", "identity@acme.example"]);
    await deployOperatorTopics([], ["oncall@acme.example"]);

    const { code, stdout } = await alertsTest(`${TENANT}${MAILS}`);

    expect(stdout.match(/MISSING/g)).toHaveLength(1);
    expect(stdout).toMatch(/^oncall@acme\.example +curfew-watchdog +MISSING: see docs\/runbook\.md$/m);
    expect(code).toBe(1);
  });

  it("says what brings a subscription back that the stack has made and that vanished", async () => {
    await deploy("curfew-alerts", ["security@acme.example", "identity@acme.example"]);

    const { code, stdout } = await alertsTest(`${TENANT}${MAILS}`);

    expect(stdout).toMatch(
      /^oncall@acme\.example +mail +MISSING: deploy; if that was done, take it out of curfew\.yaml, deploy, put it back, deploy again$/m,
    );
    expect(code).toBe(1);
  });

  it("warns that bringing Slack's subscription back deletes what has not been posted", async () => {
    stubAwsEnv(messaging.endpoint);
    await new SNSClient({}).send(new CreateTopicCommand({ Name: "curfew-alerts" }));
    await deployOperatorTopics([], []);

    const { stdout } = await alertsTest(`${TENANT}${MAILS}  slack: { webhook: secretsmanager:curfew/slack }\n`);

    expect(stdout).toMatch(
      /^Slack +queue +MISSING: .*take alerts\.slack out.* deletes the queue and its dead letters/m,
    );
  });

  it("does not take somebody's own queue for Slack's", async () => {
    const hear = ["oncall@acme.example", "security@acme.example", "identity@acme.example"];
    await deploy("curfew-alerts", hear, [], "pager");
    await deployOperatorTopics(["oncall@acme.example"], ["oncall@acme.example"]);

    const { code, stdout } = await alertsTest(`${TENANT}${MAILS}  slack: { webhook: secretsmanager:curfew/slack }\n`);

    expect(stdout).toMatch(/^Slack +queue +MISSING: /m);
    expect(code).toBe(1);
  });

  it("says in one sentence that nothing is deployed", async () => {
    const { code, stdout, stderr } = await alertsTest(`${TENANT}${MAILS}`);

    expect(stdout).toBe("");
    expect(stderr).toBe(
      "Nothing is deployed in this account and region: there is no topic curfew-alerts; deploy first, or name another with --topic.\n",
    );
    expect(code).toBe(3);
  });

  it("posts to Slack from a laptop, with nothing deployed", async () => {
    const alone = TENANT.replace("    owner: identity@acme.example\n", "");

    const { code, stdout } = await alertsTest(`${alone}alerts: { slack: { webhook: env:SLACK_WEBHOOK } }\n`);

    expect(stdout).toBe("Slack  posted from here (env:SLACK_WEBHOOK)  sent\n");
    expect(code).toBe(0);
    expect(posts.map(({ blocks }) => blocks[0]?.text?.text)).toEqual(["TEST Curfew's alerts reach you here"]);
  });

  it("says why Slack does not take it", async () => {
    status = 404;

    const { code, stderr } = await alertsTest(`${TENANT}alerts: { slack: { webhook: env:SLACK_WEBHOOK } }\n`);

    expect(stderr).toBe(
      "Slack refused the message with status 404: the webhook does not exist any more; make a new one and store its URL.\n",
    );
    expect(code).toBe(3);
  });

  it("says that nobody is named", async () => {
    const { code, stderr } = await alertsTest(TENANT.replace("    owner: identity@acme.example\n", ""));

    expect(stderr).toBe("./curfew.yaml names nobody to tell; add alerts: { email: [oncall@acme.example] } to it.\n");
    expect(code).toBe(3);
  });
});
