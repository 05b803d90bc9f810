import { DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { BatchWriteCommand, DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { REGION } from "../../../lib/sandbox/cloud/account.ts";
import type { Deployment } from "../../../lib/sandbox/cloud/deploy.ts";

/** A row as it is in DynamoDB. */
export interface StoredRow {
  pk: string;
  sk: string;
  // biome-ignore lint/suspicious/noExplicitAny: each kind of row has a shape of its own, and tests say which they mean
  value: any;
  version: number;
  expires?: number;
}

/** What the deployed audit keeps, seen from outside and past every gate. */
export interface Stored {
  /** Makes table and bucket hold exactly this. */
  restore(snapshot: Snapshot): Promise<void>;
  /** Takes the bucket away, which must be empty, or the table. There is no way back. */
  remove(what: "bucket" | "table"): Promise<void>;
  snapshot(): Promise<Snapshot>;
}

/** Everything at one moment. */
export interface Snapshot {
  rows: StoredRow[];
  objects: Map<string, StoredObject>;
}

/** An object, and when it was last written. */
export interface StoredObject {
  body: Buffer;
  lastModified: number;
}

/** Rows that DynamoDB takes at once. */
const BATCH = 25;

/** Opens table and evidence of a deployment. */
export function storedBy({ cloud, lambdas }: Deployment): Stored {
  const env = Object.assign({}, ...lambdas.map((lambda) => lambda.env)) as Record<string, string>;
  const TableName = env.CURFEW_TABLE ?? "";
  const Bucket = env.CURFEW_EVIDENCE_BUCKET ?? "";
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...ACCESS, endpoint: cloud.dynamoDb.origin }));
  const s3 = new S3Client({ ...ACCESS, endpoint: cloud.messaging.origin, forcePathStyle: true });

  const rows = async (): Promise<StoredRow[]> => {
    const found: StoredRow[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) found.push(...(Items as StoredRow[]));
    return found.sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1));
  };
  const write = async (requests: readonly object[]): Promise<void> => {
    for (let start = 0; start < requests.length; start += BATCH) {
      const RequestItems = { [TableName]: requests.slice(start, start + BATCH) };
      await client.send(new BatchWriteCommand({ RequestItems }));
    }
  };
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
      found.push(...Contents.flatMap(({ Key }) => Key ?? []));
    }
    return found;
  };
  const objects = async (): Promise<Map<string, StoredObject>> => {
    const found = new Map<string, StoredObject>();
    for (const Key of await keys()) {
      const { Body, LastModified } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const body = Buffer.from((await Body?.transformToByteArray()) ?? []);
      found.set(Key, { body, lastModified: LastModified?.getTime() ?? 0 });
    }
    return found;
  };
  return {
    snapshot: async () => ({ rows: await rows(), objects: await objects() }),
    restore: async (wanted) => {
      const wantedKeys = new Set(wanted.rows.map(keyText));
      const gone = (await rows()).filter((row) => !wantedKeys.has(keyText(row)));
      await write(gone.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })));
      await write(wanted.rows.map((Item) => ({ PutRequest: { Item } })));
      for (const Key of await keys()) {
        if (!wanted.objects.has(Key)) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
      }
      for (const [Key, { body }] of wanted.objects) await s3.send(new PutObjectCommand({ Bucket, Key, Body: body }));
    },
    remove: async (what) => {
      if (what === "bucket") await s3.send(new DeleteBucketCommand({ Bucket }));
      else await client.send(new DeleteTableCommand({ TableName }));
    },
  };
}

/** Nothing at all. */
export const EMPTY: Snapshot = { rows: [], objects: new Map() };

/** Nobody checks who asks; the SDK wants to know all the same. */
export const ACCESS = { region: REGION, credentials: { accessKeyId: "sandbox", secretAccessKey: "sandbox" } };

/** The partition and the sort key in one text. */
export const keyText = ({ pk, sk }: StoredRow): string => `${pk} ${sk}`;
