import { expect, it } from "vitest";
import { printedCase } from "./printed-case.ts";

it.each([
  { text: '{"faults":[],"kind":"private-key"}', is: { faults: [], kind: "private-key" } },
  { text: '{"faults":[]}', is: undefined },
  { text: "nonsense", is: undefined },
  { text: "null", is: undefined },
])("a case is taken as it was printed, and nothing else: $text", ({ text, is }) => {
  expect(printedCase<{ faults: unknown; kind: string }>(text, ["faults", "kind"])).toEqual(is);
});
