import { ALERT_KINDS, type AlertKind } from "../model/alert-kind.ts";
import { isAtLeast, SEVERITIES, type Severity } from "../model/severity.ts";
import type { Config } from "./schema.ts";

/** Words of which a message attribute must hold one: SNS compares them exactly. Or that there is no such attribute. */
interface AttributeFilter {
  kind?: readonly AlertKind[];
  severity?: readonly Severity[];
  owner?: readonly string[] | readonly [{ exists: false }];
}

/** A filter policy of an SNS subscription, over message attributes. */
export type FilterPolicy = AttributeFilter | { $or: readonly AttributeFilter[] };

/** What only an owner hears: summaries of what everybody hears in one message, and what concerns nobody else. */
const OWNERS_SUMMARY: AlertKind = "owner-summary";
const FOR_OWNERS: readonly AlertKind[] = ["rotation-due"];
const FOR_ALL = ALERT_KINDS.filter((kind) => kind !== OWNERS_SUMMARY && !FOR_OWNERS.includes(kind));
const AT_ONCE = FOR_ALL.filter((kind) => kind !== "digest");
const DAILY: readonly AlertKind[] = ["digest", "test"];
/** Where nobody is named for what is told at once, an emergency must still reach somebody. */
const DAILY_ALONE: readonly AlertKind[] = ["digest", "incident", "test"];
/** Where nobody but owners is named at all, they hear what the state machine itself says of an emergency: it knows no owners. */
const OWNERS_ALONE: AttributeFilter = { kind: ["incident"], owner: [{ exists: false }] };

type Configured = Pick<Config, "alerts" | "tenants">;

/** What the topics of a stack are called: what audits found, that no audit is complete any more, what does not work. */
export const TOPIC_NAMES = { alerts: "curfew-alerts", watchdog: "curfew-watchdog", alarms: "curfew-alarms" } as const;

/** What the queue is called from which alerts go to Slack: beside the topics, so that everybody can tell it from others. */
export const SLACK_QUEUE_NAME = "curfew-slack";

/**
 * Who gets mail about what: each address and its filter. SNS allows one subscription for an address, so one filter
 * says all that it hears. Where nobody is named for the digest, those get it who hear at once.
 */
export function emailSubscriptions({ alerts, tenants }: Configured): Map<string, FilterPolicy> {
  const daily = alerts.digest.email.length > 0 ? alerts.digest.email : alerts.email;
  const owners = new Set(tenants.flatMap(({ owner }) => owner ?? []));
  const addresses = new Set([...alerts.email, ...daily, ...owners]);
  const areOwnersAlone = daily.length === 0 && alerts.slack === undefined;
  return new Map(
    [...addresses].map((address) => [
      address,
      filterFor(address, {
        isAtOnce: alerts.email.includes(address),
        daily: daily.includes(address) ? (alerts.email.length === 0 ? DAILY_ALONE : DAILY) : null,
        isOwner: owners.has(address),
        areOwnersAlone,
      }),
    ]),
  );
}

interface Hears {
  isAtOnce: boolean;
  /** What a reader of the digest hears; null for everybody else. */
  daily: readonly AlertKind[] | null;
  isOwner: boolean;
  /** Whether nobody hears but owners. */
  areOwnersAlone: boolean;
}

function filterFor(address: string, { isAtOnce, daily, isOwner, areOwnersAlone }: Hears): FilterPolicy {
  if (isAtOnce) {
    const kind = daily ? FOR_ALL : AT_ONCE;
    return isOwner ? { $or: [{ kind }, { kind: FOR_OWNERS, owner: [address] }] } : { kind };
  }
  const kind: readonly AlertKind[] = daily ?? ["test"];
  if (!isOwner) return { kind };
  return { $or: [{ kind }, { owner: [address] }, ...(areOwnersAlone ? [OWNERS_ALONE] : [])] };
}

/** The addresses that are only some tenants' owners: there may be as many as tenants, so no template lists them. */
export function ownerSubscriptions(config: Configured): Map<string, FilterPolicy> {
  const { alerts } = config;
  const others = new Set([...alerts.email, ...alerts.digest.email]);
  return new Map([...emailSubscriptions(config)].filter(([address]) => !others.has(address)));
}

/** Who hears that the stack itself does not work: those of `alerts.email`, or else whoever gets the digest. */
export const operators = ({ alerts: { email, digest } }: Pick<Config, "alerts">): string[] => [
  ...new Set(email.length > 0 ? email : digest.email),
];

/** Somebody who is subscribed to a topic. */
export interface Subscription {
  /** `email`, `sqs`, … */
  protocol: string;
  /** The address, or the queue's ARN. */
  endpoint: string;
  /** False until the person has followed the link in SNS's mail; until then nothing is sent. */
  isConfirmed: boolean;
}

/** The subscription of a mail address; SNS keeps the letters as they were written. */
export const subscriptionOf = (address: string, subscriptions: readonly Subscription[]): Subscription | undefined =>
  subscriptions.find(
    ({ protocol, endpoint }) => protocol === "email" && endpoint.toLowerCase() === address.toLowerCase(),
  );

/**
 * Whom a topic does not reach: addresses that should hear it and are not subscribed (every mail of SNS has a link that
 * ends the subscription, and SNS forgets in two days who did not confirm) or not confirmed, and whatever else waits to
 * be confirmed.
 */
export function unreached(addresses: Iterable<string>, subscriptions: readonly Subscription[]): string[] {
  const waiting = subscriptions.filter(({ isConfirmed }) => !isConfirmed).map(({ endpoint }) => endpoint);
  const missing = [...addresses].filter((address) => !subscriptionOf(address, subscriptions));
  return [...missing, ...waiting];
}

/**
 * The subscription of the queue from which alerts go to Slack. Any other queue is somebody's own.
 *
 * @param topicArn of the topic of alerts: the queue is in its account and region
 */
export function slackSubscription(topicArn: string, subscriptions: readonly Subscription[]): Subscription | undefined {
  const [arn, partition, , region, account] = topicArn.split(":");
  const queueArn = [arn, partition, "sqs", region, account, SLACK_QUEUE_NAME].join(":");
  return subscriptions.find(({ protocol, endpoint }) => protocol === "sqs" && endpoint === queueArn);
}

/** What goes to Slack: every kind of alert, from a severity on. */
export const slackFilter = (minimum: Severity): FilterPolicy => ({
  kind: FOR_ALL,
  severity: SEVERITIES.filter((severity) => isAtLeast(severity, minimum)),
});
