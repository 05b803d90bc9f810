import { expect, test } from "vitest";
import check from "../../../lib/checks/coverage/inventory-truncated.ts";
import type { Gap } from "../../../lib/checks/define-check.ts";
import { UNKNOWN_REASONS } from "../../../lib/model/finding.ts";
import { aContext } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const judge = (gaps: readonly Gap[]) =>
  evaluateCheck(check, {}, "baseline", aContext({ requested: ["clients", "actions"], gaps }));

test("sections that were read whole pass", () => {
  expect(verdicts(judge([]))).toEqual(["pass", "pass"]);
});

test("a shortened section is a finding that tells how much is missing", () => {
  const gaps: Gap[] = [{ section: "clients", reason: "truncated", detail: "99 of 120 items", checks: [] }];

  expect(judge(gaps)).toEqual([
    {
      resource: { type: "section", id: "clients", name: null },
      verdict: "fail",
      severity: "high",
      message: "Auth0's list of the section clients does not match its own count: 99 of 120 items.",
    },
    { resource: { type: "section", id: "actions", name: null }, verdict: "pass" },
  ]);
});

test("without a number the sentence ends before it", () => {
  expect(judge([{ section: "clients", reason: "truncated", detail: null, checks: [] }])[0]).toMatchObject({
    message: "Auth0's list of the section clients does not match its own count.",
  });
});

test.each(UNKNOWN_REASONS.filter((reason) => reason !== "truncated"))(
  "a section that is missing for the reason %s was not counted, and is neither whole nor shortened",
  (reason) => {
    const outcomes = judge([{ section: "clients", reason, detail: null, checks: [] }]);

    expect(outcomes.map(({ resource }) => resource.id)).toEqual(["actions"]);
  },
);

test("each shortened section is a finding of its own", () => {
  const gaps = (["clients", "actions"] as const).map(
    (section): Gap => ({ section, reason: "truncated", detail: null, checks: [] }),
  );

  expect(verdicts(judge(gaps))).toEqual(["high", "high"]);
});
