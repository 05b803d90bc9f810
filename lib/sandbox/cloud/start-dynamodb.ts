import type { AddressInfo } from "node:net";
import dynalite from "dynalite";
import { REGION } from "./account.ts";

/** A running stand-in for DynamoDB. */
export interface DynamoDb extends AsyncDisposable {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * Starts dynalite on a loopback port, with empty tables whose keys are the strings `pk` and `sk`.
 * Expiry by TTL and transactions do not exist there; a failed condition does not return the item.
 *
 * @param tables their names
 */
export async function startDynamoDb(tables: readonly string[] = [], port = 0): Promise<DynamoDb> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", resolve);
  await promise;
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    server.closeAllConnections();
    return closed.promise;
  };
  try {
    for (const table of tables) await createTable(origin, table);
  } catch (error) {
    await close();
    throw error;
  }
  return { origin, close, [Symbol.asyncDispose]: close };
}

/** The request that a client would send; dynalite wants a signature, but does not check it. */
async function createTable(origin: string, name: string): Promise<void> {
  const keys = ["pk", "sk"] as const;
  const credential = `Credential=sandbox/20260101/${REGION}/dynamodb/aws4_request`;
  const answer = await fetch(origin, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.CreateTable",
      "x-amz-date": "20260101T000000Z",
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? "HASH" : "RANGE" })),
    }),
  });
  if (!answer.ok)
    throw new TypeError(`DynamoDB refused to make the table ${name} in the sandbox: ${await answer.text()}`);
}
