import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import type { Alert } from "../../lib/alerts/alert.ts";
import { readDelivery, slackDelivery } from "../../lib/alerts/slack/delivery.ts";
import { testAlert } from "../../lib/alerts/test-alert.ts";
import { snsPublisher } from "../../lib/aws/sns-publisher.ts";
import { findTopic, topicSubscriptions } from "../../lib/aws/sns-subscriptions.ts";
import {
  emailSubscriptions,
  type FilterPolicy,
  ownerSubscriptions,
  slackFilter,
  unreached,
} from "../../lib/config/alert-subscriptions.ts";
import { ALERT_KINDS } from "../../lib/model/alert-kind.ts";
import { SEVERITIES } from "../../lib/model/severity.ts";
import { changed, configOf, FULL } from "../config/example.ts";
import { type Messaging, startMessaging, stubAwsEnv } from "../support/messaging.ts";

let messaging: Messaging;
let sns: SNSClient;
let sqs: SQSClient;
let topic: string;

beforeEach(async () => {
  messaging = await startMessaging();
  stubAwsEnv(messaging.endpoint);
  const { endpoint } = messaging;
  sns = new SNSClient({ endpoint });
  sqs = new SQSClient({ endpoint });
  topic = (await sns.send(new CreateTopicCommand({ Name: "curfew-alerts" }))).TopicArn ?? "";
});

afterEach(async () => {
  vi.unstubAllEnvs();
  sns.destroy();
  sqs.destroy();
  await messaging[Symbol.asyncDispose]();
});

/** A queue that hears what a filter lets pass. */
async function subscribedQueue(QueueName: string, filter?: FilterPolicy) {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  const Attributes = filter === undefined ? {} : { FilterPolicy: JSON.stringify(filter) };
  const Endpoint = answer.Attributes?.QueueArn ?? "";
  await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: "sqs", Endpoint, Attributes }));
  return async (): Promise<string[]> => {
    const bodies: string[] = [];
    for (;;) {
      const received = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
      );
      if (!received.Messages?.length) return bodies;
      bodies.push(...received.Messages.map(({ Body = "" }) => Body));
    }
  };
}

const alert = (parts: Partial<Alert> = {}): Alert => ({
  ...testAlert("2026-11-25T06:00:00.000Z", "1"),
  kind: "finding",
  severity: "high",
  tenant: "acme-prod",
  owner: "identity@acme.example",
  ...parts,
});

describe("publishing", () => {
  it("reaches the queue as what the Slack poster reads", async () => {
    const received = await subscribedQueue("slack");

    await snsPublisher(topic).publish(alert());

    const [body = ""] = await received();
    expect(readDelivery(body)).toEqual(slackDelivery(alert()));
    const request = messaging.requests.find(({ Action }) => Action === "Publish");
    expect(request?.Subject).toBe("HIGH Curfew's alerts reach you here");
    expect(JSON.parse(body).MessageAttributes).toEqual({
      kind: { Type: "String", Value: "finding" },
      severity: { Type: "String", Value: "high" },
      tenant: { Type: "String", Value: "acme-prod" },
      owner: { Type: "String", Value: "identity@acme.example" },
    });
  });

  it("leaves out what there is none of", async () => {
    const received = await subscribedQueue("slack");

    await snsPublisher(topic).publish(alert({ tenant: null, owner: null }));

    expect(Object.keys(JSON.parse((await received())[0] ?? "").MessageAttributes)).toEqual(["kind", "severity"]);
  });

  it("says what to do about a topic that is not there", async () => {
    await expect(snsPublisher(`${topic}-2`).publish(alert())).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("there is no such topic; check its ARN, the account and the region"),
    });
  });

  it("says that SNS cannot be reached", async () => {
    stubAwsEnv("http://127.0.0.1:1");

    await expect(snsPublisher(topic, { attempts: 1 }).publish(alert())).rejects.toMatchObject({
      code: "unreachable",
      retryable: true,
    });
  });
});

/** `oncall@` hears at once, `security@` daily, `identity@` owns the tenant. */
const CONFIG = configOf(FULL);

