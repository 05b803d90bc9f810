import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { readDelivery, slackDelivery } from "../../lib/alerts/slack/delivery.ts";
import { renderSlack } from "../../lib/alerts/slack/message.ts";
import { postToSlack, type SlackPost } from "../../lib/alerts/slack/post.ts";
import { postQueue } from "../../lib/alerts/slack/post-queue.ts";
import { slackWebhook } from "../../lib/alerts/slack/webhook.ts";
import { testAlert } from "../../lib/alerts/test-alert.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { Secret } from "../../lib/model/secret.ts";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.ts";

const CANARY = "cNry7f3kQ9xW2mB5vT8z";
const ALERT = testAlert("2026-11-25T06:00:00.000Z", "1");

interface Answer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

let server: Server;
let origin: string;
let clock: VirtualClock;
/** What arrived: when, by the virtual clock, and the parsed body. */
let posts: { at: number; body: unknown }[];
/** What is answered, one after the other; the last one for good. */
let answers: Answer[];

beforeEach(async () => {
  posts = [];
  answers = [{ status: 200, body: "ok" }];
  clock = virtualClock(0);
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    posts.push({ at: clock.now(), body: JSON.parse(Buffer.concat(chunks).toString()) });
    const { status, body = "", headers = {} } = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 500 };
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const post = (deadline = 60_000, url = `${origin}/services/${CANARY}`): SlackPost => ({
  webhook: slackWebhook(new Secret(url), "curfew/slack-webhook"),
  fetch,
  clock,
  deadline,
});

/** What posting rejects with; fails when it does not, or when the webhook's URL shows in it. */
async function failure(parts: SlackPost = post()): Promise<CurfewError> {
  const error = await clock.run(postToSlack(renderSlack(ALERT), parts)).then(
    () => new Error("resolved"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CurfewError);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(CANARY);
  return error as CurfewError;
}

describe("the webhook's URL", () => {
  it.each([
    "https://hooks.slack.com/services/T0/B0/x",
    " https://hooks.slack-gov.com/services/T0/B0/x\n",
    "http://127.0.0.1:4500/slack",
    "http://localhost:4500/slack",
    "http://[::1]:4500/slack",
  ])("may be %s", (url) => {
    expect(slackWebhook(new Secret(url), "name").reveal()).toBe(new URL(url.trim()).href);
  });

  it.each([
    `http://hooks.slack.com/services/${CANARY}`,
    `https://hooks.slack.com.evil.example/${CANARY}`,
    `https://hooks.slack.com@evil.example/${CANARY}`,
    `https://user:${CANARY}@hooks.slack.com/services`,
    `https://hooks.slack.com:8443/${CANARY}`,
    `https://evil.example/hooks.slack.com/${CANARY}`,
    `http://127.0.0.1.evil.example/${CANARY}`,
    `ftp://127.0.0.1/${CANARY}`,
    CANARY,
    "",
  ])("may not be %s, and is not repeated", (url) => {
    expect(() => slackWebhook(new Secret(url), "curfew/slack-webhook")).toThrow(
      /^The secret curfew\/slack-webhook does not hold the URL of a Slack webhook, which begins with https:\/\/hooks\.slack\.com\/; store that there as plain text\.$/,
    );
  });
});

describe("posting", () => {
  it("sends the message as JSON", async () => {
    await clock.run(postToSlack(renderSlack(ALERT), post()));

    expect(posts).toEqual([{ at: 0, body: renderSlack(ALERT) }]);
  });

  it("waits as long as Slack says, and tries again", async () => {
    answers = [{ status: 429, headers: { "retry-after": "7" } }, { status: 429 }, { status: 200 }];

    await clock.run(postToSlack(renderSlack(ALERT), post()));

    expect(posts.map(({ at }) => at)).toEqual([0, 7_000, 8_000]);
  });

  it("gives up when the wait is longer than the time left", async () => {
    answers = [{ status: 429, headers: { "retry-after": "90" } }];

    expect(await failure()).toMatchObject({ code: "throttled", retryable: true, detail: "90 s" });
    expect(posts).toHaveLength(1);
  });

  test.each([
    [400, "invalid_payload", "invalid_payload"],
    [403, "action_prohibited", "action_prohibited"],
    [404, "no_service", "no_service"],
    [410, "channel_is_archived", "channel_is_archived"],
    [404, `page for ${CANARY}`, "404"],
    [302, "", "302"],
  ])("is refused for good with %s %s", async (status, body, detail) => {
    answers = [{ status, body, headers: { location: `${origin}/elsewhere` } }];

    expect(await failure()).toMatchObject({ code: "request-refused", retryable: false, detail });
    expect(posts, "and no redirect is followed").toHaveLength(1);
  });

  test.each([500, 502, 503])("may be tried again after %s", async (status) => {
    answers = [{ status, body: CANARY }];

    expect(await failure()).toMatchObject({ code: "service-failed", retryable: true });
  });

  it("may be tried again when nobody is there", async () => {
    expect(await failure(post(60_000, `http://127.0.0.1:1/${CANARY}`))).toMatchObject({
      code: "unreachable",
      retryable: true,
    });
  });

  it("does not begin without time", async () => {
    expect(await failure(post(0))).toMatchObject({ code: "timed-out", retryable: true });
    expect(posts).toEqual([]);
  });
});

describe("a batch of the queue", () => {
  const queued = (messageId: string, body?: string) => ({
    messageId,
    body: body ?? JSON.stringify({ Type: "Notification", Message: JSON.stringify(slackDelivery(ALERT)) }),
  });
  const failed = async (...messages: { messageId: string; body: string }[]) => {
    const postings = await clock.run(postQueue(messages, post()));
    return postings.flatMap(({ messageId, error }) => (error === null ? [] : [messageId]));
  };

  it("is posted one a second", async () => {
    expect(await failed(queued("1"), queued("2"), queued("3"))).toEqual([]);
    expect(posts.map(({ at }) => at)).toEqual([0, 1_000, 2_000]);
  });

  it("goes on after a message that cannot be read or is refused", async () => {
    answers = [{ status: 400, body: "invalid_payload" }, { status: 500 }, { status: 200 }];

    expect(await failed(queued("1"), queued("2", "{}"), queued("3", "?"), queued("4"), queued("5"))).toEqual([
      "1",
      "2",
      "3",
      "4",
    ]);
  });

  test.each([
    ["Slack takes no more", { status: 429, headers: { "retry-after": "600" } }],
    ["the webhook is gone", { status: 404, body: "no_service" }],
  ])("stays in the queue when %s", async (_, answer) => {
    answers = [{ status: 200 }, answer];

    expect(await failed(queued("1"), queued("2"), queued("3"), queued("4"))).toEqual(["2", "3", "4"]);
    expect(posts).toHaveLength(2);
  });
});

describe("a page of a state machine", () => {
  it("is posted as the plain text that it is: no function was there to render it", () => {
    const Message = "Curfew: the application of drill-<x> is not locked. What to do: docs/runbook.md#an-incident-pages";
    const { alert, message } = readDelivery(JSON.stringify({ Message }));

    expect(alert).toEqual({ id: "page", kind: "incident", severity: "critical", tenant: null });
    expect(message.text).toContain("drill-&lt;x&gt; is not locked");
    expect(message.blocks).toMatchObject([{ type: "section", text: { type: "plain_text", text: Message } }]);
    expect(() => readDelivery(JSON.stringify({ Message: "somebody else's" }))).toThrow("is not an alert");
  });
});
