import { expect, test } from "vitest";
import check from "../../../lib/checks/coverage/exception-expired.ts";
import type { ReviewedException } from "../../../lib/checks/define-check.ts";
import { aContext } from "../../support/inventory.ts";
import { evaluateCheck } from "../evaluate-check.ts";

const judge = (state: ReviewedException["state"], findings: ReviewedException["findings"] = "accepted") => {
  const exception = { id: "some.check/acme/api-1", state, findings, owner: "dana@acme.example", expires: "2026-06-21" };
  const [outcome] = evaluateCheck(check, {}, "baseline", aContext({ exceptions: [exception] }));
  return outcome;
};

test("an exception that holds passes", () => {
  expect(judge("valid")).toEqual({
    verdict: "pass",
    resource: { type: "exception", id: "some.check/acme/api-1", name: null },
  });
});

test.each([
  { state: "expired", severity: "medium", says: "ended on 2026-06-21" },
  { state: "expiring", severity: "info", says: "ends on 2026-06-21" },
  { state: "unmatched", severity: "medium", says: "accepts nothing" },
] as const)("one that is $state is $severity, and its owner is named", ({ state, severity, says }) => {
  const outcome = judge(state);

  expect(outcome).toMatchObject({ verdict: "fail", severity });
  expect(outcome).toHaveProperty("message", expect.stringContaining(says));
  expect(outcome).toHaveProperty("message", expect.stringContaining("dana@acme.example"));
});

test.each([
  { findings: "open", says: "and what it accepted is open again;" },
  { findings: "accepted", says: "still accepted, by another exception;" },
  { findings: "none", says: "nothing left that it would accept;" },
  { findings: "unknown", says: "nobody knows" },
] as const)("one that has ended says whether its findings are $findings", ({ findings, says }) => {
  expect(judge("expired", findings)).toHaveProperty("message", expect.stringContaining(says));
});

test("where there are no exceptions, nothing is said", () => {
  expect(evaluateCheck(check, {}, "baseline", aContext())).toEqual([]);
});
