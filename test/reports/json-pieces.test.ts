import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonReport } from "../../lib/reports/json.ts";
import { jsonPieces } from "../../lib/reports/json-pieces.ts";
import { sarifReport } from "../../lib/reports/sarif.ts";
import { audit, finding, report } from "../support/reports.ts";

describe("JSON in pieces", () => {
  it("is what JSON.stringify gives, however deep it is opened", () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 5 }), fc.object({ values: [fc.string(), fc.constant(undefined)] }));

    fc.assert(
      fc.property(value, fc.constantFrom(0, 2), fc.nat(6), (json, indent, depth) => {
        expect([...jsonPieces(json, { indent, depth })].join("")).toBe(JSON.stringify(json, null, indent));
      }),
      { numRuns: 500 },
    );
  });

  it("makes the items of a list while they are written", () => {
    let made = 0;
    const endless = (function* () {
      for (;;) yield `item ${made++}`;
    })();

    const pieces = jsonPieces({ list: endless }, { indent: 0, depth: 2 });

    expect(pieces.next().value).toMatch(/^{"list":\["item 0","item 1",/);
    expect(made).toBeLessThan(100_000);
  });
});

const ONE = finding();

describe("a report of very many findings", () => {
  // As one text it would be hundreds of pieces long; one finding stands for all of them, so that it needs no memory.
  const COUNT = 150_000;
  const large = report(audit({ findings: Array.from({ length: COUNT }, () => ONE) }));

  it.each([
    { format: "JSON", pieces: () => jsonReport(large), mark: '"check":' },
    { format: "SARIF", pieces: () => sarifReport(large, { checks: [], version: "1.0.0" }), mark: '"ruleId":' },
  ])("is written as $format in pieces, none of them large", { timeout: 120_000 }, ({ pieces, mark }) => {
    let [longest, length, found, rest] = [0, 0, 0, ""];
    for (const piece of pieces()) {
      longest = Math.max(longest, piece.length);
      length += piece.length;
      const text = rest + piece;
      found += text.split(mark).length - 1;
      rest = text.slice(1 - mark.length);
    }

    console.info(`${COUNT} findings: ${Math.round(length / 1e6)} million characters, the longest piece ${longest}`);
    expect(found).toBe(COUNT);
    expect(longest).toBeLessThan(200_000);
  });
});
