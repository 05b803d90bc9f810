import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  paginateScan,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import type { Deployment } from "../../../lib/sandbox/cloud/deploy.ts";

type Item = Record<string, AttributeValue>;

/** What the deployed audit keeps, seen from outside and past every gate. */
export interface Stored {
  /** Every row of the table, in the order of keys. */
  rows(): Promise<Item[]>;
  /** Makes the table hold exactly these rows. */
  restore(rows: readonly Item[]): Promise<void>;
  /** Every object of evidence, by key. */
  objects(): Promise<Map<string, StoredObject>>;
  /** Takes all evidence away. */
  clearObjects(): Promise<void>;
}

/** An object, and when it was last written. */
export interface StoredObject {
  body: Buffer;
  lastModified: number;
}

/** Rows that DynamoDB takes at once. */
const BATCH = 25;

export function storedBy({ cloud, lambdas }: Deployment): Stored & { [Symbol.dispose](): void } {
  const env = Object.assign({}, ...lambdas.map((lambda) => lambda.env)) as Record<string, string>;
  const TableName = env.CURFEW_TABLE ?? "";
  const Bucket = env.CURFEW_EVIDENCE_BUCKET ?? "";
  const credentials = { accessKeyId: "sandbox", secretAccessKey: "sandbox" };
  const account = { region: "us-east-1", credentials };
  const dynamo = new DynamoDBClient({ ...account, endpoint: cloud.dynamoDb.origin });
  const s3 = new S3Client({ ...account, endpoint: cloud.messaging.origin, forcePathStyle: true });

  const rows = async (): Promise<Item[]> => {
    const found: Item[] = [];
    for await (const { Items = [] } of paginateScan({ client: dynamo }, { TableName })) found.push(...Items);
    return found.sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1));
  };
  const write = async (requests: readonly WriteRequest[]): Promise<void> => {
    for (let start = 0; start < requests.length; start += BATCH) {
      const RequestItems = { [TableName]: requests.slice(start, start + BATCH) };
      await dynamo.send(new BatchWriteItemCommand({ RequestItems }));
    }
  };
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
      found.push(...Contents.flatMap(({ Key }) => Key ?? []));
    }
    return found;
  };
  return {
    rows,
    restore: async (wanted) => {
      const wantedKeys = new Set(wanted.map(keyText));
      const gone = (await rows()).filter((item) => !wantedKeys.has(keyText(item)));
      await write(gone.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } as Item } })));
      await write(wanted.map((Item) => ({ PutRequest: { Item } })));
    },
    objects: async () => {
      const found = new Map<string, StoredObject>();
      for (const Key of await keys()) {
        const { Body, LastModified } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        const body = Buffer.from((await Body?.transformToByteArray()) ?? []);
        found.set(Key, { body, lastModified: LastModified?.getTime() ?? 0 });
      }
      return found;
    },
    clearObjects: async () => {
      for (const Key of await keys()) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    [Symbol.dispose]: () => {
      dynamo.destroy();
      s3.destroy();
    },
  };
}

const keyText = ({ pk, sk }: Item): string => `${pk?.S} ${sk?.S}`;
