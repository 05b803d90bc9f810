import { type FilterPolicy, type Subscription, subscriptionOf } from "../config/alert-subscriptions.ts";
import { lazySns, regionOf, type Sns, type SnsOptions } from "./sns-client.ts";
import { snsFailure } from "./sns-failure.ts";

/** Who is subscribed to a topic. All functions reject with a CurfewError that says what to do. */
export interface TopicSubscriptions {
  list(): Promise<Subscription[]>;
  /**
   * Subscribes the addresses that are not subscribed yet, confirmed or not: subscribing again would send another mail.
   * SNS forgets after some days what nobody confirmed, and then it is subscribed once more. An address that SNS does
   * not take keeps no other back.
   *
   * @param signal ends it early; whoever was not looked at by then is `left`
   */
  ensureEmails(filters: ReadonlyMap<string, FilterPolicy>, signal?: AbortSignal): Promise<Ensured>;
}

/** What became of addresses that were not subscribed. */
export interface Ensured {
  added: string[];
  failed: { address: string; error: unknown }[];
  /** How many there was no time for. */
  left: number;
}

/** The subscriptions of one topic. */
export function topicSubscriptions(topicArn: string, options: SnsOptions = {}): TopicSubscriptions {
  const connect = lazySns(options, regionOf(topicArn));
  return {
    list: async () => listSubscriptions(await connect(), topicArn),
    async ensureEmails(filters, signal) {
      const known = await listSubscriptions(await connect(), topicArn, signal);
      const ensured: Ensured = { added: [], failed: [], left: 0 };
      for (const [address, filter] of filters) {
        if (subscriptionOf(address, known)) continue;
        if (signal?.aborted) {
          ensured.left += 1;
          continue;
        }
        try {
          await subscribe(await connect(), topicArn, address, filter, signal);
          ensured.added.push(address);
        } catch (error) {
          ensured.failed.push({ address, error });
        }
      }
      return ensured;
    },
  };
}

async function listSubscriptions(
  { sdk, client }: Sns,
  topicArn: string,
  signal?: AbortSignal,
): Promise<Subscription[]> {
  const found: Subscription[] = [];
  try {
    const pages = sdk.paginateListSubscriptionsByTopic({ client }, { TopicArn: topicArn }, endedBy(signal));
    for await (const page of pages) {
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

async function subscribe(
  { sdk, client }: Sns,
  topicArn: string,
  address: string,
  filter: FilterPolicy,
  signal: AbortSignal | undefined,
): Promise<void> {
  const Attributes = { FilterPolicy: JSON.stringify(filter), FilterPolicyScope: "MessageAttributes" };
  const command = new sdk.SubscribeCommand({ TopicArn: topicArn, Protocol: "email", Endpoint: address, Attributes });
  await client.send(command, endedBy(signal)).catch((error: unknown) => {
    throw snsFailure(`${address} could not be subscribed`, error);
  });
}

const endedBy = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {});

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
