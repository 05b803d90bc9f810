import { expect, test } from "vitest";
import check from "../../../lib/checks/credential/client-key-reused.ts";
import { anAuthentication, byPrivateKey } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const signing = (...ids: string[]) => ({ signed_request_object: { credentials: ids.map((id) => ({ id })) } });

test.each([
  { title: "a secret and no keys", answer: {}, expected: [] },
  { title: "a key to authenticate", answer: byPrivateKey("a"), expected: ["pass"] },
  { title: "a key to sign requests", answer: signing("a"), expected: [] },
  { title: "a key for each", answer: { ...byPrivateKey("a"), ...signing("b") }, expected: ["pass"] },
  { title: "one key for both", answer: { ...byPrivateKey("a"), ...signing("a") }, expected: ["medium"] },
  {
    title: "two, one of them for both",
    answer: { ...byPrivateKey("a", "b"), ...signing("b") },
    expected: ["pass", "medium"],
  },
  { title: "one key named twice", answer: byPrivateKey("a", "a"), expected: ["pass"] },
  {
    title: "null for both",
    answer: { client_authentication_methods: null, signed_request_object: null },
    expected: [],
  },
  { title: "unreadable methods", answer: { client_authentication_methods: "none" }, expected: ["unknown"] },
  { title: "unreadable signing", answer: { ...byPrivateKey("a"), signed_request_object: [] }, expected: ["unknown"] },
  {
    title: "an unreadable list of signing keys",
    answer: { ...byPrivateKey("a"), signed_request_object: { credentials: "a" } },
    expected: ["unknown"],
  },
])("an application with $title: $expected", ({ answer, expected }) => {
  expect(verdicts(evaluateCheck(check, { clientAuthentication: [anAuthentication(answer)] }))).toEqual(expected);
});

test("a finding names the key and its application", () => {
  const clientAuthentication = [anAuthentication({ ...byPrivateKey("cred_1"), ...signing("cred_1") })];

  expect(evaluateCheck(check, { clientAuthentication })).toEqual([
    {
      resource: { type: "client-credential", id: "cred_1", name: null, client: "client-1" },
      verdict: "fail",
      severity: "medium",
      message: "The key is used both to authenticate the application and to sign its authorization requests.",
    },
  ]);
});
