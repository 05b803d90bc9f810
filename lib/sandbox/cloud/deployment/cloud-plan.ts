import type { QueuePlan, SubscriptionPlan } from "../messaging/start-messaging.ts";
import type { CloudPlan } from "../start-cloud.ts";
import { resourcesOfType } from "../template/resolve.ts";
import type { ResolvedResource, Template } from "../template/template.ts";

/** The tables, buckets, topics, queues and subscriptions of a template, under the names that its functions know. */
export function cloudPlanOf(template: Template): CloudPlan {
  const names = (...types: string[]) => resourcesOfType(template, ...types).map(({ name }) => name);
  return {
    tables: names("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table"),
    buckets: names("AWS::S3::Bucket"),
    topics: names("AWS::SNS::Topic"),
    queues: resourcesOfType(template, "AWS::SQS::Queue").map(queueOf).sort(deadLettersFirst),
    subscriptions: resourcesOfType(template, "AWS::SNS::Subscription").map(subscriptionOf),
  };
}

/** The last part of an ARN: the name of a topic or queue. */
export const nameInArn = (arn: string): string => arn.slice(arn.lastIndexOf(":") + 1);

function queueOf({ name, properties }: ResolvedResource): QueuePlan {
  const redrive = properties.RedrivePolicy as { deadLetterTargetArn: string; maxReceiveCount: number } | undefined;
  if (!redrive) return { name };
  const queue = nameInArn(redrive.deadLetterTargetArn);
  return { name, deadLetters: { queue, maxReceiveCount: redrive.maxReceiveCount } };
}

/** A queue is made after the one that takes its dead letters. */
const deadLettersFirst = (a: QueuePlan, b: QueuePlan): number =>
  Number(a.deadLetters !== undefined) - Number(b.deadLetters !== undefined);

function subscriptionOf({ logicalId, properties }: ResolvedResource): SubscriptionPlan {
  const { Protocol, TopicArn, Endpoint, FilterPolicy, RawMessageDelivery } = properties;
  const filterPolicy = FilterPolicy as object | undefined;
  const filter = filterPolicy && Object.keys(filterPolicy).length > 0 ? { filterPolicy } : {};
  const topic = nameInArn(String(TopicArn));
  if (Protocol === "email") return { topic, email: String(Endpoint), ...filter };
  if (Protocol === "sqs") {
    return {
      topic,
      queue: nameInArn(String(Endpoint)),
      ...filter,
      ...(RawMessageDelivery === true ? { raw: true } : {}),
    };
  }
  throw new TypeError(`${logicalId} subscribes by ${String(Protocol)}, which the sandbox does not deliver to.`);
}
