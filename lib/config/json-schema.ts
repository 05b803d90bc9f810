import * as z from "zod";
import type { Check } from "../checks/define-check.ts";
import { configSchema } from "./schema.ts";

/**
 * The JSON Schema (2020-12) of `curfew.yaml` for editors, from the same source as the validation.
 * It knows the form of every key, not the rules between keys: `curfew config check` knows both.
 */
export function configJsonSchema(catalogue: readonly Check[]): object {
  return z.toJSONSchema(configSchema(catalogue), { io: "input", target: "draft-2020-12" });
}
