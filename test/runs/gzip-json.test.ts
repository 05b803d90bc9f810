import fc from "fast-check";
import { expect, it } from "vitest";
import { gzipJson } from "../../lib/runs/gzip-json.ts";
import { gunzipJson } from "../../lib/store/gunzip-json.ts";

it("gives back any JSON value", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 7 }), async (value) => {
      expect(JSON.stringify(await gunzipJson(await gzipJson(value)))).toBe(JSON.stringify(value));
    }),
  );
});

it("gives back a text longer than what is compressed at once, and the same bytes each time", async () => {
  const value = { findings: Array.from({ length: 20_000 }, (_, index) => ({ id: `f_${index}`, name: "ü\u2028" })) };
  const first = await gzipJson(value);
  expect(await gunzipJson(first)).toEqual(value);
  expect(Buffer.compare(Buffer.from(first), Buffer.from(await gzipJson(value)))).toBe(0);
});

it("leaves out what is undefined, as JSON does", async () => {
  expect(await gunzipJson(await gzipJson({ a: undefined, b: [undefined, 1] }))).toEqual({ b: [null, 1] });
});
