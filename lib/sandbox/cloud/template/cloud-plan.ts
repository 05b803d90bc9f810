import type { MessagingPlan, QueuePlan, SubscriptionPlan } from "../messaging/start-messaging.ts";
import { resourcesOfType } from "./resolve.ts";
import type { ResolvedResource, Template } from "./template.ts";

/** What a template has of the services that the sandbox hosts, ready for `startCloud`. */
export interface TemplatePlan extends MessagingPlan {
  tables: string[];
}

/** A Lambda behind a queue, for `messaging.bridge`. */
export interface QueueConsumer {
  queue: string;
  /** The Lambda's logical id. */
  logicalId: string;
  batchSize: number;
  /** Whether its answer names the messages that failed. */
  reportsFailures: boolean;
}

/**
 * Takes tables, buckets, topics, queues and subscriptions out of a synthesized template, under the names that its
 * Lambdas find in their environment. Buckets outside the stack, such as the one for assets, are not among them.
 *
 * @throws TypeError for a table with other keys than `pk` and `sk`, and for subscriptions that are neither queue nor email
 */
export function cloudPlanOf(template: Template): TemplatePlan {
  const tables = resourcesOfType(template, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable");
  const topics = resourcesOfType(template, "AWS::SNS::Topic");
  const queues = resourcesOfType(template, "AWS::SQS::Queue");
  const subscriptions = resourcesOfType(template, "AWS::SNS::Subscription");
  for (const table of tables) checkKeys(table);
  const names = new Map([...topics, ...queues].map(({ arn, name }) => [arn, name]));
  return {
    tables: tables.map(({ name }) => name),
    buckets: resourcesOfType(template, "AWS::S3::Bucket").map(({ name }) => name),
    topics: topics.map(({ name }) => name),
    queues: deadLettersFirst(queues.map((queue) => queuePlan(queue, names))),
    subscriptions: subscriptions.map((subscription) => subscriptionPlan(subscription, names)),
  };
}

/** Which Lambdas a template puts behind which queues. */
export function queueConsumersOf(template: Template): QueueConsumer[] {
  const queues = new Map(resourcesOfType(template, "AWS::SQS::Queue").map(({ arn, name }) => [arn, name]));
  const lambdas = resourcesOfType(template, "AWS::Lambda::Function");
  return resourcesOfType(template, "AWS::Lambda::EventSourceMapping").flatMap(({ properties }) => {
    const queue = queues.get(String(properties.EventSourceArn));
    const target = properties.FunctionName;
    const lambda = lambdas.find(({ name, arn }) => target === name || target === arn);
    if (queue === undefined || !lambda) return [];
    const { BatchSize = 10, FunctionResponseTypes = [] } = properties;
    const reportsFailures = (FunctionResponseTypes as string[]).includes("ReportBatchItemFailures");
    return [{ queue, logicalId: lambda.logicalId, batchSize: Number(BatchSize), reportsFailures }];
  });
}

/**
 * The logical ids of the Lambdas that have a URL.
 *
 * @throws TypeError for a URL that anybody may call
 */
export function functionUrlsOf(template: Template): string[] {
  const lambdas = resourcesOfType(template, "AWS::Lambda::Function");
  return resourcesOfType(template, "AWS::Lambda::Url").map(({ logicalId, properties }) => {
    if (properties.AuthType !== "AWS_IAM") throw new TypeError(`${logicalId} may be called by anybody.`);
    const target = properties.TargetFunctionArn;
    return lambdas.find(({ name, arn }) => target === name || target === arn)?.logicalId ?? "";
  });
}

function checkKeys({ logicalId, properties }: ResolvedResource): void {
  const keys = (properties.KeySchema ?? []) as { AttributeName: string }[];
  if (keys.map(({ AttributeName }) => AttributeName).join() === "pk,sk") return;
  throw new TypeError(`The sandbox makes tables with the keys pk and sk; ${logicalId} has others.`);
}

function queuePlan({ name, properties }: ResolvedResource, names: ReadonlyMap<string, string>): QueuePlan {
  const redrive = properties.RedrivePolicy as { deadLetterTargetArn: string; maxReceiveCount: number } | undefined;
  const queue = names.get(redrive?.deadLetterTargetArn ?? "");
  if (!redrive || queue === undefined) return { name };
  return { name, deadLetters: { queue, maxReceiveCount: redrive.maxReceiveCount } };
}

function deadLettersFirst(queues: readonly QueuePlan[]): QueuePlan[] {
  return [...queues.filter(({ deadLetters }) => !deadLetters), ...queues.filter(({ deadLetters }) => deadLetters)];
}

/** Nobody has clicked the link yet that a new subscription by email waits for. */
function subscriptionPlan(
  { logicalId, properties }: ResolvedResource,
  names: ReadonlyMap<string, string>,
): SubscriptionPlan {
  const { TopicArn, Protocol, Endpoint, FilterPolicy, RawMessageDelivery } = properties;
  const topic = names.get(String(TopicArn));
  if (topic === undefined || (Protocol !== "sqs" && Protocol !== "email")) {
    throw new TypeError(`The sandbox delivers to queues and by email; ${logicalId} is for ${Protocol}.`);
  }
  const filter = FilterPolicy === undefined ? {} : { filterPolicy: FilterPolicy as object };
  if (Protocol === "email") return { topic, email: String(Endpoint), confirmed: false, ...filter };
  const queue = names.get(String(Endpoint)) ?? String(Endpoint);
  return { topic, queue, raw: RawMessageDelivery === true || RawMessageDelivery === "true", ...filter };
}