describe("who hears what", () => {
  const filters = emailSubscriptions(CONFIG);
  const both = emailSubscriptions(
    configOf(
      changed(
        "digest: { email: [security@acme.example] }",
        "digest: { email: [oncall@acme.example, identity@acme.example] }",
      ),
    ),
  );
  const nobodyDaily = emailSubscriptions(configOf(changed("  digest: { email: [security@acme.example] }\n", "")));
  const ownOnCall = emailSubscriptions(
    configOf(changed("  email: [oncall@acme.example]", "  email: [oncall@acme.example, identity@acme.example]")),
  );
  const { slack: _, ...alerts } = CONFIG.alerts;
  const ownersAlone = emailSubscriptions({ ...CONFIG, alerts: { ...alerts, email: [], digest: { email: [] } } });
  const here = (kind: string) => kind !== "owner-summary" && kind !== "rotation-due";
  const isTheirs = ({ owner }: Alert) => owner === "identity@acme.example";
  const daily = ({ kind }: Alert) => kind === "digest" || kind === "test";

  test.each<[string, FilterPolicy | undefined, (alert: Alert) => boolean]>([
    ["on call", filters.get("oncall@acme.example"), ({ kind }) => here(kind) && kind !== "digest"],
    ["the digest's reader", filters.get("security@acme.example"), daily],
    ["an owner", filters.get("identity@acme.example"), (one) => isTheirs(one) || one.kind === "test"],
    ["on call who read the digest", both.get("oncall@acme.example"), ({ kind }) => here(kind)],
    [
      "an owner who is on call",
      ownOnCall.get("identity@acme.example"),
      (one) => (here(one.kind) && one.kind !== "digest") || (one.kind === "rotation-due" && isTheirs(one)),
    ],
    [
      "an owner where nobody else is named",
      ownersAlone.get("identity@acme.example"),
      (one) => isTheirs(one) || one.kind === "test" || (one.kind === "incident" && one.owner === null),
    ],
    ["an owner who reads the digest", both.get("identity@acme.example"), (one) => isTheirs(one) || daily(one)],
    ["on call where nobody reads the digest", nobodyDaily.get("oncall@acme.example"), ({ kind }) => here(kind)],
    [
      "Slack",
      slackFilter("medium"),
      ({ kind, severity }) => here(kind) && ["medium", "high", "critical"].includes(severity),
    ],
  ])("%s", async (_, filter, hears) => {
    expect(filter).toBeDefined();
    const received = await subscribedQueue("q", filter);
    const owners = [null, "identity@acme.example", "other@acme.example"];
    const all = ALERT_KINDS.flatMap((kind) =>
      SEVERITIES.flatMap((severity) =>
        owners.map((owner) => alert({ kind, severity, owner, id: `al_${kind}${severity}${owner}` })),
      ),
    );

    const publisher = snsPublisher(topic);
    for (const one of all) await publisher.publish(one);

    const heard = (await received()).map((body) => readDelivery(body).alert.id).sort();
    expect(heard).toEqual(
      all
        .filter(hears)
        .map(({ id }) => id)
        .sort(),
    );
    expect(heard.length).toBeGreaterThan(0);
  });
});

describe("subscriptions", () => {
  it("are made once for each owner whom nothing else subscribes", async () => {
    const { ensureEmails, list } = topicSubscriptions(topic);
    const owners = ownerSubscriptions(CONFIG);
    expect([...owners.keys()]).toEqual(["identity@acme.example"]);

    expect(await ensureEmails(owners)).toEqual({ added: ["identity@acme.example"], failed: [], left: 0 });
    expect(await ensureEmails(new Map([["IDENTITY@acme.example", {}]]))).toEqual({ added: [], failed: [], left: 0 });

    expect(await list()).toEqual([{ protocol: "email", endpoint: "identity@acme.example", isConfirmed: false }]);
    const requests = messaging.requests.filter(({ Action }) => Action === "Subscribe");
    expect(requests).toHaveLength(1);
    expect(Object.values(requests[0] ?? {})).toContain(JSON.stringify(owners.get("identity@acme.example")));
  });

  it("are listed over all pages, with whether they are confirmed", async () => {
    const { ensureEmails, list } = topicSubscriptions(topic);
    const addresses = Array.from({ length: 230 }, (_, index) => `o${index}@acme.example`);
    await ensureEmails(new Map(addresses.map((address) => [address, { owner: [address] }])));
    messaging.confirm("o1@acme.example");

    const subscriptions = await list();

    expect(subscriptions).toHaveLength(230);
    expect(subscriptions.filter(({ isConfirmed }) => isConfirmed).map(({ endpoint }) => endpoint)).toEqual([
      "o1@acme.example",
    ]);
    expect((await ensureEmails(new Map([["o229@acme.example", {}]]))).added).toEqual([]);
  });

  it("show whom no alert reaches", async () => {
    const { ensureEmails, list } = topicSubscriptions(topic);
    await ensureEmails(new Map(["Oncall@acme.example", "security@acme.example"].map((address) => [address, {}])));
    messaging.confirm("Oncall@acme.example");

    expect(unreached(emailSubscriptions(CONFIG).keys(), await list())).toEqual([
      "identity@acme.example",
      "security@acme.example",
    ]);
  });

  it("are made for the others when SNS does not take one", async () => {
    const { ensureEmails } = topicSubscriptions(topic);
    const tooMuch = { owner: Array.from({ length: 151 }, (_, index) => `${index}`) };

    const { added, failed } = await ensureEmails(
      new Map<string, FilterPolicy>([
        ["a@acme.example", tooMuch],
        ["b@acme.example", {}],
      ]),
    );

    expect(added).toEqual(["b@acme.example"]);
    expect(failed).toMatchObject([{ address: "a@acme.example", error: { code: "request-refused" } }]);
  });

  it("belong to a topic that is found by its name among many", async () => {
    for (let index = 0; index < 120; index++) await sns.send(new CreateTopicCommand({ Name: `a-${index}` }));
    await sns.send(new CreateTopicCommand({ Name: "not-curfew-alerts" }));

    expect(await findTopic("curfew-alerts")).toBe(topic);
    expect(await findTopic("curfew")).toBeUndefined();
  });
});
