import { expect, test } from "vitest";
import check from "../../../lib/checks/coverage/section-unavailable.ts";
import { UNKNOWN_REASONS, type UnknownReason } from "../../../lib/model/finding.ts";
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
      remediation: "Grant the auditor the scope read:signing_keys for the Auth0 Management API.",
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

const remedyFor = (reason: UnknownReason, detail: string | null) => {
  const [outcome] = judge({ requested: ["actions"], gaps: [{ section: "actions", reason, detail, checks: [] }] });
  return outcome?.verdict === "fail" ? outcome.remediation : undefined;
};

test.each<{ reason: UnknownReason; detail: string | null; says: string }>([
  { reason: "missing-scope", detail: "read:actions", says: "Grant the auditor the scope read:actions" },
  { reason: "missing-scope", detail: null, says: "Grant the auditor that scope" },
  { reason: "feature-unavailable", detail: "not in the tenant's plan", says: "switch the checks that need it off" },
  { reason: "fetch-failed", detail: "status 500", says: "See what came instead of an answer (status 500)" },
  { reason: "fetch-failed", detail: null, says: "See what came instead of an answer, mend it" },
  { reason: "truncated", detail: "99 of 120 items", says: "Audit again when nothing else changes the tenant" },
  { reason: "time-out", detail: null, says: "look at the network" },
  { reason: "defect", detail: "TypeError", says: "Report this to Curfew's maintainers (TypeError)" },
])("where the reason is $reason ($detail), the remedy is its own", ({ reason, detail, says }) => {
  expect(remedyFor(reason, detail)).toContain(says);
});

test("no two reasons have the same remedy, and each is one that can be read", () => {
  const remedies = UNKNOWN_REASONS.map((reason) => remedyFor(reason, null));

  expect(new Set(remedies).size).toBe(UNKNOWN_REASONS.length);
  for (const remedy of remedies) expect(remedy).toMatch(/^[A-Z].{30,}\.$/);
});
