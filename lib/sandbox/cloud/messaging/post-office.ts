import { buildApp } from "fauxqs";
import { callSns, callSqs, elementText, type Fauxqs, type SnsParameters } from "./fauxqs-calls.ts";
import { textFor } from "./message-text.ts";

/** What arrived at an address. */
export interface Mail {
  /** A request to confirm a subscription, or a message of the topic. */
  kind: "confirmation" | "notification";
  to: string;
  topicArn: string;
  subject: string;
  /** What a person reads. The footer with the link to unsubscribe, which SNS appends, is left out. */
  text: string;
}

/** Delivers to subscriptions by email, which the emulator itself leaves pending for ever. */
export interface PostOffice {
  /** Everything that arrived, oldest first. */
  readonly mails: readonly Mail[];
  /** Remembers a subscription and sends the request to confirm it. */
  subscribe(arn: string, parameters: SnsParameters): Promise<void>;
  /** Takes over a change of a subscription's filter. */
  change(parameters: SnsParameters): Promise<void>;
  unsubscribe(arn: string): void;
  /** Delivers a message to every confirmed address whose filter it passes. */
  deliver(parameters: SnsParameters): Promise<void>;
  isPending(arn: string): boolean;
  /** ARNs of an address's subscriptions that wait for confirmation. */
  pendingOf(address: string): string[];
  confirmed(arn: string): void;
  close(): Promise<void>;
}

interface Subscription {
  arn: string;
  topicArn: string;
  address: string;
  confirmed: boolean;
  /** A topic with one queue of its own, behind the same filter. */
  shadow: { topicArn: string; queueUrl: string; subscriptionArn: string };
}

/**
 * Opens a post office. Whether a message passes a subscription's filter is decided by an emulator of its own:
 * each subscription has a topic and a queue there, and what reaches the queue is delivered.
 */
export function openPostOffice(): PostOffice {
  const sorting = buildApp({ logger: false });
  const mails: Mail[] = [];
  const subscriptions = new Map<string, Subscription>();
  const waiting = (arn: string) => subscriptions.get(arn)?.confirmed === false;
  return {
    mails,
    subscribe: async (arn, parameters) => {
      const known = subscriptions.get(arn);
      if (known?.confirmed) return;
      const subscription = known ?? (await newSubscription(sorting, arn, parameters));
      subscriptions.set(arn, subscription);
      mails.push(confirmationMail(subscription));
    },
    change: async ({ SubscriptionArn = "", ...parameters }) => {
      const shadow = subscriptions.get(SubscriptionArn)?.shadow;
      if (!shadow) return;
      const input = { ...parameters, SubscriptionArn: shadow.subscriptionArn };
      await callSns(sorting, "SetSubscriptionAttributes", input);
    },
    unsubscribe: (arn) => void subscriptions.delete(arn),
    deliver: async (parameters) => {
      for (const each of subscriptions.values()) {
        if (!each.confirmed || each.topicArn !== parameters.TopicArn) continue;
        if (await passes(sorting, each, parameters)) mails.push(notificationMail(each, parameters));
      }
    },
    isPending: waiting,
    pendingOf: (address) =>
      [...subscriptions.values()].filter((each) => each.address === address && !each.confirmed).map(({ arn }) => arn),
    confirmed: (arn) => {
      const subscription = subscriptions.get(arn);
      if (subscription) subscription.confirmed = true;
    },
    close: () => sorting.close(),
  };
}

async function newSubscription(sorting: Fauxqs, arn: string, parameters: SnsParameters): Promise<Subscription> {
  const name = crypto.randomUUID();
  const topicArn = elementText(await callSns(sorting, "CreateTopic", { Name: name }), "TopicArn") ?? "";
  const { QueueUrl } = await callSqs<{ QueueUrl: string }>(sorting, "CreateQueue", { QueueName: name });
  const { Attributes } = await callSqs<{ Attributes: { QueueArn: string } }>(sorting, "GetQueueAttributes", {
    QueueUrl,
    AttributeNames: ["QueueArn"],
  });
  const input = { ...parameters, TopicArn: topicArn, Protocol: "sqs", Endpoint: Attributes.QueueArn };
  const subscriptionArn = elementText(await callSns(sorting, "Subscribe", input), "SubscriptionArn") ?? "";
  const { TopicArn = "", Endpoint = "" } = parameters;
  const shadow = { topicArn, queueUrl: QueueUrl, subscriptionArn };
  return { arn, topicArn: TopicArn, address: Endpoint, confirmed: false, shadow };
}

/** Publishes the message to the subscription's own topic and sees whether it comes through. */
async function passes(sorting: Fauxqs, { shadow }: Subscription, parameters: SnsParameters): Promise<boolean> {
  const { MessageStructure: _structure, ...rest } = parameters;
  const message = { ...rest, TopicArn: shadow.topicArn, Message: textFor("email", parameters) };
  await callSns(sorting, "Publish", message);
  const QueueUrl = shadow.queueUrl;
  const { Messages = [] } = await callSqs<{ Messages?: { ReceiptHandle: string }[] }>(sorting, "ReceiveMessage", {
    QueueUrl,
  });
  for (const { ReceiptHandle } of Messages) await callSqs(sorting, "DeleteMessage", { QueueUrl, ReceiptHandle });
  return Messages.length > 0;
}

function confirmationMail({ address, topicArn }: Subscription): Mail {
  const text = `You have chosen to subscribe to the topic:\n${topicArn}\n\nTo confirm this subscription, click the link.`;
  return { kind: "confirmation", to: address, topicArn, subject: "AWS Notification - Subscription Confirmation", text };
}

function notificationMail({ address, topicArn }: Subscription, parameters: SnsParameters): Mail {
  const { Subject = "AWS Notification Message" } = parameters;
  return { kind: "notification", to: address, topicArn, subject: Subject, text: textFor("email", parameters) };
}
