import { expect, test } from "vitest";
import check from "../../../lib/checks/key/signing-age.ts";
import { days } from "../../../lib/model/duration.ts";
import { aContext, aSigningKey, DOMAIN, moment } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const YEAR_AND_A_SECOND = aContext().now - (days(365) + 1) * 1_000;

test.each([
  { title: "today", current_since: moment(0), expected: ["pass"] },
  { title: "exactly 365 d ago", current_since: moment(-days(365)), expected: ["pass"] },
  { title: "a second before that", current_since: moment(-days(365) - 1), expected: ["medium"] },
  { title: "then, in milliseconds", current_since: YEAR_AND_A_SECOND, expected: ["medium"] },
  { title: "then, in seconds", current_since: YEAR_AND_A_SECOND / 1_000, expected: ["medium"] },
  { title: "a second later, in seconds", current_since: YEAR_AND_A_SECOND / 1_000 + 1, expected: ["pass"] },
  { title: "in 1970, at zero", current_since: 0, expected: ["medium"] },
  { title: "at a number that is no date", current_since: 1e300, expected: ["unknown"] },
  { title: "at a word that is no date", current_since: "", expected: ["unknown"] },
  { title: "at something unreadable", current_since: { date: moment(0) }, expected: ["unknown"] },
  { title: "at a time not reported", current_since: undefined, expected: ["unknown"] },
])("a key that became the current one $title: $expected", ({ current_since, expected }) => {
  expect(verdicts(evaluateCheck(check, { signingKeys: [aSigningKey({ current_since })] }))).toEqual(expected);
});

test("only the current key is judged", () => {
  const old = { current: false, current_since: moment(-days(400)) };
  const signingKeys = [
    aSigningKey(),
    aSigningKey({ ...old, kid: "kid-2", next: true }),
    aSigningKey({ ...old, kid: "kid-3", previous: true }),
    aSigningKey({ ...old, kid: "kid-4", current: null }),
  ];

  expect(verdicts(evaluateCheck(check, { signingKeys }))).toEqual(["pass"]);
});

test("a key of which nobody can read whether it is the current one leaves the question open", () => {
  const signingKeys = [aSigningKey(), aSigningKey({ kid: "kid-2", current: "yes" })];

  expect(verdicts(evaluateCheck(check, { signingKeys }))).toEqual(["pass", "unknown"]);
});

test.each([{ signingKeys: [] }, { signingKeys: [aSigningKey({ current: false })] }])(
  "without a current key nobody knows ($signingKeys.length keys)",
  ({ signingKeys }) => {
    expect(evaluateCheck(check, { signingKeys })).toEqual([
      {
        resource: { type: "tenant", id: DOMAIN, name: DOMAIN },
        verdict: "unknown",
        reason: "not-reported",
        detail: "none of the signing keys is marked as the current one",
      },
    ]);
  },
);

test("a finding names the key, its age and the limit", () => {
  expect(evaluateCheck(check, { signingKeys: [aSigningKey({ current_since: moment(-days(700)) })] })).toEqual([
    {
      resource: { type: "signing-key", id: "kid-1", name: null },
      verdict: "fail",
      severity: "medium",
      observed: days(700),
      limit: days(365),
      unit: "seconds",
      message: "The key began to sign tokens 700 d ago; the limit is 365 d.",
    },
  ]);
});
