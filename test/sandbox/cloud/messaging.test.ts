import {
  ListSubscriptionsByTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { describe, expect, it } from "vitest";
import type { QueueHandler, QueueRecord } from "../../../lib/sandbox/cloud/messaging/queue-bridge.ts";
import { type MessagingPlan, startMessaging } from "../../../lib/sandbox/cloud/messaging/start-messaging.ts";

const PLAN: MessagingPlan = {
  topics: ["alerts"],
  queues: [{ name: "dead" }, { name: "slack", deadLetters: { queue: "dead", maxReceiveCount: 3 } }],
  subscriptions: [{ topic: "alerts", queue: "slack", raw: true, filterPolicy: { severity: ["high", "critical"] } }],
};

async function aWorld(plan: MessagingPlan = PLAN) {
  const messaging = await startMessaging(plan);
  const credentials = { accessKeyId: "sandbox", secretAccessKey: "sandbox" };
  const sns = new SNSClient({ endpoint: messaging.origin, region: "us-east-1", credentials, maxAttempts: 1 });
  const TopicArn = messaging.topicArn("alerts");
  const publish = (Message: string, severity = "high", more: object = {}) => {
    const MessageAttributes = { severity: { DataType: "String", StringValue: severity } };
    return sns.send(new PublishCommand({ TopicArn, Message, Subject: "Curfew", MessageAttributes, ...more }));
  };
  const subscribe = (Endpoint: string, more: object = {}) =>
    sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint, ...more }));
  const subscriptions = async () => {
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    return Subscriptions.filter(({ Protocol }) => Protocol === "email").map(({ SubscriptionArn }) => SubscriptionArn);
  };
  return { messaging, sns, publish, subscribe, subscriptions, [Symbol.asyncDispose]: () => messaging.close() };
}

const structured = (texts: object) => [JSON.stringify(texts), "high", { MessageStructure: "json" }] as const;

describe("subscriptions by email", () => {
  it("wait for confirmation, hide their ARN until then, and get nothing", async () => {
    await using world = await aWorld();
    expect(await world.subscribe("oncall@acme.example")).toMatchObject({ SubscriptionArn: "pending confirmation" });
    expect(await world.subscriptions()).toEqual(["PendingConfirmation"]);
    await world.publish("too early");
    expect(world.messaging.mails).toMatchObject([{ kind: "confirmation", to: "oncall@acme.example" }]);
    expect(await world.messaging.confirm("oncall@acme.example")).toBe(1);
    expect(await world.subscriptions()).toEqual([expect.stringMatching(/^arn:aws:sns:/)]);
    await world.publish("in time");
    expect(world.messaging.mails.at(-1)).toMatchObject({ kind: "notification", subject: "Curfew", text: "in time" });
    expect(world.messaging.mails).toHaveLength(2);
  });

  it("get the text for email where a message has one for each protocol, and queues get theirs", async () => {
    const email = "oncall@acme.example";
    const subscriptions = [...(PLAN.subscriptions ?? []), { topic: "alerts", email }];
    await using world = await aWorld({ ...PLAN, subscriptions });
    await world.publish(...structured({ default: "d", email: "for people", sqs: "for queues" }));
    await world.publish(...structured({ default: "for all" }));
    expect(world.messaging.mails.slice(1).map(({ text }) => text)).toEqual(["for people", "for all"]);
    expect(await world.messaging.peek("slack")).toEqual(["for queues", "for all"]);
  });

  it("are filtered by attributes, and by others once the filter is changed", async () => {
    await using world = await aWorld();
    const filter = (severity: string) => JSON.stringify({ severity: [severity] });
    await world.subscribe("a@acme.example", { Attributes: { FilterPolicy: filter("low") } });
    await world.messaging.confirm("a@acme.example");
    await world.publish("one", "low");
    await world.publish("two", "high");
    const [SubscriptionArn] = await world.subscriptions();
    const change = { SubscriptionArn, AttributeName: "FilterPolicy", AttributeValue: filter("high") };
    await world.sns.send(new SetSubscriptionAttributesCommand(change));
    await world.publish("three", "low");
    await world.publish("four", "high");
    await world.sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await world.publish("five", "high");
    const texts = world.messaging.mails.filter(({ kind }) => kind === "notification").map(({ text }) => text);
    expect(texts).toEqual(["one", "four"]);
  });

  it("subscribed again while pending stay one and get another request", async () => {
    await using world = await aWorld();
    await world.subscribe("a@acme.example");
    await world.subscribe("a@acme.example");
    expect(await world.subscriptions()).toHaveLength(1);
    expect(world.messaging.mails).toHaveLength(2);
  });

  it.each([
    { title: "a subject of a hundred characters", more: { Subject: "x".repeat(100) } },
    { title: "a subject with a line break", more: { Subject: "a\nb" } },
    { title: "a structured message that is not JSON", more: { MessageStructure: "json", Message: "{" } },
    { title: "a structured message without a default", more: { MessageStructure: "json", Message: '{"email":"x"}' } },
  ])("refuse $title", async ({ more }) => {
    await using world = await aWorld();
    await expect(world.publish("text", "high", more)).rejects.toMatchObject({ name: "InvalidParameterException" });
    expect(await world.messaging.peek("slack")).toEqual([]);
  });

  it("do not pretend to know batches", async () => {
    await using world = await aWorld();
    const PublishBatchRequestEntries = [{ Id: "1", Message: "x" }];
    const batch = new PublishBatchCommand({ TopicArn: world.messaging.topicArn("alerts"), PublishBatchRequestEntries });
    await expect(world.sns.send(batch)).rejects.toThrow("PublishBatch");
  });
});

