import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/session-ephemeral.ts";
import { DOMAIN, someTenantSettings } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const judge = (absolute: unknown, idle: unknown, profile: "baseline" | "strict" = "baseline") =>
  evaluateCheck(
    check,
    {
      tenantSettings: someTenantSettings({
        ephemeral_session_lifetime: absolute,
        idle_ephemeral_session_lifetime: idle,
      }),
    },
    profile,
  );

test.each([
  { title: "exactly Auth0's defaults", absolute: 72, idle: 24, expected: ["pass", "pass"] },
  { title: "absent, which is the same", absolute: undefined, idle: undefined, expected: ["pass", "pass"] },
  { title: "73 h in all", absolute: 73, idle: 24, expected: ["medium", "pass"] },
  { title: "25 h idle", absolute: 72, idle: 25, expected: ["pass", "medium"] },
  { title: "unreadable in all", absolute: "72", idle: 25, expected: ["unknown", "medium"] },
  { title: "unreadable idle", absolute: 73, idle: {}, expected: ["medium", "unknown"] },
])("non-persistent sessions: $title gives $expected", ({ absolute, idle, expected }) => {
  expect(verdicts(judge(absolute, idle))).toEqual(expected);
});

test.each([
  { title: "12 h and half an hour", absolute: 12, idle: 0.5, expected: ["pass", "pass"] },
  { title: "a little more", absolute: 12.1, idle: 0.6, expected: ["medium", "medium"] },
  { title: "168 h and 72 h", absolute: 168, idle: 72, expected: ["medium", "medium"] },
  { title: "more than those", absolute: 169, idle: 73, expected: ["high", "high"] },
])(
  "the strict profile holds them to the limits of all sessions: $title gives $expected",
  ({ absolute, idle, expected }) => {
    expect(verdicts(judge(absolute, idle, "strict"))).toEqual(expected);
  },
);

test("the two findings on the tenant differ in their aspect", () => {
  const resource = { type: "tenant", id: DOMAIN, name: DOMAIN };

  expect(judge(73, 25)).toMatchObject([
    { resource, aspect: "absolute" },
    { resource, aspect: "idle" },
  ]);
});
