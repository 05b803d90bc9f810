import { expect, test } from "vitest";
import { RESPONDER_SCOPES } from "../../../lib/auth0/responder-endpoints.ts";
import check from "../../../lib/checks/coverage/responder-scopes.ts";
import { aGrant, ORDERS } from "../../support/grants.ts";
import { aContext } from "../../support/inventory.ts";
import { evaluateCheck } from "../evaluate-check.ts";

const judge = (grants: Parameters<typeof aGrant>[0][], responders: readonly string[] = ["responder"]) =>
  evaluateCheck(check, { clientGrants: grants.map(aGrant) }, "baseline", aContext({ responders }));

const OWN = { client_id: "responder", scope: [...RESPONDER_SCOPES] };

const told = (grants: Parameters<typeof aGrant>[0][]) =>
  judge(grants).flatMap((outcome) =>
    outcome.verdict === "fail" ? `${outcome.aspect} ${outcome.severity}: ${outcome.message}` : [],
  );

test.each([
  { title: "exactly what is documented", grants: [OWN], expected: [] },
  {
    title: "too little",
    grants: [{ ...OWN, scope: RESPONDER_SCOPES.filter((scope) => !scope.endsWith(":client_grants")) }],
    expected: [
      "lacks high: An emergency would find it without create:client_grants, delete:client_grants, read:client_grants.",
    ],
  },
  {
    title: "too much",
    grants: [{ ...OWN, scope: [...RESPONDER_SCOPES, "delete:users"] }],
    expected: ["exceeds high: It also holds delete:users, which no emergency needs."],
  },
  {
    title: "everything",
    grants: [{ ...OWN, allow_all_scopes: true, scope: undefined }],
    expected: ["exceeds high: It may do everything that the Management API offers, also in future."],
  },
  {
    title: "the scopes of another API, or for users, or of another application",
    grants: [
      { ...OWN, audience: ORDERS },
      { ...OWN, subject_type: "user" },
      { ...OWN, client_id: "client-1" },
    ],
    expected: [expect.stringMatching(/^lacks high: .* and \d+ more\.$/)],
  },
])("a responder that may do $title", ({ grants, expected }) => {
  expect(told(grants)).toEqual(expected);
});

test("what cannot be read is not known", () => {
  expect(judge([{ ...OWN, scope: 5 }])).toMatchObject([{ verdict: "unknown" }, { verdict: "unknown" }]);
});

test("the spare is judged as the responder is; without either there is nothing to judge", () => {
  const both = judge([OWN, { ...OWN, id: "cgr_2", client_id: "spare" }], ["responder", "spare"]);

  expect(both.map(({ resource, verdict }) => `${resource.id} ${verdict}`)).toEqual([
    "responder pass",
    "responder pass",
    "spare pass",
    "spare pass",
  ]);
  expect(judge([OWN], [])).toEqual([]);
});
