import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/expiry/api-implicit-token-lifetime.ts";
import { aClient, aContext, aResourceServer } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const IMPLICIT = aClient({ grant_types: ["implicit"] });
const OTHER = aClient({ grant_types: ["authorization_code"] });

const judge = (server: Record<string, unknown>, clients = [IMPLICIT]) =>
  verdicts(evaluateCheck(check, { resourceServers: [aResourceServer(server)], clients }));

test.each([
  { title: "exactly 2 h", server: { token_lifetime_for_web: 7_200 }, expected: ["pass"] },
  { title: "a second above 2 h", server: { token_lifetime_for_web: 7_201 }, expected: ["medium"] },
  { title: "absent, which is 2 h", server: {}, expected: ["pass"] },
  {
    title: "long, but the API's own limit is shorter",
    server: { token_lifetime_for_web: 86_400, token_lifetime: 300 },
    expected: ["pass"],
  },
  {
    title: "long, and no longer than the API's default of 24 h",
    server: { token_lifetime_for_web: 2_592_000 },
    expected: ["medium"],
  },
  { title: "not a number", server: { token_lifetime_for_web: [] }, expected: ["unknown"] },
  { title: "the API's own limit is not a number", server: { token_lifetime: "1" }, expected: ["unknown"] },
  { title: "a system API", server: { token_lifetime_for_web: 86_400, is_system: true }, expected: [] },
])("a lifetime for browser flows: $title gives $expected", ({ server, expected }) => {
  expect(judge(server)).toEqual(expected);
});

test("the value that counts is the smaller of the two", () => {
  const server = aResourceServer({ token_lifetime_for_web: 2_592_000 });

  expect(evaluateCheck(check, { resourceServers: [server], clients: [IMPLICIT] })).toMatchObject([
    { observed: 86_400, limit: 7_200 },
  ]);
});

describe("the severity hangs on who may use the implicit flow", () => {
  const long = { token_lifetime_for_web: 7_201 };

  test.each([
    { title: "one application may", clients: [OTHER, IMPLICIT], expected: ["medium"] },
    { title: "none may", clients: [OTHER], expected: ["low"] },
    { title: "there are no applications", clients: [], expected: ["low"] },
    {
      title: "only the global client",
      clients: [aClient({ global: true, grant_types: ["implicit"] })],
      expected: ["low"],
    },
    { title: "one does not say", clients: [aClient({ grant_types: null })], expected: ["low"] },
    { title: "one cannot be read", clients: [aClient({ grant_types: "implicit" })], expected: ["medium"] },
  ])("$title: $expected", ({ clients, expected }) => {
    expect(judge(long, clients)).toEqual(expected);
  });

  test("with limits that differ, grants that cannot be read never turn a failure into a pass", () => {
    const server = aResourceServer({ token_lifetime_for_web: 5_000 });
    const sections = { resourceServers: [server], clients: [aClient({ grant_types: 7 })] };

    const outcomes = [...check.evaluate(sections, { low: 3_600, medium: 7_200 }, aContext())];

    expect(verdicts(outcomes)).toEqual(["low"]);
  });
});
