import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/client-legacy-flow.ts";
import { aClient, aContext } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const REALM = "http://auth0.com/oauth/grant-type/password-realm";

test.each([
  { types: ["implicit"], expected: ["high"] },
  { types: ["password"], expected: ["high"] },
  { types: [REALM], expected: ["high"] },
  { types: ["authorization_code", "implicit", "refresh_token"], expected: ["high"] },
  { types: ["authorization_code", "refresh_token", "client_credentials"], expected: ["pass"] },
  { types: ["http://auth0.com/oauth/grant-type/mfa-oob", "password_less"], expected: ["pass"] },
  { types: [], expected: ["pass"] },
  { types: null, expected: ["pass"] },
  { types: "implicit", expected: ["unknown"] },
  { types: ["implicit", 1], expected: ["unknown"] },
])("an application with the grant types $types: $expected", ({ types, expected }) => {
  expect(verdicts(evaluateCheck(check, { clients: [aClient({ grant_types: types })] }))).toEqual(expected);
});

test("the global client is left out", () => {
  expect(evaluateCheck(check, { clients: [aClient({ global: true, grant_types: ["implicit"] })] })).toEqual([]);
});

test("one finding an application, which names all flows", () => {
  const clients = [aClient({ grant_types: [REALM, "password", "implicit"] })];

  expect(evaluateCheck(check, { clients })).toEqual([
    {
      resource: { type: "client", id: "client-1", name: "Checkout" },
      verdict: "fail",
      severity: "high",
      message: `The application may use flows that must no longer be used: implicit, password, ${REALM}.`,
    },
  ]);
});

test.each([
  { title: "the implicit flow comes with every application", types: ["implicit"], expected: ["info"] },
  { title: "the password grant has to be chosen", types: ["password"], expected: ["high"] },
  { title: "the worse of the two counts", types: ["implicit", REALM], expected: ["high"] },
])("by Auth0's own measure $title: $expected", ({ types, expected }) => {
  expect(verdicts(evaluateCheck(check, { clients: [aClient({ grant_types: types })] }, "auth0-default"))).toEqual(
    expected,
  );
});

test("a flow whose severity is taken away does not count", () => {
  const clients = [aClient({ grant_types: ["implicit"] })];

  expect(verdicts([...check.evaluate({ clients }, { password: "high" }, aContext())])).toEqual(["pass"]);
  expect([...check.evaluate({ clients }, {}, aContext())]).toEqual([]);
});
