import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/api-third-party-default.ts";
import { aGrant, ORDERS } from "../../support/grants.ts";
import { aContext } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const aDefault = (answer: Record<string, unknown> = {}) =>
  aGrant({ client_id: null, default_for: "third_party_clients", audience: ORDERS, ...answer });

test.each([
  { title: "that read", answer: { scope: ["read:data", "read:more"] }, expected: ["medium"] },
  { title: "none", answer: { scope: [] }, expected: ["medium"] },
  { title: "of which no list is there", answer: { scope: null }, expected: ["medium"] },
  { title: "one of which writes", answer: { scope: ["read:data", "write:data"] }, expected: ["high"] },
  { title: "of a kind of its own", answer: { scope: ["orders"] }, expected: ["high"] },
  { title: "that read, one with a space before it", answer: { scope: [" read:data"] }, expected: ["medium"] },
  { title: "of every kind", answer: { allow_all_scopes: true, scope: null }, expected: ["high"] },
  { title: "that cannot be read", answer: { scope: "read:data" }, expected: ["high"] },
  { title: "that read, perhaps all", answer: { scope: ["read:data"], allow_all_scopes: "?" }, expected: ["high"] },
])("a default grant with scopes $title: $expected", ({ answer, expected }) => {
  expect(verdicts(evaluateCheck(check, { clientGrants: [aDefault(answer)] }))).toEqual(expected);
});

test.each([
  { title: "of one application", grant: aGrant({ audience: ORDERS }), expected: [] },
  { title: "for a group nobody documented", grant: aDefault({ default_for: "everybody" }), expected: ["unknown"] },
  { title: "for an unreadable group", grant: aDefault({ default_for: 1 }), expected: ["unknown"] },
])("a grant $title: $expected", ({ grant, expected }) => {
  expect(verdicts(evaluateCheck(check, { clientGrants: [grant] }))).toEqual(expected);
});

test("with one of the severities taken away, only the other is reported", () => {
  const clientGrants = [aDefault({ scope: ["read:a"] }), aDefault({ id: "cgr_2", scope: ["write:a"] })];

  const only = (limits: Record<string, "low">) => verdicts([...check.evaluate({ clientGrants }, limits, aContext())]);

  expect(only({ default: "low" })).toEqual(["low"]);
  expect(only({ withWriteScopes: "low" })).toEqual(["low"]);
});

test("the message names what may be written", () => {
  expect(evaluateCheck(check, { clientGrants: [aDefault({ scope: ["write:b", "write:a", "read:a"] })] })).toMatchObject(
    [{ message: "Every third-party application may use the API by default, to write too: write:a, write:b." }],
  );
});
