import { expect, test } from "vitest";
import check from "../../../lib/checks/secret/api-hs256.ts";
import { aManagementApi, aResourceServer } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "HS256", signing_alg: "HS256", expected: ["high"] },
  { title: "RS256", signing_alg: "RS256", expected: ["pass"] },
  { title: "PS256", signing_alg: "PS256", expected: ["pass"] },
  { title: "absent", signing_alg: undefined, expected: ["pass"] },
  { title: "null", signing_alg: null, expected: ["pass"] },
  { title: "unreadable", signing_alg: 256, expected: ["unknown"] },
])("an algorithm $title: $expected", ({ signing_alg, expected }) => {
  expect(verdicts(evaluateCheck(check, { resourceServers: [aResourceServer({ signing_alg })] }))).toEqual(expected);
});

test("Auth0's own APIs are judged like the others", () => {
  const resourceServers = [aManagementApi({ signing_alg: "HS256" })];

  expect(verdicts(evaluateCheck(check, { resourceServers }))).toEqual(["high"]);
});

test("HS256 is no default of Auth0's, so its own measure is no milder", () => {
  const resourceServers = [aResourceServer({ signing_alg: "HS256" })];

  expect(verdicts(evaluateCheck(check, { resourceServers }, "auth0-default"))).toEqual(["high"]);
});