describe("a queue in front of a Lambda", () => {
  it("gives each message that passes the filter once, as a record", async () => {
    await using world = await aWorld();
    const records: QueueRecord[] = [];
    const handler: QueueHandler = async ({ Records }) => void records.push(...Records);
    const bridge = await world.messaging.bridge({ queue: "slack", handler });
    await world.publish("one");
    await world.publish("two", "low");
    await world.publish("three", "critical");
    await bridge.settled();
    expect(records.map(({ body }) => body)).toEqual(["one", "three"]);
    expect(records[0]).toMatchObject({
      eventSource: "aws:sqs",
      eventSourceARN: world.messaging.queueArn("slack"),
      attributes: { ApproximateReceiveCount: "1" },
      messageAttributes: { severity: { dataType: "String", stringValue: "high" } },
    });
    expect(await world.messaging.peek("slack")).toEqual([]);
  });

  it("returns only the messages that failed, and gives them to the dead letters in the end", async () => {
    await using world = await aWorld();
    const seen: string[] = [];
    const handler: QueueHandler = async ({ Records }) => {
      seen.push(...Records.map(({ body }) => body));
      const failed = Records.filter(({ body }) => body === "bad");
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    };
    await world.publish("good");
    await world.publish("bad");
    const bridge = await world.messaging.bridge({ queue: "slack", handler, reportsFailures: true });
    await bridge.settled();
    expect(seen).toEqual(["good", "bad", "bad", "bad"]);
    expect([await world.messaging.peek("slack"), await world.messaging.peek("dead")]).toEqual([[], ["bad"]]);
  });

  it("does not look at the answer of a Lambda that was not set up to name what failed", async () => {
    await using world = await aWorld();
    const handler: QueueHandler = async ({ Records }) => ({
      batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
    });
    await world.publish("lost");
    const bridge = await world.messaging.bridge({ queue: "slack", handler });
    await bridge.settled();
    expect([await world.messaging.peek("slack"), await world.messaging.peek("dead")]).toEqual([[], []]);
  });

  it("returns the whole batch when the Lambda fails", async () => {
    await using world = await aWorld();
    let calls = 0;
    const handler: QueueHandler = async () => {
      calls += 1;
      if (calls === 1) throw new Error("killed");
    };
    await world.publish("one");
    await world.publish("two");
    const bridge = await world.messaging.bridge({ queue: "slack", handler });
    await bridge.settled();
    expect(calls).toBe(2);
    expect(await world.messaging.peek("dead")).toEqual([]);
  });

  it("must have dead letters", async () => {
    await using world = await aWorld();
    const bridge = world.messaging.bridge({ queue: "dead", handler: async () => undefined });
    await expect(bridge).rejects.toThrow("no dead letters");
  });
});
