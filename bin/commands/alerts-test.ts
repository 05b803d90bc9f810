import { randomUUID } from "node:crypto";
import type { Alert } from "../../lib/alerts/alert.ts";
import { harmless } from "../../lib/alerts/harmless-text.ts";
import { renderSlack } from "../../lib/alerts/slack/message.ts";
import { postToSlack } from "../../lib/alerts/slack/post.ts";
import { slackWebhook } from "../../lib/alerts/slack/webhook.ts";
import { testAlert } from "../../lib/alerts/test-alert.ts";
import { snsPublisher } from "../../lib/aws/sns-publisher.ts";
import { findTopic, topicSubscriptions } from "../../lib/aws/sns-subscriptions.ts";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import {
  emailSubscriptions,
  operators,
  ownerSubscriptions,
  type Subscription,
  slackSubscription,
  subscriptionOf,
  TOPIC_NAMES,
} from "../../lib/config/alert-subscriptions.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { parseReference, resolveSecret } from "../../lib/config/references.ts";
import type { Config } from "../../lib/config/schema.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { plainTable } from "../plain-table.ts";
import type { Invocation } from "../run-command-line.ts";
import { secretSources } from "../secret-sources.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew alerts test`. */
export interface AlertsTestOptions {
  config: string;
  topic?: string;
}

/** Milliseconds that Slack may take, waiting for its rate limit included. */
const SLACK_PATIENCE = 30_000;

/** A configured channel and whether the message reaches it. */
interface Channel {
  name: string;
  how: string;
  state: string;
  hears: boolean;
}

/**
 * Sends one message to every configured channel and says which of them will not show it, and who would not hear that
 * the stack itself does not work.
 */
export async function runAlertsTest(
  options: AlertsTestOptions,
  terminal: Terminal,
  invocation: Invocation,
): Promise<void> {
  const now = systemClock.now();
  const config = await loadConfig(options.config, { catalogue: CATALOGUE, today: new Date(now) });
  const alert = testAlert(new Date(now).toISOString(), randomUUID());
  const isDirect = postsDirectly(config);
  const emails = emailSubscriptions(config);
  if (emails.size === 0 && !config.alerts.slack) throw nobody(options.config);

  const show = (channels: readonly Channel[]): void => {
    terminal.out(`${plainTable(channels.map(({ name, how, state }) => [name, how, state]))}\n`);
    if (channels.some(({ hears }) => !hears)) invocation.setExitCode(1);
  };
  // Slack first: it needs no deployed stack, and shows also where there is none.
  if (isDirect) show([await postDirectly(config, alert)]);
  if (emails.size > 0 || (config.alerts.slack && !isDirect) || options.topic !== undefined) {
    show(await publish(config, alert, options.topic));
  }
  terminal.err(`The message is ${alert.id}.\n`);
}

const nobody = (file: string): CurfewError =>
  new CurfewError(
    "configuration-invalid",
    `${file} names nobody to tell; add alerts: { email: [oncall@acme.example] } to it.`,
  );

/** A webhook out of this machine's environment is unknown to a deployed stack. */
const postsDirectly = ({ alerts: { slack } }: Config): boolean =>
  slack !== undefined && parseReference(slack.webhook)?.source === "env";

async function postDirectly({ alerts }: Config, alert: Alert): Promise<Channel> {
  const reference = alerts.slack?.webhook ?? "";
  const webhook = slackWebhook(await resolveSecret(reference, secretSources()), reference);
  const deadline = systemClock.now() + SLACK_PATIENCE;
  await postToSlack(renderSlack(alert), { webhook, fetch, clock: systemClock, deadline });
  return { name: "Slack", how: `posted from here (${reference})`, state: "sent", hears: true };
}

async function publish(config: Config, alert: Alert, named: string | undefined): Promise<Channel[]> {
  const topic = named ?? (await findTopic(TOPIC_NAMES.alerts));
  if (topic === undefined) {
    throw new CurfewError(
      "not-found",
      `Nothing is deployed in this account and region: there is no topic ${TOPIC_NAMES.alerts}; deploy first, or name another with --topic.`,
    );
  }
  const subscriptions = await topicSubscriptions(topic).list();
  const operatorsHear = await operatorChannels(config, topic);
  await snsPublisher(topic).publish(alert);
  return [
    ...mailChannels(config, subscriptions),
    ...queueChannel(config, topic, subscriptions),
    ...others(config, subscriptions),
    ...operatorsHear,
  ];
}

/** Who would hear that the stack itself does not work. Nothing is sent there: it would look like an alarm. */
async function operatorChannels(config: Config, alertsTopic: string): Promise<Channel[]> {
  if (!alertsTopic.endsWith(`:${TOPIC_NAMES.alerts}`)) return []; // not a topic of the stack
  const channels: Channel[] = [];
  for (const name of [TOPIC_NAMES.watchdog, TOPIC_NAMES.alarms]) {
    const subscriptions = await topicSubscriptions(alertsTopic.replace(TOPIC_NAMES.alerts, name)).list();
    channels.push(...operators(config).map((address) => operatorChannel(address, name, subscriptions)));
  }
  return channels;
}

function operatorChannel(address: string, topic: string, subscriptions: readonly Subscription[]): Channel {
  const found = subscriptionOf(address, subscriptions);
  const hears = found?.isConfirmed === true;
  const silent = found ? "UNCONFIRMED: follow the link in AWS's mail there" : "MISSING: see docs/runbook.md";
  return { name: address, how: topic, state: hears ? "subscribed" : silent, hears };
}

/** CloudFormation does not make a subscription again that vanished while its template stays the same. */
const missingFromStack = (what: string): string =>
  `MISSING: deploy; if that was done, take ${what} out of curfew.yaml, deploy, put it back, deploy again`;

/** What waits in the queue, or could not be posted, goes with it. */
const SLACK_MISSING = `${missingFromStack("alerts.slack")}; that deletes the queue and its dead letters with what is in them: read or post that before, see docs/runbook.md`;

function mailChannels(config: Config, subscriptions: readonly Subscription[]): Channel[] {
  const owners = ownerSubscriptions(config);
  return [...emailSubscriptions(config).keys()].map((address) => {
    const found = subscriptionOf(address, subscriptions);
    const missing = owners.has(address) ? "MISSING: the next audit subscribes it" : missingFromStack("it");
    const state = found?.isConfirmed ? "sent" : found ? "UNCONFIRMED: follow the link in AWS's mail there" : missing;
    return { name: address, how: "mail", state, hears: found?.isConfirmed === true };
  });
}

function queueChannel(config: Config, topic: string, subscriptions: readonly Subscription[]): Channel[] {
  if (!config.alerts.slack || postsDirectly(config)) return [];
  const hears = slackSubscription(topic, subscriptions)?.isConfirmed === true;
  const state = hears ? "sent to its queue; look there" : SLACK_MISSING;
  return [{ name: "Slack", how: "queue", state, hears }];
}

/** People who hear although the configuration does not name them: somebody subscribed them by hand, or they left. */
function others(config: Config, subscriptions: readonly Subscription[]): Channel[] {
  const known = new Set([...emailSubscriptions(config).keys()].map((address) => address.toLowerCase()));
  return subscriptions
    .filter(({ protocol, endpoint }) => protocol === "email" && !known.has(endpoint.toLowerCase()))
    .map(({ endpoint }) => ({
      name: harmless(endpoint, 200),
      how: "mail",
      state: "hears, and is not in the configuration",
      hears: true,
    }));
}
