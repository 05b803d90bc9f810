import { promisify } from "node:util";
import { gunzip } from "node:zlib";

/** Reads a document that was kept as compressed JSON. */
export async function gunzipJson(compressed: Uint8Array): Promise<unknown> {
  const text = await promisify(gunzip)(compressed);
  return JSON.parse(text.toString("utf8"));
}
