import { expect, test } from "vitest";
import check from "../../../lib/checks/credential/client-key-age.ts";
import { days } from "../../../lib/model/duration.ts";
import { aClientKey, moment } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "now", created_at: moment(0), expected: ["pass"] },
  { title: "tomorrow, by a clock that is wrong", created_at: moment(days(1)), expected: ["pass"] },
  { title: "exactly 365 d ago", created_at: moment(-days(365)), expected: ["pass"] },
  { title: "a second before that", created_at: moment(-days(365) - 1), expected: ["medium"] },
  { title: "in another zone", created_at: "2025-06-21T15:59:59+04:00", expected: ["medium"] },
  { title: "absent", created_at: undefined, expected: ["unknown"] },
  { title: "null", created_at: null, expected: ["unknown"] },
  { title: "no date", created_at: "yesterday", expected: ["unknown"] },
  { title: "a year beyond all dates", created_at: "+999999-01-01T00:00:00Z", expected: ["unknown"] },
  { title: "unreadable", created_at: {}, expected: ["unknown"] },
])("a key registered $title: $expected", ({ created_at, expected }) => {
  expect(verdicts(evaluateCheck(check, { clientCredentials: [aClientKey({ created_at })] }))).toEqual(expected);
});

test("a subject name is no key and has no age", () => {
  const clientCredentials = [aClientKey({ credential_type: "cert_subject_dn", created_at: "2015-01-01" })];

  expect(evaluateCheck(check, { clientCredentials })).toEqual([]);
});

test("a finding names the age and the limit, told apart in seconds where they would read alike", () => {
  const judge = (seconds: number) =>
    evaluateCheck(check, { clientCredentials: [aClientKey({ created_at: moment(-seconds) })] });

  expect(judge(days(400))).toMatchObject([
    { observed: days(400), limit: days(365), message: "The key was registered 400 d ago; the limit is 365 d." },
  ]);
  expect(judge(days(365) + 1)).toMatchObject([
    { message: "The key was registered 31536001 s ago; the limit is 31536000 s." },
  ]);
});
