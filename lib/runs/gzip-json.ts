import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGzip, gunzip } from "node:zlib";

/** Arrays up to this depth are written element by element; what lies deeper is small. */
const DEPTH = 4;

/** Characters that go into the compressor at once. */
const CHUNK = 65_536;

/**
 * Compresses a value as JSON without ever holding all of the text: the findings of a very large tenant would be one
 * text of hundreds of megabytes.
 */
export async function gzipJson(value: unknown): Promise<Uint8Array> {
  const gzip = createGzip();
  const [compressed] = await Promise.all([
    buffer(gzip),
    pipeline(Readable.from(chunks(jsonPieces(value, DEPTH))), gzip),
  ]);
  return compressed;
}

/** Reads what {@link gzipJson} has written. */
export async function gunzipJson(compressed: Uint8Array): Promise<unknown> {
  const text = await promisify(gunzip)(compressed);
  return JSON.parse(text.toString("utf8"));
}

function* jsonPieces(value: unknown, depth: number): Iterable<string> {
  if (depth === 0 || typeof value !== "object" || value === null) {
    yield JSON.stringify(value) ?? "null";
  } else if (Array.isArray(value)) {
    yield* joined("[", value, "]", (item) => jsonPieces(item, depth - 1));
  } else {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    yield* joined("{", entries, "}", function* ([name, inner]) {
      yield `${JSON.stringify(name)}:`;
      yield* jsonPieces(inner, depth - 1);
    });
  }
}

function* joined<T>(open: string, items: readonly T[], close: string, pieces: (item: T) => Iterable<string>) {
  yield open;
  let isFirst = true;
  for (const item of items) {
    if (!isFirst) yield ",";
    isFirst = false;
    yield* pieces(item);
  }
  yield close;
}

function* chunks(pieces: Iterable<string>): Iterable<string> {
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}
