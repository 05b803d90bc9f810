import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/management-third-party.ts";
import { aGrant } from "../../support/grants.ts";
import { aClient } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const judge = (client: Record<string, unknown>, grant: Record<string, unknown> = {}) =>
  evaluateCheck(check, { clientGrants: [aGrant(grant)], clients: [aClient(client)] });

test.each([
  { title: "first-party", client: { is_first_party: true }, expected: ["pass"] },
  { title: "of no party, which is first", client: { is_first_party: null }, expected: ["pass"] },
  { title: "third-party", client: { is_first_party: false }, expected: ["critical"] },
  { title: "unreadable", client: { is_first_party: "false" }, expected: ["unknown"] },
])("an application that is $title: $expected", ({ client, expected }) => {
  expect(verdicts(judge(client))).toEqual(expected);
});

test.each([
  { title: "for users", grant: { subject_type: "user" }, expected: ["critical"] },
  { title: "without scopes", grant: { scope: [] }, expected: ["critical"] },
  { title: "by default", grant: { client_id: null, default_for: "third_party_clients" }, expected: ["critical"] },
  {
    title: "by a default nobody documented",
    grant: { client_id: null, default_for: "everybody" },
    expected: ["unknown"],
  },
  { title: "by an unreadable default", grant: { client_id: null, default_for: true }, expected: ["unknown"] },
  { title: "of an application that is gone", grant: { client_id: "gone" }, expected: ["unknown"] },
  { title: "of an application that is not named", grant: { client_id: null }, expected: ["unknown"] },
  { title: "of an unreadable application", grant: { client_id: 3 }, expected: ["unknown"] },
])("a grant $title: $expected", ({ grant, expected }) => {
  expect(verdicts(judge({ is_first_party: false }, grant))).toEqual(expected);
});

test("a default grant is reported without any application", () => {
  const grant = aGrant({ client_id: null, default_for: "third_party_clients" });

  expect(evaluateCheck(check, { clientGrants: [grant], clients: [] })).toMatchObject([
    {
      resource: { id: "cgr_1", name: "third_party_clients → https://acme.eu.auth0.com/api/v2/" },
      message: "Every third-party application may use the Management API by default.",
    },
  ]);
});
