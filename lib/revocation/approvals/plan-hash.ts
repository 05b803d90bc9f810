import { createHash } from "node:crypto";

/**
 * Names a plan: the same plan has the same hash, in whatever order its fields were written or read back.
 *
 * @param plan plain JSON; fields that are undefined count as not there
 * @returns SHA-256 over canonical JSON, in hex
 */
export const planHash = (plan: unknown): string => createHash("sha256").update(canonicalJson(plan)).digest("hex");

/** JSON without white space, the fields of each object in the order of their names (as RFC 8785 has it). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
