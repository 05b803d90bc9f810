import { execFile } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { slackDelivery } from "../../lib/alerts/slack/delivery.ts";
import { testAlert } from "../../lib/alerts/test-alert.ts";
import { awsEnv } from "../support/messaging.ts";

const ROOT = join(import.meta.dirname, "../..");
const CANARY = "cNry7f3kQ9xW2mB5vT8z";
const CONTENT = "a matter that belongs into no log";

/** Secrets Manager and Slack, on one port. */
let server: Server;
let origin: string;
let secret: string;
let slack: { status: number; body: string; headers?: Record<string, string> };
let posts: unknown[];

beforeEach(async () => {
  posts = [];
  slack = { status: 200, body: "ok" };
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    if (request.headers["x-amz-target"]) {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ Name: body.SecretId, SecretString: secret }));
    } else {
      posts.push(body);
      response.writeHead(slack.status, slack.headers).end(slack.body);
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  secret = `${origin}/services/${CANARY}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const alert = { ...testAlert("2026-11-25T06:00:00.000Z", "1"), title: CONTENT };
const record = (messageId: string, body = JSON.stringify({ Message: JSON.stringify(slackDelivery(alert)) })) => ({
  messageId,
  body,
});

/** Runs the handler in a process of its own, and gives what it returned or threw, and all that it wrote. */
const invoke = (...Records: object[]) => invokeWith(30_000, ...Records);

/** The same with so many milliseconds left. */
async function invokeWith(left: number, ...Records: object[]): Promise<{ result: unknown; output: string }> {
  const script = `
    const { handler } = await import("./lambdas/post-to-slack.ts");
    const context = { getRemainingTimeInMillis: () => ${left}, functionName: "post-to-slack", awsRequestId: "r" };
    const result = await handler(${JSON.stringify({ Records })}, context).catch((error) => ({ threw: error.message }));
    console.log("RESULT" + JSON.stringify(result));
  `;
  const { stdout, stderr } = await promisify(execFile)("node", ["--input-type=module", "-e", script], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? "",
      ...awsEnv(origin),
      CURFEW_SLACK_WEBHOOK_SECRET: "curfew/slack-webhook",
      POWERTOOLS_SERVICE_NAME: "curfew",
    },
  });
  const [, result = "null"] = /RESULT(.*)/.exec(stdout) ?? [];
  return { result: JSON.parse(result), output: stdout + stderr };
}

describe("posting alerts from the queue", () => {
  it("fetches the webhook's URL, posts, and fails nothing", async () => {
    const { result, output } = await invoke(record("1"));

    expect(result).toEqual({ batchItemFailures: [] });
    expect(posts).toEqual([slackDelivery(alert).message]);
    expect(output).toContain(alert.id);
  });

  it("hands back exactly the messages that failed, and logs why without content or URL", async () => {
    slack = { status: 400, body: "invalid_payload" };

    const { result, output } = await invoke(record("1"), record("2", "{}"));

    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }, { itemIdentifier: "2" }] });
    expect(output).toContain("invalid_payload");
    expect(output).not.toContain(CONTENT);
    expect(output).not.toContain(CANARY);
  });

  it("answers the queue in time instead of waiting for Slack until it is killed", async () => {
    slack = { status: 429, body: "rate_limited", headers: { "retry-after": "1" } };

    // One second to wait, and one to post again: there is time for it, but not for the answer afterwards.
    const { result } = await invokeWith(4_500, record("1"));

    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    expect(posts.length).toBeLessThan(2);
  });

  it("fails as a whole when the secret is not a webhook, without repeating it", async () => {
    secret = `https://evil.example/${CANARY}`;

    const { result, output } = await invoke(record("1"));

    expect(result).toEqual({ threw: expect.stringContaining("does not hold the URL of a Slack webhook") });
    expect(output).not.toContain(CANARY);
    expect(posts).toEqual([]);
  });
});
