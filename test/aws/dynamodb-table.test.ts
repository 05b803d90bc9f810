import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";

const CANARY = "cNry-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e";
const KEY = { partition: "TENANT#acme", sort: "FINDING#f_1" };

let server: Server;
let requests: number;
let answer: (response: ServerResponse, attempt: number) => void;

const json = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify(body));
};

const refuse = (status: number, type: string) => (response: ServerResponse) =>
  json(response, status, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: `not today: ${CANARY}` });

beforeEach(async () => {
  requests = 0;
  server = createServer((request, response) => {
    requests += 1;
    request.resume().on("end", () => answer(response, requests));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "example");
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

/** What each call rejects with; fails when one does not, or when an error holds what it should not. */
async function failures(attempts = 1): Promise<CurfewError[]> {
  const table = dynamodbTable("curfew", { attempts, timeout: 5_000 });
  const calls = [
    () => table.get(KEY),
    () => table.put(KEY, { text: CANARY }),
    () => table.remove(KEY),
    () => table.list(KEY.partition, { prefix: "" })[Symbol.asyncIterator]().next(),
  ];
  return Promise.all(
    calls.map(async (call) => {
      const error = await call().then(
        () => new Error("resolved"),
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(CurfewError);
      const told = error as CurfewError;
      expect(told).toMatchObject({ code: "store-failed", message: expect.stringContaining("curfew") });
      expect(told.cause).toBeUndefined();
      expect(`${told.stack} ${told.detail}`).not.toContain(CANARY);
      return told;
    }),
  );
}

describe("a table that cannot be used is told with the reason and what to do", () => {
  test.each([
    [400, "ResourceNotFoundException", "check its name", false],
    [400, "AccessDeniedException", "allow reading and writing", false],
    [400, "ExpiredTokenException", "sign in again", false],
    [400, "ValidationException", "400 kB", false],
    [400, "ThrottlingException", "try again later", true],
    [400, "ProvisionedThroughputExceededException", "try again later", true],
    [500, "InternalServerError", "try again later", true],
    [400, "SomethingNew", "AWS's documentation", false],
  ])("status %s, %s", async (status, type, says, retryable) => {
    answer = refuse(status, type);

    for (const error of await failures()) {
      expect(error.message).toContain(says);
      expect(error).toMatchObject({ detail: type, retryable });
    }
  });

  test("nobody at the address", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1");

    for (const error of await failures()) expect(error).toMatchObject({ detail: "ECONNREFUSED", retryable: true });
  });

  test("an answer that is no JSON and holds a row", async () => {
    answer = (response) => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
      response.end(`{"Item":{"value":{"S":"${CANARY}`);
    };

    expect(await failures()).toHaveLength(4);
  });
});

test("throttling is waited out", async () => {
  answer = (response, attempt) =>
    attempt <= 2 ? refuse(400, "ThrottlingException")(response) : json(response, 200, {});

  expect(await dynamodbTable("curfew").get(KEY)).toBeUndefined();
  expect(requests).toBe(3);
});
