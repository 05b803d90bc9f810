import type { ConfigPath } from "./mistakes.ts";

/**
 * Reads a file of which parts may be anything: the rules between keys run on what is readable,
 * so that one broken key does not hide the mistakes elsewhere.
 */
export type Loose = Readonly<Record<string, unknown>>;

/** A mapping, empty when the value is none. */
export const mapping = (value: unknown): Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : {};

/** The mappings of a list with their places; whatever else stands in the list is left out. */
export function mappings(value: unknown, path: ConfigPath): { entry: Loose; path: ConfigPath }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown, index) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? [{ entry: item as Loose, path: [...path, index] }]
      : [],
  );
}

/** A text that is not empty, or undefined. */
export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
