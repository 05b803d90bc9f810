import { expect, test } from "vitest";
import check from "../../../lib/checks/secret/client-public-app.ts";
import { aClient } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "single-page without a method", app_type: "spa", method: undefined, expected: ["pass"] },
  { title: "single-page, null, which is absent", app_type: "spa", method: null, expected: ["pass"] },
  { title: "single-page, none", app_type: "spa", method: "none", expected: ["pass"] },
  { title: "single-page with a posted secret", app_type: "spa", method: "client_secret_post", expected: ["medium"] },
  {
    title: "native with a secret in the header",
    app_type: "native",
    method: "client_secret_basic",
    expected: ["medium"],
  },
  { title: "native, method unreadable", app_type: "native", method: 1, expected: ["unknown"] },
  { title: "a web application with a secret", app_type: "regular_web", method: "client_secret_post", expected: [] },
  { title: "of no type", app_type: null, method: "client_secret_post", expected: [] },
  { title: "of an unreadable type, with a secret", app_type: 1, method: "client_secret_post", expected: ["unknown"] },
  { title: "of an unreadable type, none", app_type: 1, method: "none", expected: ["pass"] },
  { title: "of an unreadable type, without a method", app_type: 1, method: undefined, expected: ["pass"] },
])("$title: $expected", ({ app_type, method, expected }) => {
  const clients = [aClient({ app_type, token_endpoint_auth_method: method })];

  expect(verdicts(evaluateCheck(check, { clients }))).toEqual(expected);
});

test("the global client is left out", () => {
  const clients = [aClient({ global: true, app_type: "spa", token_endpoint_auth_method: "client_secret_post" })];

  expect(evaluateCheck(check, { clients })).toEqual([]);
});

test("a finding says what kind of application it is and how it authenticates", () => {
  const clients = [aClient({ app_type: "spa", token_endpoint_auth_method: "client_secret_post" })];

  expect(evaluateCheck(check, { clients })).toEqual([
    {
      resource: { type: "client", id: "client-1", name: "Checkout" },
      verdict: "fail",
      severity: "medium",
      message: "A single-page application authenticates with a secret (client_secret_post).",
    },
  ]);
});
