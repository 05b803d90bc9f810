import type { Table } from "../lib/store/table.ts";

/** A person waits: three tries outlast a moment's throttling and no outage. */
const ATTEMPTS = 3;

/** The ledger that the deployed audit keeps in DynamoDB; the SDK is loaded at its first use. */
export async function openDeployedLedger(table: string): Promise<Table> {
  const { dynamodbTable } = await import("../lib/aws/dynamodb-table.ts");
  return dynamodbTable(table, { attempts: ATTEMPTS });
}
