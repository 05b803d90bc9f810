import { expect, test } from "vitest";
import check from "../../../lib/checks/coverage/auditor-over-privileged.ts";
import { scopesFor } from "../../../lib/inventory/section-scopes.ts";
import { aContext } from "../../support/inventory.ts";
import { evaluateCheck } from "../evaluate-check.ts";

const judge = (scopes: readonly string[] | undefined) =>
  evaluateCheck(
    check,
    {},
    "baseline",
    aContext({ auditor: { clientId: "curfew-auditor", scopes: scopes && new Set(scopes) } }),
  );

/** The severity of each kind of excess. */
const told = (scopes: readonly string[]) =>
  judge(scopes).flatMap((outcome) => (outcome.verdict === "fail" ? `${outcome.aspect} ${outcome.severity}` : []));

test.each([
  { title: "reading only", scopes: ["read:clients", "read:actions"], expected: [] },
  { title: "nothing", scopes: [], expected: [] },
  { title: "a writing scope", scopes: ["read:clients", "update:clients"], expected: ["writes high"] },
  { title: "something that is neither", scopes: ["openid"], expected: ["writes high"] },
  { title: "a scope that only looks like reading", scopes: ["reader:clients"], expected: ["writes high"] },
  { title: "the secrets of applications", scopes: ["read:client_keys"], expected: ["clientKeys high"] },
  { title: "the keys of applications", scopes: ["read:client_credentials"], expected: ["clientCredentials info"] },
  {
    title: "everything",
    scopes: ["read:client_credentials", "read:client_keys", "delete:clients"],
    expected: ["writes high", "clientKeys high", "clientCredentials info"],
  },
])("an auditor that may use $title: $expected", ({ scopes, expected }) => {
  expect(told(scopes)).toEqual(expected);
});

test("the scopes that Curfew asks for are no more than a note", () => {
  expect(told(scopesFor())).toEqual(["clientCredentials info"]);
});

test("without word of its scopes nobody knows", () => {
  expect(judge(undefined)).toMatchObject([{ verdict: "unknown", resource: { type: "client", id: "curfew-auditor" } }]);
});

test("all writing scopes are one finding, the same in whatever order Auth0 names them", () => {
  const scopes = ["update:users", "create:users", "delete:users", "read:users"];

  expect(judge(scopes)[0]).toEqual({
    resource: { type: "client", id: "curfew-auditor", name: null },
    aspect: "writes",
    verdict: "fail",
    severity: "high",
    message: "The auditor may change the tenant: it holds create:users, delete:users, update:users.",
  });
  expect(judge(scopes.toReversed())).toEqual(judge(scopes));
});

test("with the note switched off it is left out", () => {
  const context = aContext({ auditor: { clientId: "a", scopes: new Set(["read:client_credentials"]) } });

  const outcomes = [...check.evaluate({}, { writes: "high", clientKeys: "high" }, context)];

  expect(outcomes.map(({ aspect }) => aspect)).toEqual(["writes", "clientKeys"]);
});
