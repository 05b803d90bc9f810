import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/client-id-token-lifetime.ts";
import { aClient } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const lifetime = (seconds: unknown) => ({ jwt_configuration: { alg: "RS256", lifetime_in_seconds: seconds } });

test.each([
  { title: "exactly 10 h", client: lifetime(36_000), expected: ["pass"] },
  { title: "a second above 10 h", client: lifetime(36_001), expected: ["medium"] },
  { title: "exactly 24 h", client: lifetime(86_400), expected: ["medium"] },
  { title: "a second above 24 h", client: lifetime(86_401), expected: ["high"] },
  { title: "absent, which is 10 h", client: lifetime(undefined), expected: ["pass"] },
  { title: "no jwt_configuration", client: {}, expected: ["pass"] },
  { title: "not a number", client: lifetime(true), expected: ["unknown"] },
  { title: "a jwt_configuration that is no object", client: { jwt_configuration: "RS256" }, expected: ["unknown"] },
  { title: "the global client", client: { ...lifetime(86_401), global: true }, expected: [] },
])("an ID token lifetime: $title gives $expected", ({ client, expected }) => {
  expect(verdicts(evaluateCheck(check, { clients: [aClient(client)] }))).toEqual(expected);
});
