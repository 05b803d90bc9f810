import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, expect, test } from "vitest";
import { secretVersionDates } from "../../lib/aws/secret-version-dates.ts";

const MADE = 1_795_000_000;

let server: Server;
let asked: { target: string | undefined; body: Record<string, unknown> }[];
let answer: (response: ServerResponse) => void;
let client: SecretsManagerClient;

const send = (response: ServerResponse, body: object, status = 200): void => {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify(body));
};

beforeEach(async () => {
  asked = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push({
      target: String(request.headers["x-amz-target"]),
      body: JSON.parse(Buffer.concat(chunks).toString()),
    });
    answer(response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  client = new SecretsManagerClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "eu-central-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const dates = () => secretVersionDates(async () => client);

test("the date of the current version is found on whatever page it is, and no value is asked for", async () => {
  answer = (response) =>
    send(
      response,
      asked.length === 1
        ? { Versions: [{ VersionId: "b", VersionStages: ["AWSPENDING"], CreatedDate: MADE + 9 }], NextToken: "more" }
        : { Versions: [{ VersionId: "a", VersionStages: ["AWSCURRENT"], CreatedDate: MADE }] },
    );

  expect(await dates().currentVersion("apps/shop")).toEqual({ id: "a", at: MADE * 1_000 });
  expect(asked.map(({ target }) => target)).toEqual([
    "secretsmanager.ListSecretVersionIds",
    "secretsmanager.ListSecretVersionIds",
  ]);
  expect(asked.map(({ body }) => body.NextToken)).toEqual([undefined, "more"]);
});

test("a secret without a current version has no date", async () => {
  answer = (response) => send(response, { Versions: [{ VersionId: "b", VersionStages: ["AWSPENDING"] }] });

  expect(await dates().currentVersion("apps/shop")).toBeUndefined();
});

test("a refusal names the secret and the action that is missing", async () => {
  answer = (response) => send(response, { __type: "AccessDeniedException", message: "canary" }, 400);

  await expect(dates().currentVersion("apps/shop")).rejects.toMatchObject({
    code: "reference-unresolved",
    message: expect.stringMatching(/^The secret apps\/shop .*secretsmanager:ListSecretVersionIds(?!.*canary)/),
  });
});
