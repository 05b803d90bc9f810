import { CurfewError } from "../lib/model/curfew-error.ts";

/**
 * The table that a command about the deployed stack cannot do without.
 *
 * @throws CurfewError `arguments-invalid` when nobody named it
 */
export function requiredTable(named: string | undefined): string {
  if (named !== undefined && named !== "") return named;
  throw new CurfewError(
    "arguments-invalid",
    "Rotation works on the deployed stack: name its DynamoDB table with --table or CURFEW_TABLE; npx cdk deploy printed it as TableName.",
  );
}
