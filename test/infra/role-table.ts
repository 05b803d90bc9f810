import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { Table } from "../../lib/store/table.ts";
import { matchesPattern, type Statement } from "./statements.ts";

/** A table as a role may use it, by the statements of its policy; DynamoDB refuses the rest. */
export function roleTable(table: Table, statements: readonly Statement[]): Table {
  const allow = (action: string, partition: string): void => {
    if (statements.some((statement) => allows(statement, `dynamodb:${action}`, partition))) return;
    throw new CurfewError("store-failed", `The role may not ${action} in ${partition}.`, { detail: "AccessDenied" });
  };
  return {
    get: async (key) => {
      allow("GetItem", key.partition);
      return table.get(key);
    },
    async *list(partition, range) {
      allow("Query", partition);
      yield* table.list(partition, range);
    },
    put: async (key, value, options) => {
      allow("UpdateItem", key.partition);
      return table.put(key, value, options);
    },
    remove: async (key, options) => {
      allow("DeleteItem", key.partition);
      return table.remove(key, options);
    },
  };
}

/** Every role has the one table and no other condition than whose rows they are. */
function allows({ effect, actions, conditions }: Statement, action: string, partition: string): boolean {
  const keys = conditions["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"] as readonly string[] | undefined;
  return effect === "Allow" && actions.includes(action) && keys?.some((key) => matchesPattern(partition, key)) === true;
}
