import { expect, test } from "vitest";
import check from "../../../lib/checks/coverage/audit-missed.ts";
import { aHistory, daysAgo } from "../../support/history.ts";
import { aContext } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const judged = (changes: Parameters<typeof aHistory>[0]) =>
  evaluateCheck(check, {}, "baseline", aContext({ history: aHistory(changes) }));

test.each([
  { title: "two intervals ago", changes: { lastCompleteAudit: daysAgo(2) }, expected: ["pass"] },
  {
    title: "two intervals ago, and started at the other end of the schedule's window",
    changes: { lastCompleteAudit: daysAgo(2) - 900_000 },
    expected: ["pass"],
  },
  { title: "longer ago", changes: { lastCompleteAudit: daysAgo(2) - 901_000 }, expected: ["high"] },
  {
    title: "an hour before this run, in which its turn came five hours later",
    changes: { interval: 3_600, startedAt: daysAgo(5 / 24), lastCompleteAudit: daysAgo(6 / 24) },
    expected: ["pass"],
  },
  {
    title: "never, and this is the first try",
    changes: { lastCompleteAudit: undefined, firstAudit: undefined },
    expected: ["pass"],
  },
  {
    title: "never, and the first try was yesterday",
    changes: { lastCompleteAudit: undefined, firstAudit: daysAgo(1) },
    expected: ["pass"],
  },
  {
    title: "never, though it was tried for days",
    changes: { lastCompleteAudit: undefined, firstAudit: daysAgo(3) },
    expected: ["high"],
  },
  {
    title: "long ago, but there is no schedule",
    changes: { lastCompleteAudit: daysAgo(90), interval: undefined },
    expected: [],
  },
])("a tenant that was last audited completely $title: $expected", ({ changes, expected }) => {
  expect(verdicts(judged(changes))).toEqual(expected);
});

test("says since when, and how often it should be", () => {
  expect(judged({ lastCompleteAudit: daysAgo(5) })).toMatchObject([
    {
      message:
        "When this audit was started, the tenant had last been audited completely 5 d ago; audits are due every 24 h.",
    },
  ]);
});
