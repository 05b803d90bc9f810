import type { JsonObject } from "../state/records.ts";

/** Which fields of a resource a request wants. */
export interface Projection {
  /** Names as asked for; `jwt_configuration.alg` reaches into an object. Empty when the request did not say. */
  fields: readonly string[];
  /** False when `fields` lists what to leave out. */
  include: boolean;
}

/** Reads `fields` and `include_fields`. */
export function projectionOf(query: URLSearchParams): Projection {
  const fields = (query.get("fields") ?? "").split(",").map((field) => field.trim());
  return { fields: fields.filter(Boolean), include: query.get("include_fields") !== "false" };
}

/**
 * Applies a projection. Absent fields stay absent.
 *
 * @param always fields that are returned whatever was asked for
 */
export function project(resource: JsonObject, projection: Projection, always: readonly string[] = []): JsonObject {
  if (projection.fields.length === 0) return { ...resource };
  return projection.include ? pick(resource, [...always, ...projection.fields]) : omit(resource, projection.fields);
}

function pick(resource: JsonObject, fields: readonly string[]): JsonObject {
  const result: JsonObject = {};
  for (const field of fields) {
    const [head = "", ...rest] = field.split(".");
    if (!Object.hasOwn(resource, head)) continue;
    const value = resource[head];
    if (rest.length === 0) result[head] = value;
    else if (isObject(value)) {
      const known = result[head];
      result[head] = { ...(isObject(known) ? known : {}), ...pick(value, [rest.join(".")]) };
    }
  }
  return result;
}

function omit(resource: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(resource).filter(([field]) => !fields.includes(field)));
}

/** True for a JSON object, false for arrays and null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
