import type { MessageAttributeValue } from "@aws-sdk/client-sns";
import type { Alert } from "../alerts/alert.ts";
import { renderEmail } from "../alerts/email.ts";
import type { Publisher } from "../alerts/ports.ts";
import { slackDelivery } from "../alerts/slack/delivery.ts";
import { lazySns, regionOf, type SnsOptions } from "./sns-client.ts";
import { snsFailure } from "./sns-failure.ts";

/**
 * Publishes alerts to an SNS topic: one message each, which reads differently by mail and in the queue for Slack.
 * Subscriptions choose by its attributes `kind`, `severity`, `tenant` and `owner`.
 *
 * `publish` rejects with a CurfewError: `not-found`, `request-refused`, `service-failed` or `unreachable`.
 */
export function snsPublisher(topicArn: string, options: SnsOptions = {}): Publisher {
  const connect = lazySns(options, regionOf(topicArn));
  return {
    async publish(alert) {
      const { sdk, client } = await connect();
      const input = { TopicArn: topicArn, ...snsMessage(alert) };
      await client.send(new sdk.PublishCommand(input)).catch((error: unknown) => {
        throw snsFailure(`The alert ${alert.id} could not be published`, error);
      });
    },
  };
}

/** A message as SNS takes it. What each channel may hold is bounded by its renderer, so that all fit into 256 KB. */
export function snsMessage(alert: Alert) {
  const { subject, body } = renderEmail(alert);
  const message = { default: subject, email: body, sqs: JSON.stringify(slackDelivery(alert)) };
  return {
    Subject: subject,
    Message: JSON.stringify(message),
    MessageStructure: "json",
    MessageAttributes: attributes(alert),
  };
}

/** An attribute without a value is not allowed, so what is null is left out. */
function attributes({ kind, severity, tenant, owner }: Alert): Record<string, MessageAttributeValue> {
  const values = Object.entries({ kind, severity, tenant, owner });
  return Object.fromEntries(
    values.flatMap(([name, value]) => (value === null ? [] : [[name, { DataType: "String", StringValue: value }]])),
  );
}
