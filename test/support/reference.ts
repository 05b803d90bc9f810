import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Recorded answers of real tenants, Auth0's OpenAPI document and its log schema. They belong to others and are
 * not part of this project: tests that read them are skipped, and say so, where they are absent.
 */
export const REFERENCE = process.env.CURFEW_REFERENCE ?? join(import.meta.dirname, "..", "..", "..", "shared", "auth0");

export const hasReference = existsSync(join(REFERENCE, "recordings"));

if (!hasReference) console.log("reference data is absent: tests against recorded answers are skipped");

/** One recorded request with its answer. */
export interface Recording {
  file: string;
  method: string;
  path: string;
  status: number;
  request_body: unknown;
  response_body: unknown;
}

/** All recordings, or those whose file name begins with one of `prefixes`. */
export function recordings(...prefixes: string[]): Recording[] {
  const folder = join(REFERENCE, "recordings");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .filter((file) => prefixes.length === 0 || prefixes.some((prefix) => file.startsWith(prefix)))
    .map((file) => ({ file, ...JSON.parse(readFileSync(join(folder, file), "utf8")) }));
}
