import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/api-access-token-lifetime.ts";
import { aResourceServer } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "an hour", server: { token_lifetime: 3_600 }, expected: ["pass"] },
  { title: "exactly 24 h", server: { token_lifetime: 86_400 }, expected: ["pass"] },
  { title: "a second above 24 h", server: { token_lifetime: 86_401 }, expected: ["medium"] },
  { title: "exactly 6 d", server: { token_lifetime: 518_400 }, expected: ["medium"] },
  { title: "a second above 6 d", server: { token_lifetime: 518_401 }, expected: ["high"] },
  { title: "absent, which is 24 h", server: {}, expected: ["pass"] },
  { title: "null, which is absent", server: { token_lifetime: null }, expected: ["pass"] },
  { title: "not a number", server: { token_lifetime: "86400" }, expected: ["unknown"] },
  { title: "negative", server: { token_lifetime: -1 }, expected: ["unknown"] },
  { title: "a system API", server: { token_lifetime: 2_592_000, is_system: true }, expected: [] },
  { title: "is_system unreadable", server: { token_lifetime: 2_592_000, is_system: "yes" }, expected: ["high"] },
])("a token lifetime: $title gives $expected", ({ server, expected }) => {
  expect(verdicts(evaluateCheck(check, { resourceServers: [aResourceServer(server)] }))).toEqual(expected);
});

test("the strict profile reports what Auth0's default allows", () => {
  const outcomes = evaluateCheck(check, { resourceServers: [aResourceServer()] }, "strict");

  expect(outcomes).toMatchObject([
    { severity: "medium", observed: 86_400, message: "Access tokens live 24 h, Auth0's default; the limit is 1 h." },
  ]);
});

test("a finding names the value, the lowest failing limit and both in words", () => {
  const outcomes = evaluateCheck(check, { resourceServers: [aResourceServer({ token_lifetime: 2_592_000 })] });

  expect(outcomes).toEqual([
    {
      resource: { type: "resource-server", id: "api-1", name: "Orders" },
      verdict: "fail",
      severity: "high",
      observed: 2_592_000,
      limit: 86_400,
      unit: "seconds",
      message: "Access tokens live 30 d; the limit is 24 h.",
    },
  ]);
});

test("a value that rounds to its limit is told apart from it in seconds", () => {
  const [outcome] = evaluateCheck(check, { resourceServers: [aResourceServer({ token_lifetime: 86_401 })] });

  expect(outcome).toMatchObject({ message: "Access tokens live 86401 s; the limit is 86400 s." });
});
