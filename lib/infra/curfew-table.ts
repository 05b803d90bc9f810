import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import type { CurfewFunction } from "./curfew-function.ts";

/** Everything that is remembered. Kept when the stack is removed, and protected against being removed itself. */
export class CurfewTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new TableV2(this, "Table", {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.STRING },
      timeToLiveAttribute: "expires",
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      encryption: TableEncryptionV2.dynamoOwnedKey(), // docs/decisions/0023-keys-and-what-they-cost.md
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /**
   * Lets a function work on the rows of some partitions, one at a time or a partition in order; it can scan nothing.
   *
   * @param partitions patterns of partition keys, as `TENANT#*`
   */
  allow(lambda: CurfewFunction, partitions: readonly string[], actions: readonly TableAction[]): void {
    lambda.function.addEnvironment("CURFEW_TABLE", this.table.tableName);
    lambda.allow({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [this.table.tableArn],
      conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [...partitions] } },
    });
  }
}

/** Rows are put by UpdateItem, which alone can count a row's version. */
type TableAction = "GetItem" | "UpdateItem" | "DeleteItem" | "Query";
