import { execFile } from "node:child_process";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { secretsManagerSource } from "../../lib/aws/secrets-manager-references.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";

const CANARY = "cNry-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e";
const NAME = "curfew/acme/auditor";

let server: Server;
let endpoint: string;
let requests: { target: string | undefined; body: unknown }[];
let answer: (response: ServerResponse, attempt: number) => void;

const json = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1", ...headers });
  response.end(JSON.stringify(body));
};

const refuse = (status: number, type: string) => (response: ServerResponse) =>
  json(response, status, { __type: type, message: `not today, and by the way: ${CANARY}` });

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}

beforeEach(async () => {
  requests = [];
  server = createServer(async (request, response) => {
    requests.push({ target: String(request.headers["x-amz-target"]), body: await bodyOf(request) });
    answer(response, requests.length);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint);
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "example");
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

/** What reading the secret rejects with; fails when it does not. */
async function failure(source = secretsManagerSource({ attempts: 1, timeout: 5_000 })): Promise<CurfewError> {
  const error = await source(NAME).then(
    () => new Error("resolved"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CurfewError);
  const told = error as CurfewError;
  expect(told.code).toBe("reference-unresolved");
  expect(told.message).toContain(NAME);
  expect(told.cause).toBeUndefined();
  expect(`${told.stack} ${told.detail}`).not.toContain(CANARY);
  return told;
}

describe("reading a secret", () => {
  test("asks for the current version and gives its text", async () => {
    answer = (response) => json(response, 200, { Name: NAME, SecretString: CANARY, VersionStages: ["AWSCURRENT"] });

    expect(await secretsManagerSource()(NAME)).toBe(CANARY);
    expect(requests).toEqual([
      { target: "secretsmanager.GetSecretValue", body: { SecretId: NAME, VersionStage: "AWSCURRENT" } },
    ]);
  });

  test("asks for another label where it is told to, and says when no version bears it", async () => {
    answer = (response) => json(response, 200, { SecretString: "next" });
    expect(await secretsManagerSource()(NAME, "AWSPENDING")).toBe("next");
    expect(requests[0]?.body).toEqual({ SecretId: NAME, VersionStage: "AWSPENDING" });

    answer = refuse(400, "ResourceNotFoundException");
    const told = secretsManagerSource()(NAME, "AWSPREVIOUS");
    await expect(told).rejects.toMatchObject({ code: "not-found", detail: "AWSPREVIOUS" });

    answer = refuse(400, "AccessDeniedException");
    const denied = secretsManagerSource()(NAME, "AWSPREVIOUS");
    await expect(denied).rejects.toMatchObject({ code: "reference-unresolved", detail: "AccessDeniedException" });
  });

  test("serves many names side by side", async () => {
    answer = (response) => json(response, 200, { SecretString: "x" });
    const source = secretsManagerSource();

    await Promise.all(["a", "b", "c"].map((name) => source(name)));

    expect(requests.map(({ body }) => (body as { SecretId: string }).SecretId).sort()).toEqual(["a", "b", "c"]);
  });

  test("tries again when the service stumbles", async () => {
    answer = (response, attempt) =>
      attempt === 1 ? refuse(500, "InternalServiceError")(response) : json(response, 200, { SecretString: "x" });

    expect(await secretsManagerSource()(NAME)).toBe("x");
    expect(requests).toHaveLength(2);
  });
});

describe("a secret that cannot be read is told with the reason and what to do", () => {
  test.each([
    [400, "ResourceNotFoundException", "check its name and the region", false],
    [400, "AccessDeniedException", "allow secretsmanager:GetSecretValue", false],
    [400, "DecryptionFailure", "KMS key", false],
    [400, "InvalidRequestException", "marked for deletion", false],
    [400, "InvalidParameterException", "check the secret's name", false],
    [400, "ExpiredTokenException", "sign in again", false],
    [400, "UnrecognizedClientException", "sign in again", false],
    [400, "ThrottlingException", "try again later", true],
    [500, "InternalServiceError", "try again later", true],
    [503, "SomethingNew", "try again later", true],
    [400, "SomethingNew", "AWS's documentation", false],
  ])("status %s, %s", async (status, type, says, retryable) => {
    answer = refuse(status, type);

    const error = await failure();

    expect(error.message).toContain(says);
    expect(error.message).toContain(type);
    expect(error).toMatchObject({ detail: type, retryable });
  });

  test("a binary secret", async () => {
    answer = (response) => json(response, 200, { SecretBinary: Buffer.from(CANARY).toString("base64") });

    expect((await failure()).message).toContain("is binary; store it as text");
  });

  test("an answer that is no JSON and holds the secret", async () => {
    answer = (response) => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(`{"SecretString":"${CANARY}`);
    };

    await failure();
  });

  test("a dropped connection", async () => {
    answer = (response) => response.destroy();

    expect(await failure()).toMatchObject({ retryable: true, message: expect.stringContaining("cannot be reached") });
  });

  test("nobody at the address", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:1");

    expect(await failure()).toMatchObject({ detail: "ECONNREFUSED", retryable: true });
  });

  test("an answer that never comes", async () => {
    answer = () => {};

    const error = await failure(secretsManagerSource({ attempts: 1, timeout: 50 }));

    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining("cannot be reached") });
  });

  test("no region", async () => {
    vi.stubEnv("AWS_REGION", undefined);

    expect((await failure()).message).toContain("set AWS_REGION");
  });

  test("no credentials", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);

    expect((await failure()).message).toContain("there are no AWS credentials; sign in, or set AWS_PROFILE");
    expect(requests).toEqual([]);
  });
});

test("the SDK is loaded at the first use, not before", async () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    const { secretsManagerSource } = await import("./lib/aws/secrets-manager-references.ts");
    const source = secretsManagerSource({ attempts: 1, timeout: 50 });
    const count = () => loaded.filter((url) => url.includes("@aws-sdk")).length;
    const before = count();
    await source("any").catch(() => {});
    console.log(JSON.stringify([before, count() > 0]));
  `;
  const root = resolve(import.meta.dirname, "../..");

  const { stdout } = await promisify(execFile)("node", ["--input-type=module", "-e", script], { cwd: root });

  expect(JSON.parse(stdout)).toEqual([0, true]);
});
