import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  type QueryCommandInput,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { compareKeys } from "../store/sort-order.ts";
import type { Key, PutOptions, Range, Row, Table } from "../store/table.ts";
import { tableFailure } from "./table-failure.ts";

/** How patient to be with DynamoDB. */
interface DynamodbOptions {
  /** How long one request may take, in milliseconds. */
  timeout?: number;
  /** How often to try in all. */
  attempts?: number;
}

/**
 * A request takes milliseconds; a table on demand that is suddenly used more throttles for seconds. The SDK pauses at
 * random, at most 0.1, 0.2, 0.4 … 20 s: ten tries outlast about a minute.
 */
const DEFAULTS = { timeout: 5_000, attempts: 10 } as const;

/**
 * A table in DynamoDB: partition key `pk`, sort key `sk`, attributes `value`, `version` and `expires` (time to live).
 *
 * Region, credentials and `AWS_ENDPOINT_URL_DYNAMODB` are found the way the SDK always finds them.
 *
 * @param table its name
 */
export function dynamodbTable(table: string, options: DynamodbOptions = {}): Table {
  const { timeout, attempts } = { ...DEFAULTS, ...options };
  const requestHandler = { connectionTimeout: timeout, requestTimeout: timeout, throwOnRequestTimeout: true };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: attempts, requestHandler }), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const told = (error: unknown): never => {
    throw tableFailure(table, error);
  };

  return {
    async get<T>(key: Key) {
      const command = new GetCommand({ TableName: table, Key: itemKey(key), ConsistentRead: true });
      const { Item } = await client.send(command).catch(told);
      return Item && rowOf<T>(Item);
    },
    async *list<T>(partition: string, range: Range) {
      const query = queryOf(table, partition, range);
      if (!query) return;
      try {
        for await (const { Items = [] } of paginateQuery({ client }, query)) {
          for (const item of Items) {
            const row = rowOf<T>(item);
            if (isPast(row.key.sort, range)) return;
            yield row;
          }
        }
      } catch (error) {
        told(error);
      }
    },
    put: (key, value, options = {}) =>
      client
        .send(new UpdateCommand({ TableName: table, Key: itemKey(key), ...updateOf(value, options) }))
        .then(() => true, refusedOr(told)),
    remove: (key, { ifVersion } = {}) =>
      client
        .send(new DeleteCommand({ TableName: table, Key: itemKey(key), ...conditionOf(ifVersion) }))
        .then(() => true, refusedOr(told)),
  };
}

const itemKey = ({ partition, sort }: Key) => ({ pk: partition, sk: sort });

const rowOf = <T>({ pk, sk, value, version }: Record<string, unknown>): Row<T> => ({
  key: { partition: pk as string, sort: sk as string },
  value: value as T,
  version: version as number,
});

/** A condition that does not hold is an answer and no failure. */
const refusedOr =
  (told: (error: unknown) => never) =>
  (error: unknown): false =>
    error instanceof ConditionalCheckFailedException ? false : told(error);

/** One kind of write for new and for known rows: only so does DynamoDB count the version itself. */
function updateOf(value: unknown, { ifVersion, expires }: PutOptions) {
  const { ExpressionAttributeValues: demanded, ...condition } = conditionOf(ifVersion);
  const assign = "SET #value = :value, #version = if_not_exists(#version, :zero) + :one";
  return {
    ...condition,
    UpdateExpression: expires === undefined ? `${assign} REMOVE #expires` : `${assign}, #expires = :expires`,
    ExpressionAttributeNames: { "#value": "value", "#version": "version", "#expires": "expires" },
    ExpressionAttributeValues: {
      ":value": value,
      ":zero": 0,
      ":one": 1,
      ...(expires === undefined ? {} : { ":expires": expires }),
      ...demanded,
    },
  };
}

interface Condition {
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, number>;
}

function conditionOf(ifVersion: number | undefined): Condition {
  if (ifVersion === undefined) return {};
  const names = { ExpressionAttributeNames: { "#version": "version" } };
  if (ifVersion === 0) return { ConditionExpression: "attribute_not_exists(#version)", ...names };
  return {
    ConditionExpression: "#version = :ifVersion",
    ...names,
    ExpressionAttributeValues: { ":ifVersion": ifVersion },
  };
}

/** The query for a range; undefined when nothing can be in it. */
function queryOf(
  table: string,
  partition: string,
  { prefix, after, descending, expected }: Range,
): QueryCommandInput | undefined {
  const start = startOf(prefix, after);
  if (start === "nothing") return undefined;
  return {
    TableName: table,
    ConsistentRead: true,
    ScanIndexForward: !descending,
    ...(expected === undefined ? {} : { Limit: expected }),
    KeyConditionExpression: prefix === "" ? "pk = :partition" : "pk = :partition AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":partition": partition, ...(prefix === "" ? {} : { ":prefix": prefix }) },
    ...(start !== undefined && !descending ? { ExclusiveStartKey: itemKey({ partition, sort: start }) } : {}),
  };
}

/** DynamoDB takes one condition on the sort key, and a start only within it. */
function startOf(prefix: string, after: string | undefined): string | undefined {
  if (after === undefined || after === "") return undefined;
  if (after.startsWith(prefix)) return after;
  return compareKeys(after, prefix) < 0 ? undefined : "nothing";
}

/** Backwards a query cannot end at a key, so the reader does. */
const isPast = (sort: string, { after, descending }: Range): boolean =>
  descending === true && after !== undefined && compareKeys(sort, after) <= 0;
