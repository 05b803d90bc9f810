import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { App, Duration, Stack } from "aws-cdk-lib";
import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Code, Function as Lambda, Runtime } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { SubscriptionFilter, Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription, SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLambda } from "../../../lib/sandbox/cloud/lambda/open-lambda.ts";
import { startCloud } from "../../../lib/sandbox/cloud/start-cloud.ts";
import { cloudPlanOf, queueConsumersOf } from "../../../lib/sandbox/cloud/template/cloud-plan.ts";
import type { Template } from "../../../lib/sandbox/cloud/template/template.ts";
import { lambdasOf } from "../../../lib/sandbox/cloud/template/template-lambdas.ts";
import { validation } from "../../infra/synthesize.ts";

let folder: string;
let assembly: string;
let template: Template;

/** A stack in the shape of ours: a topic, a queue behind a filter, a Lambda behind the queue, a table, a bucket. */
function synthesize(): Template {
  const app = new App({ analyticsReporting: false, outdir: assembly });
  const stack = new Stack(app, "Test");
  const keys = {
    partitionKey: { name: "pk", type: AttributeType.STRING },
    sortKey: { name: "sk", type: AttributeType.STRING },
  };
  const table = new TableV2(stack, "Ledger", keys);
  const bucket = new Bucket(stack, "Evidence");
  const topic = new Topic(stack, "Alerts", { topicName: "curfew-alerts" });
  const dead = new Queue(stack, "ToSlackDead");
  const queue = new Queue(stack, "ToSlack", { deadLetterQueue: { queue: dead, maxReceiveCount: 4 } });
  const high = SubscriptionFilter.stringFilter({ allowlist: ["high", "critical"] });
  topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true, filterPolicy: { severity: high } }));
  topic.addSubscription(new EmailSubscription("oncall@acme.example"));
  const lambda = new Lambda(stack, "PostToSlack", {
    runtime: Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: Code.fromAsset(join(folder, "code")),
    timeout: Duration.seconds(20),
    memorySize: 256,
    environment: {
      CURFEW_TABLE: table.tableName,
      CURFEW_EVIDENCE_BUCKET: bucket.bucketName,
      CURFEW_ALERTS_TOPIC: topic.topicArn,
    },
  });
  lambda.addEventSource(new SqsEventSource(queue, { batchSize: 5, reportBatchItemFailures: true }));
  return app.synth().getStackByName("Test").template as Template;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "curfew-template-"));
  assembly = join(folder, "cdk.out");
  await mkdir(join(folder, "code"));
  const code = `export const handler = async ({ Records }) => { console.log(process.env.CURFEW_TABLE, Records[0].body); };`;
  await writeFile(join(folder, "code", "index.mjs"), code);
  using _validation = validation(false);
  template = synthesize();
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

describe("a synthesized template", () => {
  it("becomes a world in which its Lambdas find what their environment names", async () => {
    await using cloud = await startCloud(cloudPlanOf(template));
    const [found] = lambdasOf(template, assembly);
    if (!found) throw new TypeError("no Lambda");
    expect(found).toMatchObject({ timeout: 20_000, memory: 256, handler: "index.handler" });
    expect(found.env.CURFEW_ALERTS_TOPIC).toBe(cloud.messaging.topicArn("curfew-alerts"));
    expect(cloudPlanOf(template)).toMatchObject({
      tables: [found.env.CURFEW_TABLE],
      buckets: [found.env.CURFEW_EVIDENCE_BUCKET],
    });
    await using lambda = openLambda({ ...found, env: { ...found.env, ...cloud.env } });
    const [consumer] = queueConsumersOf(template);
    if (!consumer) throw new TypeError("no Lambda behind a queue");
    expect(consumer).toMatchObject({ logicalId: found.logicalId, batchSize: 5, reportsFailures: true });
    const silent = JSON.parse(JSON.stringify(template).replace("ReportBatchItemFailures", "")) as Template;
    expect(queueConsumersOf(silent)).toMatchObject([{ reportsFailures: false }]);
    const { queue, batchSize } = consumer;
    const bridge = await cloud.messaging.bridge({ queue, batchSize, handler: (event) => lambda.invoke(event) });
    const credentials = { accessKeyId: "sandbox", secretAccessKey: "sandbox" };
    const sns = new SNSClient({ endpoint: cloud.messaging.origin, region: "us-east-1", credentials });
    for (const severity of ["low", "high"]) {
      const MessageAttributes = { severity: { DataType: "String", StringValue: severity } };
      const TopicArn = found.env.CURFEW_ALERTS_TOPIC;
      await sns.send(new PublishCommand({ TopicArn, Message: `it is ${severity}`, MessageAttributes }));
    }
    await bridge.settled();
    expect(lambda.output()).toBe(`${found.env.CURFEW_TABLE} it is high\n`);
    expect(cloud.messaging.mails).toMatchObject([{ kind: "confirmation", to: "oncall@acme.example" }]);
  });

  it("is refused where it has what the sandbox does not", () => {
    const changed = (from: string, to: string): Template => JSON.parse(JSON.stringify(template).replaceAll(from, to));
    expect(() => cloudPlanOf(changed('"sk"', '"range"'))).toThrow("the keys pk and sk; Ledger");
    expect(() => cloudPlanOf(changed('"Protocol":"sqs"', '"Protocol":"lambda"'))).toThrow("is for lambda");
  });
});
