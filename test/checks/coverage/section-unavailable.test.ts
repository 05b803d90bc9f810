import { expect, test } from "vitest";
import check from "../../../lib/checks/coverage/section-unavailable.ts";
import { UNKNOWN_REASONS } from "../../../lib/model/finding.ts";
import { aContext } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const judge = (context: Parameters<typeof aContext>[0]) => evaluateCheck(check, {}, "baseline", aContext(context));

test("nothing requested, nothing said", () => {
  expect(judge({ requested: [] })).toEqual([]);
});

test("a section that was read passes", () => {
  expect(verdicts(judge({ requested: ["clients", "actions"] }))).toEqual(["pass", "pass"]);
});

test("each section that could not be read is a finding that names the reason and the checks", () => {
  const outcomes = judge({
    requested: ["clients", "signingKeys"],
    gaps: [
      {
        section: "signingKeys",
        reason: "missing-scope",
        detail: "read:signing_keys",
        checks: ["key.signing.age", "key.signing.previous-not-revoked"],
      },
    ],
  });

  expect(outcomes).toEqual([
    { resource: { type: "section", id: "clients", name: null }, verdict: "pass" },
    {
      resource: { type: "section", id: "signingKeys", name: null },
      verdict: "fail",
      severity: "medium",
      message:
        "The section signingKeys could not be read (the auditor lacks a scope: read:signing_keys); not evaluated: key.signing.age, key.signing.previous-not-revoked.",
    },
  ]);
});

test.each(UNKNOWN_REASONS)("the reason %s is told in words", (reason) => {
  const [outcome] = judge({ requested: ["actions"], gaps: [{ section: "actions", reason, detail: null, checks: [] }] });

  expect(outcome).toMatchObject({
    message: expect.stringMatching(
      /^The section actions could not be read \([^()]{15,}\); no enabled check needs it\.$/,
    ),
  });
});
