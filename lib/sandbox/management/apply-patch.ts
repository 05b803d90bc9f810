import type { JsonObject } from "../state/records.ts";
import { isObject } from "./projection.ts";

/**
 * Writes the fields of a PATCH into a resource. Null takes a field away; objects named in `merged` are
 * merged one level deep, everything else is replaced.
 */
export function applyPatch(resource: JsonObject, patch: JsonObject, merged: readonly string[] = []): void {
  for (const [field, value] of Object.entries(patch)) {
    const present = resource[field];
    if (value === null) delete resource[field];
    else if (merged.includes(field) && isObject(value) && isObject(present)) {
      resource[field] = { ...present, ...value };
    } else resource[field] = value;
  }
}
