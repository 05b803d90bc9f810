import { REGION } from "../account.ts";
import { callSqs, type Fauxqs } from "./fauxqs-calls.ts";

/** A record as a Lambda behind a queue gets it. */
export interface QueueRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Record<string, string>;
  messageAttributes: Record<string, { dataType: string; stringValue?: string; binaryValue?: string }>;
  md5OfBody: string;
  eventSource: "aws:sqs";
  eventSourceARN: string;
  awsRegion: string;
}

/** A Lambda behind a queue. When it rejects, all messages failed; see `reportsFailures` for what it answers. */
export type QueueHandler = (event: { Records: QueueRecord[] }) => Promise<unknown>;

/** How a queue is worked off. */
export interface BridgeOptions {
  queue: string;
  handler: QueueHandler;
  /** Most messages in one call; 10 when left out, which is Lambda's default. */
  batchSize?: number;
  /**
   * Whether the handler's answer names the messages that failed (`ReportBatchItemFailures`). Without it the answer is
   * not looked at, as on AWS, and all messages of a call that did not reject are done.
   */
  reportsFailures?: boolean;
  /** Waits before failed messages come back, in place of the visibility timeout; they come back at once when left out. */
  pause?: () => Promise<void>;
}

/** A queue's messages on their way to a handler. */
export interface QueueBridge {
  /** Looks whether there is something to do. */
  wake(): void;
  /** Resolves when the queue is empty or holds only what another receiver works on. */
  settled(): Promise<void>;
  stop(): void;
}

interface ReceivedMessage {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  MD5OfBody: string;
  Attributes?: Record<string, string>;
  MessageAttributes?: Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>;
}

/**
 * Calls a handler with the messages of a queue, as Lambda's event source mapping does: in batches, deleting what
 * succeeded and returning what failed, until the queue gives it to its dead letters.
 *
 * @throws TypeError when the queue has no queue for dead letters: what always fails would come back for ever
 */
export async function bridgeQueue(
  fauxqs: Fauxqs,
  url: string,
  arn: string,
  { queue, handler, batchSize = 10, reportsFailures = false, pause = async () => undefined }: BridgeOptions,
): Promise<QueueBridge> {
  const wanted = { QueueUrl: url, AttributeNames: ["RedrivePolicy"] };
  const { Attributes } = await callSqs<{ Attributes?: object }>(fauxqs, "GetQueueAttributes", wanted);
  if (!Attributes || !("RedrivePolicy" in Attributes)) throw new TypeError(`The queue ${queue} has no dead letters.`);
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const workOff = async () => {
    while (!stopped) {
      const messages = await receive(fauxqs, url, batchSize);
      if (messages.length === 0) return;
      const failed = await handle({ handler, reportsFailures }, messages, arn);
      await settleMessages(fauxqs, url, messages, failed, failed.size > 0 ? pause : undefined);
    }
  };
  // One batch after the other: a bridge is one instance of a Lambda.
  const wake = () => {
    running = running.then(workOff);
    // Whoever awaits `settled` hears of it; nobody else needs to.
    running.catch(() => undefined);
  };
  return {
    wake,
    settled: () => {
      wake();
      return running;
    },
    stop: () => {
      stopped = true;
    },
  };
}

async function receive(fauxqs: Fauxqs, url: string, batchSize: number): Promise<ReceivedMessage[]> {
  const { Messages = [] } = await callSqs<{ Messages?: ReceivedMessage[] }>(fauxqs, "ReceiveMessage", {
    QueueUrl: url,
    MaxNumberOfMessages: batchSize,
    MessageSystemAttributeNames: ["All"],
    MessageAttributeNames: ["All"],
  });
  return Messages;
}

/** The ids of the messages that failed. */
async function handle(
  { handler, reportsFailures }: { handler: QueueHandler; reportsFailures: boolean },
  messages: readonly ReceivedMessage[],
  arn: string,
): Promise<ReadonlySet<string>> {
  const Records = messages.map((message) => toRecord(message, arn));
  try {
    const answer = await handler({ Records });
    return reportsFailures ? failuresIn(answer) : new Set();
  } catch {
    // What a Lambda throws is in its log; the queue only sees that it failed.
    return new Set(messages.map(({ MessageId }) => MessageId));
  }
}

function failuresIn(answer: unknown): ReadonlySet<string> {
  if (typeof answer !== "object" || answer === null || !("batchItemFailures" in answer)) return new Set();
  const failures = answer.batchItemFailures as { itemIdentifier: string }[];
  return new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
}

async function settleMessages(
  fauxqs: Fauxqs,
  QueueUrl: string,
  messages: readonly ReceivedMessage[],
  failed: ReadonlySet<string>,
  pause?: () => Promise<void>,
): Promise<void> {
  for (const { MessageId, ReceiptHandle } of messages) {
    if (!failed.has(MessageId)) await callSqs(fauxqs, "DeleteMessage", { QueueUrl, ReceiptHandle });
  }
  await pause?.();
  for (const { MessageId, ReceiptHandle } of messages) {
    const again = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
    if (failed.has(MessageId)) await callSqs(fauxqs, "ChangeMessageVisibility", again);
  }
}

function toRecord(message: ReceivedMessage, arn: string): QueueRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, attribute]) => {
    const { DataType, StringValue, BinaryValue } = attribute;
    const value = StringValue === undefined ? {} : { stringValue: StringValue };
    return [name, { dataType: DataType, ...value, ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }) }];
  });
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: arn,
    awsRegion: REGION,
  };
}
