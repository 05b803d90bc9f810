import { expect, test } from "vitest";
import check from "../../../lib/checks/credential/client-key-no-expiry.ts";
import { aClientKey } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "in 2027", expires_at: "2027-01-31T00:00:00.000Z", expected: ["pass"] },
  { title: "in the past, which is another check's business", expires_at: "2020-01-31T00:00:00Z", expected: ["pass"] },
  { title: "on a day without an hour", expires_at: "2027-01-31", expected: ["pass"] },
  { title: "on the last day of the year 9998", expires_at: "9998-12-31T23:59:59.999Z", expected: ["pass"] },
  { title: "in the year 9999", expires_at: "9999-12-31T23:59:59.000Z", expected: ["medium"] },
  { title: "on the first day of the year 9999", expires_at: "9999-01-01T00:00:00.000Z", expected: ["medium"] },
  { title: "absent", expires_at: undefined, expected: ["medium"] },
  { title: "null", expires_at: null, expected: ["medium"] },
  { title: "empty", expires_at: "", expected: ["unknown"] },
  { title: "a word", expires_at: "never", expected: ["unknown"] },
  { title: "a day that does not exist", expires_at: "2027-13-31T00:00:00Z", expected: ["unknown"] },
  { title: "a time without a zone", expires_at: "2027-01-31T00:00:00", expected: ["unknown"] },
  { title: "a number", expires_at: 1_800_000_000, expected: ["unknown"] },
])("an expiry $title: $expected", ({ expires_at, expected }) => {
  expect(verdicts(evaluateCheck(check, { clientCredentials: [aClientKey({ expires_at })] }))).toEqual(expected);
});

test.each([
  { credential_type: "x509_cert", expected: ["medium"] },
  { credential_type: null, expected: ["medium"] },
  { credential_type: 1, expected: ["medium"] },
  { credential_type: "cert_subject_dn", expected: [] },
])("an entry of type $credential_type without an expiry: $expected", ({ credential_type, expected }) => {
  const clientCredentials = [aClientKey({ credential_type, expires_at: null })];

  expect(verdicts(evaluateCheck(check, { clientCredentials }))).toEqual(expected);
});

test("a finding names the key and its application; by Auth0's own measure it is a note", () => {
  const clientCredentials = [aClientKey({ expires_at: null })];

  expect(evaluateCheck(check, { clientCredentials }, "auth0-default")).toEqual([
    {
      resource: { type: "client-credential", id: "cred_1", name: "Deployment", client: "client-1" },
      verdict: "fail",
      severity: "info",
      message: "The key never expires.",
    },
  ]);
});
