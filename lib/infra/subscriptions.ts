import type { CfnSubscription, ITopic, Subscription } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { emailSubscriptions, type FilterPolicy, operators, ownerSubscriptions } from "../config/alert-subscriptions.ts";
import type { Config } from "../config/schema.ts";
import type { Topics } from "./topics.ts";

/**
 * Subscribes the people of `alerts`, each with the filter that says what they hear. That the stack itself is broken is
 * said to the operators.
 *
 * Owners of tenants are subscribed by the audit itself, since the template must not grow with the tenants.
 */
export function subscribe(topics: Topics, config: Config): void {
  const owners = ownerSubscriptions(config);
  for (const [address, policy] of emailSubscriptions(config)) {
    if (!owners.has(address)) filter(addMail(topics.alerts, address), policy);
  }
  for (const address of operators(config)) {
    addMail(topics.alarms, address);
    addMail(topics.watchdog, address);
  }
}

const addMail = (topic: ITopic, address: string): Subscription => topic.addSubscription(new EmailSubscription(address));

/** Says what a subscription hears. CDK's own filters know no `$or`. */
export function filter(subscription: Subscription, policy: FilterPolicy): void {
  const resource = subscription.node.defaultChild as CfnSubscription;
  resource.filterPolicy = policy;
  resource.filterPolicyScope = "MessageAttributes";
}
