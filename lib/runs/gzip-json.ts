import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { jsonPieces } from "../reports/json-pieces.ts";

/** Arrays up to this depth are written element by element; what lies deeper is small. */
const DEPTH = 4;

/**
 * Compresses a value as JSON without ever holding all of the text: the findings of a very large tenant would be one
 * text of hundreds of megabytes.
 */
export async function gzipJson(value: unknown): Promise<Uint8Array> {
  const gzip = createGzip();
  const [compressed] = await Promise.all([
    buffer(gzip),
    pipeline(Readable.from(jsonPieces(value, { indent: 0, depth: DEPTH })), gzip),
  ]);
  return compressed;
}
