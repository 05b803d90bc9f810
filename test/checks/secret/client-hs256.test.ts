import { expect, test } from "vitest";
import check from "../../../lib/checks/secret/client-hs256.ts";
import { aClient } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const HS256 = { alg: "HS256" };

test.each([
  { title: "HS256", jwt: HS256, expected: ["high"] },
  { title: "RS256", jwt: { alg: "RS256" }, expected: ["pass"] },
  { title: "PS256", jwt: { alg: "PS256" }, expected: ["pass"] },
  { title: "absent", jwt: {}, expected: ["pass"] },
  { title: "null", jwt: { alg: null }, expected: ["pass"] },
  { title: "without a configuration", jwt: null, expected: ["pass"] },
  { title: "unreadable", jwt: { alg: ["HS256"] }, expected: ["unknown"] },
  { title: "in an unreadable configuration", jwt: "HS256", expected: ["unknown"] },
])("an algorithm $title: $expected", ({ jwt, expected }) => {
  const clients = [aClient({ grant_types: ["authorization_code"], jwt_configuration: jwt })];

  expect(verdicts(evaluateCheck(check, { clients }))).toEqual(expected);
});

test.each([
  { title: "the implicit flow", grant_types: ["implicit"], expected: ["high"] },
  { title: "passwords", grant_types: ["http://auth0.com/oauth/grant-type/password-realm"], expected: ["high"] },
  { title: "a flow that nobody knows yet", grant_types: ["urn:new"], expected: ["high"] },
  { title: "machines and people", grant_types: ["client_credentials", "refresh_token"], expected: ["high"] },
  { title: "machines only", grant_types: ["client_credentials"], expected: [] },
  {
    title: "the token vault only",
    grant_types: ["urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token"],
    expected: [],
  },
  { title: "nothing", grant_types: [], expected: [] },
  { title: "nothing that is reported", grant_types: null, expected: [] },
  { title: "something unreadable", grant_types: "implicit", expected: ["unknown"] },
])("HS256 where an application may use $title: $expected", ({ grant_types, expected }) => {
  const clients = [aClient({ grant_types, jwt_configuration: HS256 })];

  expect(verdicts(evaluateCheck(check, { clients }))).toEqual(expected);
});

test("RS256 passes even where the grant types cannot be read", () => {
  const clients = [aClient({ grant_types: 1, jwt_configuration: { alg: "RS256" } })];

  expect(verdicts(evaluateCheck(check, { clients }))).toEqual(["pass"]);
});

test("applications without a secret are judged too, the global client is not", () => {
  const answer = { grant_types: ["authorization_code"], jwt_configuration: HS256 };
  const clients = [aClient({ ...answer, app_type: "spa" }), aClient({ ...answer, global: true })];

  expect(verdicts(evaluateCheck(check, { clients }))).toEqual(["high"]);
});

test("HS256 is no default of Auth0's, so its own measure is no milder", () => {
  const clients = [aClient({ grant_types: ["authorization_code"], jwt_configuration: HS256 })];

  expect(verdicts(evaluateCheck(check, { clients }, "auth0-default"))).toEqual(["high"]);
});
