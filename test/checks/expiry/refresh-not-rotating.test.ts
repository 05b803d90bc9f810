import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/refresh-not-rotating.ts";
import { aContext, aRefreshClient } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const FIXED = { rotation_type: "non-rotating" };

test.each([
  { title: "rotating, single-page", settings: {}, answer: { app_type: "spa" }, expected: ["pass"] },
  { title: "single-page", settings: FIXED, answer: { app_type: "spa" }, expected: ["high"] },
  { title: "native", settings: FIXED, answer: { app_type: "native" }, expected: ["high"] },
  {
    title: "a web application without client authentication",
    settings: FIXED,
    answer: { token_endpoint_auth_method: "none" },
    expected: ["high"],
  },
  {
    title: "a web application with a secret",
    settings: FIXED,
    answer: { token_endpoint_auth_method: "client_secret_post" },
    expected: ["low"],
  },
  { title: "a web application that does not say", settings: FIXED, answer: {}, expected: ["low"] },
  { title: "of no type and no method", settings: FIXED, answer: { app_type: null }, expected: ["low"] },
  { title: "rotation absent", settings: { rotation_type: null }, answer: {}, expected: ["low"] },
  { title: "rotation of a kind nobody knows", settings: { rotation_type: "weekly" }, answer: {}, expected: ["low"] },
  { title: "rotation unreadable", settings: { rotation_type: true }, answer: {}, expected: ["unknown"] },
  { title: "without settings", settings: null, answer: { app_type: "spa" }, expected: ["high"] },
  {
    title: "bound to a key",
    settings: FIXED,
    answer: { app_type: "spa", require_proof_of_possession: true },
    expected: ["pass"],
  },
  {
    title: "not bound to a key",
    settings: FIXED,
    answer: { app_type: "spa", require_proof_of_possession: false },
    expected: ["high"],
  },
  {
    title: "binding unreadable",
    settings: FIXED,
    answer: { app_type: "spa", require_proof_of_possession: "yes" },
    expected: ["unknown"],
  },
  {
    title: "single-page, method unreadable",
    settings: FIXED,
    answer: { app_type: "spa", token_endpoint_auth_method: 1 },
    expected: ["high"],
  },
  {
    title: "a web application, method unreadable",
    settings: FIXED,
    answer: { token_endpoint_auth_method: 1 },
    expected: ["unknown"],
  },
  { title: "type unreadable", settings: FIXED, answer: { app_type: [] }, expected: ["unknown"] },
])("$title: $expected", ({ settings, answer, expected }) => {
  expect(verdicts(evaluateCheck(check, { clients: [aRefreshClient(settings, answer)] }))).toEqual(expected);
});

test.each([{ app_type: "spa" }, { app_type: "regular_web" }])(
  "by Auth0's own measure, its default is a note for $app_type",
  (answer) => {
    const clients = [aRefreshClient(FIXED, answer)];

    expect(verdicts(evaluateCheck(check, { clients }, "auth0-default"))).toEqual(["info"]);
  },
);

test("with the severity for confidential applications switched off, they are left out and public ones are not", () => {
  const clients = [
    aRefreshClient(FIXED, { client_id: "a", app_type: "spa" }),
    aRefreshClient(FIXED, { client_id: "b", app_type: "regular_web" }),
  ];

  expect([...check.evaluate({ clients }, { public: "high" }, aContext())]).toMatchObject([{ resource: { id: "a" } }]);
});
