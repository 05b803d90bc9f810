import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/grant/management-non-m2m.ts";
import { aGrant } from "../../support/grants.ts";
import { aClient } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const judge = (client: Record<string, unknown>, grant: Record<string, unknown> = {}) =>
  evaluateCheck(check, { clientGrants: [aGrant(grant)], clients: [aClient(client)] });

test.each([
  { type: "non_interactive", expected: ["pass"] },
  { type: null, expected: ["pass"] },
  { type: "regular_web", expected: ["high"] },
  { type: "spa", expected: ["high"] },
  { type: "native", expected: ["high"] },
  { type: "resource_server", expected: ["high"] },
  { type: "something_new", expected: ["high"] },
  { type: 4, expected: ["unknown"] },
])("an application of type $type: $expected", ({ type, expected }) => {
  expect(verdicts(judge({ app_type: type }))).toEqual(expected);
});

describe("whom the grant is for", () => {
  test.each([
    { title: "clients", grant: { subject_type: "client" }, expected: ["high"] },
    { title: "nobody named, which is clients", grant: { subject_type: null }, expected: ["high"] },
    { title: "users", grant: { subject_type: "user" }, expected: [] },
    { title: "somebody unheard of", grant: { subject_type: "robot" }, expected: ["unknown"] },
    { title: "somebody unreadable", grant: { subject_type: 1 }, expected: ["unknown"] },
    { title: "third parties by default", grant: { default_for: "third_party_clients", client_id: null }, expected: [] },
  ])("$title: $expected", ({ grant, expected }) => {
    expect(verdicts(judge({ app_type: "spa" }, grant))).toEqual(expected);
  });

  test("does not matter for a machine-to-machine application", () => {
    expect(verdicts(judge({ app_type: "non_interactive" }, { subject_type: "robot" }))).toEqual(["pass"]);
  });
});

test.each([
  { title: "deleted meanwhile", grant: { client_id: "gone" } },
  { title: "not named", grant: { client_id: null } },
  { title: "unreadable", grant: { client_id: [] } },
])("an application that is $title is not taken for a good one", ({ grant }) => {
  expect(verdicts(judge({}, grant))).toEqual(["unknown"]);
});

test("the message names the application", () => {
  expect(judge({ app_type: "spa", name: "Shop" })).toMatchObject([
    {
      message:
        'client-1 ("Shop") is not a machine-to-machine application, and may use the Management API in its own name.',
    },
  ]);
});
