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

test.each([
  {
    app_type: "spa",
    method: "client_secret_post",
    says: "A single-page application authenticates with a secret",
    mend: "rotate the secret",
  },
  {
    app_type: "native",
    method: "client_secret_basic",
    says: "A native application authenticates with a secret",
    mend: "rotate the secret",
  },
  {
    app_type: "spa",
    method: "private_key_jwt",
    says: "A single-page application authenticates with a private key",
    mend: "remove the key",
  },
  {
    app_type: "native",
    method: "self_signed_tls_client_auth",
    says: "A native application authenticates with a certificate",
    mend: "remove the certificate",
  },
])("a finding says that $says ($method), and how to mend that", ({ app_type, method, says, mend }) => {
  const clients = [aClient({ app_type, token_endpoint_auth_method: method })];

  expect(evaluateCheck(check, { clients })).toEqual([
    {
      resource: { type: "client", id: "client-1", name: "Checkout" },
      verdict: "fail",
      severity: "medium",
      message: `${says} (${method}).`,
      remediation: expect.stringContaining(`; ${mend}, `),
    },
  ]);
});

test("a method that nobody documents is called no secret", () => {
  const clients = [aClient({ app_type: "spa", token_endpoint_auth_method: "attestation" })];

  expect(evaluateCheck(check, { clients })).toMatchObject([
    { message: "A single-page application authenticates with what only it should have (attestation)." },
  ]);
});
