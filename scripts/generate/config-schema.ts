import { configJsonSchema } from "../../lib/config/json-schema.ts";
import type { CheckFile } from "./find-checks.ts";
import type { GeneratedFile } from "./generated-file.ts";

/** The JSON Schema by which editors complete and check `curfew.yaml`, from the same source as Curfew itself. */
export function configSchemaFile(checks: readonly CheckFile[]): GeneratedFile[] {
  const schema = configJsonSchema(checks.map(({ check }) => check));
  return [{ path: "docs/curfew.schema.json", content: `${JSON.stringify(schema, null, 2)}\n` }];
}
