import type { AddressInfo } from "node:net";
import { buildApp } from "fauxqs";
import { REGION } from "../account.ts";
import { attributeParameters, callSns, callSqs, createBucket, elementText, type Fauxqs } from "./fauxqs-calls.ts";
import { type Mail, openPostOffice } from "./post-office.ts";
import { type PublishParameters, publishForm } from "./publish.ts";
import { type BridgeOptions, bridgeQueue, type QueueBridge } from "./queue-bridge.ts";
import { watchS3 } from "./watch-s3.ts";
import { watchSns } from "./watch-sns.ts";

/** A queue, and where its messages go that fail too often. */
export interface QueuePlan {
  name: string;
  deadLetters?: { queue: string; maxReceiveCount: number };
}

/** A subscription of a queue or an address to a topic. */
export interface SubscriptionPlan {
  topic: string;
  /** A queue's name. */
  queue?: string;
  /** An address. */
  email?: string;
  /** Whether the link in the confirmation mail has been clicked; true when left out. */
  confirmed?: boolean;
  filterPolicy?: object;
  /** Deliver the message itself to the queue instead of SNS's envelope. */
  raw?: boolean;
}

/** What is there from the start. */
export interface MessagingPlan {
  buckets?: readonly string[];
  topics?: readonly string[];
  /** A queue for dead letters comes before the queue that uses it. */
  queues?: readonly QueuePlan[];
  subscriptions?: readonly SubscriptionPlan[];
}

/** Running emulators of SNS, SQS and S3. */
export interface Messaging extends AsyncDisposable {
  /** For `AWS_ENDPOINT_URL_SNS`, `_SQS` and `_S3`. */
  readonly origin: string;
  topicArn(name: string): string;
  queueArn(name: string): string;
  queueUrl(name: string): string;
  /** What arrived by email, oldest first. */
  readonly mails: readonly Mail[];
  /** Clicks the link in every confirmation mail of an address; gives how many subscriptions that confirmed. */
  confirm(address: string): Promise<number>;
  /** Bodies of the messages in a queue, those that are being worked on included. */
  peek(queue: string): Promise<string[]>;
  /** Publishes as a service does that calls SNS itself; the message's id. */
  publish(parameters: PublishParameters): Promise<{ MessageId: string }>;
  /** Calls a handler with a queue's messages, as Lambda does. */
  bridge(options: BridgeOptions): Promise<QueueBridge>;
  close(): Promise<void>;
}

/**
 * Starts SNS, SQS and S3 on one loopback port. Real clients work with it; S3 by path, which the SDK chooses itself
 * for an address like 127.0.0.1.
 */
export async function startMessaging(plan: MessagingPlan = {}, port = 0): Promise<Messaging> {
  const fauxqs = buildApp({ logger: false, defaultRegion: REGION });
  const postOffice = openPostOffice();
  const bridges = new Set<QueueBridge>();
  watchSns(fauxqs, postOffice, () => {
    for (const bridge of bridges) bridge.wake();
  });
  watchS3(fauxqs);
  await fauxqs.listen({ port, host: "127.0.0.1" });
  const origin = `http://127.0.0.1:${(fauxqs.server.address() as AddressInfo).port}`;
  const close = async () => {
    for (const bridge of bridges) bridge.stop();
    await Promise.all([fauxqs.close(), postOffice.close()]);
  };
  const confirm = async (address: string) => {
    const pending = postOffice.pendingOf(address);
    for (const arn of pending) {
      const topicArn = arn.slice(0, arn.lastIndexOf(":"));
      await callSns(fauxqs, "ConfirmSubscription", { TopicArn: topicArn, Token: arn });
    }
    return pending.length;
  };
  const names = await setUp(fauxqs, plan, confirm).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    origin,
    ...names,
    mails: postOffice.mails,
    confirm,
    peek: (queue) => peek(fauxqs, queue),
    publish: async (parameters) => {
      const answer = await callSns(fauxqs, "Publish", publishForm(parameters));
      return { MessageId: elementText(answer, "MessageId") ?? "" };
    },
    bridge: async (options) => {
      const bridge = await bridgeQueue(fauxqs, names.queueUrl(options.queue), names.queueArn(options.queue), options);
      bridges.add(bridge);
      return bridge;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function setUp(fauxqs: Fauxqs, plan: MessagingPlan, confirm: (address: string) => Promise<number>) {
  const topics = new Map<string, string>();
  const queues = new Map<string, { url: string; arn: string }>();
  const topicArn = (name: string) => known(topics, "topic", name);
  const queueUrl = (name: string) => known(queues, "queue", name).url;
  const queueArn = (name: string) => known(queues, "queue", name).arn;
  for (const name of plan.buckets ?? []) await createBucket(fauxqs, name);
  for (const name of plan.topics ?? []) {
    topics.set(name, elementText(await callSns(fauxqs, "CreateTopic", { Name: name }), "TopicArn") ?? "");
  }
  for (const queue of plan.queues ?? []) queues.set(queue.name, await createQueue(fauxqs, queue, queueArn));
  for (const { topic, queue, email, confirmed = true, filterPolicy, raw } of plan.subscriptions ?? []) {
    const attributes = {
      ...(filterPolicy ? { FilterPolicy: JSON.stringify(filterPolicy) } : {}),
      ...(raw ? { RawMessageDelivery: "true" } : {}),
    };
    const target = email === undefined ? ["sqs", queueArn(queue ?? "")] : ["email", email];
    const [Protocol = "", Endpoint = ""] = target;
    const subscription = { TopicArn: topicArn(topic), Protocol, Endpoint };
    await callSns(fauxqs, "Subscribe", { ...subscription, ...attributeParameters(attributes) });
    if (email !== undefined && confirmed) await confirm(email);
  }
  return { topicArn, queueUrl, queueArn };
}

async function createQueue(fauxqs: Fauxqs, { name, deadLetters }: QueuePlan, arnOf: (name: string) => string) {
  const redrive = deadLetters && {
    deadLetterTargetArn: arnOf(deadLetters.queue),
    maxReceiveCount: deadLetters.maxReceiveCount,
  };
  const Attributes = redrive ? { RedrivePolicy: JSON.stringify(redrive) } : {};
  const { QueueUrl } = await callSqs<{ QueueUrl: string }>(fauxqs, "CreateQueue", { QueueName: name, Attributes });
  const wanted = { QueueUrl, AttributeNames: ["QueueArn"] };
  const answer = await callSqs<{ Attributes: { QueueArn: string } }>(fauxqs, "GetQueueAttributes", wanted);
  return { url: QueueUrl, arn: answer.Attributes.QueueArn };
}

interface Inspection {
  messages: { ready: { body: string }[]; delayed: { body: string }[]; inflight: { message: { body: string } }[] };
}

async function peek(fauxqs: Fauxqs, queue: string): Promise<string[]> {
  const { body } = await fauxqs.inject({ method: "GET", url: `/_fauxqs/queues/${queue}` });
  const { ready, delayed, inflight } = (JSON.parse(body) as Inspection).messages;
  return [...ready, ...delayed, ...inflight.map(({ message }) => message)].map((message) => message.body);
}

function known<Value>(map: ReadonlyMap<string, Value>, kind: string, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new TypeError(`There is no ${kind} ${name} in this sandbox.`);
  return value;
}
