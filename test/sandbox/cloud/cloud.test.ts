import { spawnSync } from "node:child_process";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Cloud, startCloud } from "../../../lib/sandbox/cloud/start-cloud.ts";

let cloud: Cloud;

beforeEach(async () => {
  cloud = await startCloud({
    tables: ["curfew"],
    buckets: ["evidence"],
    topics: ["curfew-alerts"],
    queues: [{ name: "slack" }],
  });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await cloud.close();
});

describe("real clients with nothing but the environment", () => {
  it("reach Secrets Manager", async () => {
    const client = new SecretsManagerClient();
    await client.send(new CreateSecretCommand({ Name: "s", SecretString: "value" }));
    expect(await client.send(new GetSecretValueCommand({ SecretId: "s" }))).toMatchObject({ SecretString: "value" });
  });

  it("reach DynamoDB, with conditions and a table keyed by pk and sk", async () => {
    const client = new DynamoDBClient();
    const Item = { pk: "TENANT#a", sk: "RUN#1", value: { count: 1 }, version: 1 };
    const put = new PutCommand({ TableName: "curfew", Item, ConditionExpression: "attribute_not_exists(pk)" });
    await client.send(put);
    await expect(client.send(put)).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
    const Key = { pk: "TENANT#a", sk: "RUN#1" };
    expect((await client.send(new GetCommand({ TableName: "curfew", Key }))).Item).toEqual(Item);
    const query = new QueryCommand({
      TableName: "curfew",
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
      ExpressionAttributeValues: { ":pk": "TENANT#a", ":sk": "RUN#" },
    });
    expect((await client.send(query)).Items).toEqual([Item]);
  });

  it("reach S3, by path, without being told so", async () => {
    const client = new S3Client();
    const Key = "runs/2026-11-25T06:00:00.000Z/run 1/acme-prod/report.html";
    await client.send(new PutObjectCommand({ Bucket: "evidence", Key, Body: "<p>", ContentType: "text/html" }));
    const object = await client.send(new GetObjectCommand({ Bucket: "evidence", Key }));
    expect([await object.Body?.transformToString(), object.ContentType]).toEqual(["<p>", "text/html"]);
    const list = await client.send(new ListObjectsV2Command({ Bucket: "evidence", Prefix: "runs/" }));
    expect(list.Contents?.map((each) => each.Key)).toEqual([Key]);
    const absent = new GetObjectCommand({ Bucket: "evidence", Key: "absent" });
    await expect(client.send(absent)).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  it("write to S3 once where they ask for that, however many write at the same time", async () => {
    const client = new S3Client({ maxAttempts: 1 });
    const write = (Body: string) =>
      client.send(new PutObjectCommand({ Bucket: "evidence", Key: "once.json", Body, IfNoneMatch: "*" })).then(
        () => "written",
        (error: Error) => error.name,
      );
    const outcomes = await Promise.all(["1", "2", "3", "4"].map(write));
    expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
    expect(await write("5")).toBe("PreconditionFailed");
    const { Body } = await client.send(new GetObjectCommand({ Bucket: "evidence", Key: "once.json" }));
    expect(await Body?.transformToString()).toBe(String(outcomes.indexOf("written") + 1));
    await client.send(new PutObjectCommand({ Bucket: "evidence", Key: "once.json", Body: "6" }));
  });

  it("reach SNS and SQS", async () => {
    const { Topics } = await new SNSClient().send(new ListTopicsCommand({}));
    expect(Topics).toEqual([{ TopicArn: cloud.messaging.topicArn("curfew-alerts") }]);
    const { QueueUrl } = await new SQSClient().send(new GetQueueUrlCommand({ QueueName: "slack" }));
    expect(QueueUrl).toBeDefined();
  });
});

describe("the AWS side of the sandbox", () => {
  it("listens on loopback addresses only", () => {
    const { secretsManager, dynamoDb, messaging, slack } = cloud;
    const origins = [secretsManager.origin, dynamoDb.origin, messaging.origin, new URL(slack.webhook).origin];
    for (const origin of origins) expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(new Set(origins).size).toBe(4);
  });

  it("ends with its owner and keeps no process alive", () => {
    const program = `
      const { startCloud } = await import(${JSON.stringify(import.meta.resolve("../../../lib/sandbox/cloud/start-cloud.ts"))});
      const cloud = await startCloud({ tables: ["curfew"], topics: ["a"], queues: [{ name: "q" }] });
      await cloud.close();
      console.log("closed");`;
    const child = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { timeout: 20_000 });
    expect([child.status, child.stdout.toString().trim()]).toEqual([0, "closed"]);
  });

  it("stops the others when one cannot start", async () => {
    const port = Number(new URL(cloud.secretsManager.origin).port);
    await expect(startCloud({ secretsManager: { port } })).rejects.toThrow("EADDRINUSE");
  });
});

describe("the Slack webhook", () => {
  const post = (body: string, to = cloud.slack.webhook) => fetch(to, { method: "POST", body });

  it("shows what arrived", async () => {
    const answer = await post(JSON.stringify({ text: "hello" }));
    expect([answer.status, await answer.text()]).toEqual([200, "ok"]);
    expect(cloud.slack.messages).toMatchObject([{ body: { text: "hello" } }]);
  });

  it("answers with its rate limit or an outage when told to", async () => {
    cloud.slack.answerNext({ status: 429, retryAfter: 30 }, { status: 503 });
    const limited = await post(JSON.stringify({ text: "one" }));
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "30"]);
    expect((await post(JSON.stringify({ text: "two" }))).status).toBe(503);
    expect((await post(JSON.stringify({ text: "three" }))).status).toBe(200);
    expect(cloud.slack.messages.map(({ body }) => body.text)).toEqual(["three"]);
    expect(cloud.slack.attempts).toHaveLength(3);
  });

  it("refuses what Slack refuses", async () => {
    expect((await post("not json")).status).toBe(400);
    expect((await post("{}")).status).toBe(400);
    expect((await post(JSON.stringify({ text: "x" }), `${cloud.slack.webhook}x`)).status).toBe(404);
    expect(cloud.slack.messages).toEqual([]);
  });
});
