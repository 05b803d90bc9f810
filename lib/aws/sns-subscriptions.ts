import type { FilterPolicy } from "../config/alert-subscriptions.ts";
import { lazySns, regionOf, type Sns, type SnsOptions } from "./sns-client.ts";
import { snsFailure } from "./sns-failure.ts";

/** Somebody who hears, or will when they confirm. */
export interface Subscription {
  /** `email`, `sqs`, … */
  protocol: string;
  /** The address, or the queue's ARN. */
  endpoint: string;
  /** False until the person has followed the link in SNS's mail; until then nothing is sent. */
  isConfirmed: boolean;
}

/** Who is subscribed to a topic. All functions reject with a CurfewError that says what to do. */
export interface TopicSubscriptions {
  list(): Promise<Subscription[]>;
  /**
   * Subscribes the addresses that are not subscribed yet, confirmed or not: subscribing again would send another mail.
   * SNS forgets what nobody confirmed within two days, and then it is subscribed once more.
   *
   * @returns the addresses that were subscribed now
   */
  ensureEmails(filters: ReadonlyMap<string, FilterPolicy>): Promise<string[]>;
}

/** The subscriptions of one topic. */
export function topicSubscriptions(topicArn: string, options: SnsOptions = {}): TopicSubscriptions {
  const connect = lazySns(options, regionOf(topicArn));
  const list = async () => listSubscriptions(await connect(), topicArn);
  return {
    list,
    async ensureEmails(filters) {
      const known = new Set((await list()).filter(isEmail).map(({ endpoint }) => endpoint.toLowerCase()));
      const added: string[] = [];
      for (const [address, filter] of filters) {
        if (known.has(address.toLowerCase())) continue;
        await subscribe(await connect(), topicArn, address, filter);
        added.push(address);
      }
      return added;
    },
  };
}

const isEmail = ({ protocol }: Subscription): boolean => protocol === "email";

/** How many subscriptions nobody has confirmed. */
export const unconfirmed = (subscriptions: readonly Subscription[]): number =>
  subscriptions.filter(({ isConfirmed }) => !isConfirmed).length;

async function listSubscriptions({ sdk, client }: Sns, topicArn: string): Promise<Subscription[]> {
  const found: Subscription[] = [];
  try {
    for await (const page of sdk.paginateListSubscriptionsByTopic({ client }, { TopicArn: topicArn })) {
      for (const { Protocol = "", Endpoint = "", SubscriptionArn = "" } of page.Subscriptions ?? []) {
        // Instead of an ARN there is the word PendingConfirmation, or Deleted for a while after unsubscribing.
        if (SubscriptionArn === "Deleted") continue;
        found.push({ protocol: Protocol, endpoint: Endpoint, isConfirmed: SubscriptionArn.startsWith("arn:") });
      }
    }
    return found;
  } catch (error) {
    throw snsFailure("The topic's subscriptions could not be listed", error);
  }
}

async function subscribe({ sdk, client }: Sns, topicArn: string, address: string, filter: FilterPolicy): Promise<void> {
  const Attributes = { FilterPolicy: JSON.stringify(filter), FilterPolicyScope: "MessageAttributes" };
  const command = new sdk.SubscribeCommand({ TopicArn: topicArn, Protocol: "email", Endpoint: address, Attributes });
  await client.send(command).catch((error: unknown) => {
    throw snsFailure(`${address} could not be subscribed`, error);
  });
}

/**
 * Finds a topic by its name in the account and region of the credentials.
 *
 * @returns its ARN; undefined when there is none of that name
 */
export async function findTopic(name: string, options: SnsOptions = {}): Promise<string | undefined> {
  const { sdk, client } = await lazySns(options)();
  try {
    for await (const page of sdk.paginateListTopics({ client }, {})) {
      const topic = page.Topics?.find(({ TopicArn }) => TopicArn?.endsWith(`:${name}`));
      if (topic?.TopicArn) return topic.TopicArn;
    }
    return undefined;
  } catch (error) {
    throw snsFailure("The topics could not be listed", error);
  }
}
