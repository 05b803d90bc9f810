import { type ITopic, SubscriptionFilter } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Config } from "../config/schema.ts";
import type { Topics } from "./topics.ts";

/** Everything at once but the digest, also kinds of alerts that are yet to come: a filter must not lose what is new. */
export const NOT_THE_DIGEST = SubscriptionFilter.stringFilter({ denylist: ["digest"] });
const THE_DIGEST = SubscriptionFilter.stringFilter({ allowlist: ["digest"] });

type Filter = { kind?: SubscriptionFilter };

/**
 * Subscribes the people of `alerts`: `email` to everything but the digest, `digest.email` to the digest. Where nobody
 * is named for the digest, `email` gets that too. That the stack itself is broken is said to `email`, or else to
 * whoever gets the digest.
 *
 * Owners of tenants are subscribed by the audit itself, since the template must not grow with the tenants.
 */
export function subscribe(topics: Topics, alerts: Config["alerts"]): void {
  for (const [address, filterPolicy] of filters(alerts)) addMail(topics.alerts, address, filterPolicy);
  for (const address of new Set(operators(alerts))) {
    addMail(topics.alarms, address, {});
    addMail(topics.watchdog, address, {});
  }
}

/** One subscription for each address, since SNS knows an address once per topic: who is in both lists hears all. */
function filters({ email, digest }: Config["alerts"]): Map<string, Filter> {
  const digested = new Set(digest.email.length > 0 ? digest.email : email);
  const told = new Set(email);
  return new Map(
    [...new Set([...told, ...digested])].map((address) => {
      if (!told.has(address)) return [address, { kind: THE_DIGEST }];
      return [address, digested.has(address) ? {} : { kind: NOT_THE_DIGEST }];
    }),
  );
}

const operators = ({ email, digest }: Config["alerts"]): string[] => (email.length > 0 ? email : digest.email);

function addMail(topic: ITopic, address: string, filterPolicy: Filter): void {
  topic.addSubscription(new EmailSubscription(address, { filterPolicy }));
}
