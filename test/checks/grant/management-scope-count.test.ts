import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/grant/management-scope-count.ts";
import { aGrant } from "../../support/grants.ts";
import { aContext } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const scopes = (count: number) => Array.from({ length: count }, (_, n) => `read:thing_${n}`);

const judge = (grant: Record<string, unknown>) => evaluateCheck(check, { clientGrants: [aGrant(grant)] });

test.each([
  { title: "none", grant: { scope: [] }, expected: ["pass"] },
  { title: "no list", grant: { scope: null }, expected: ["pass"] },
  { title: "ten", grant: { scope: scopes(10) }, expected: ["pass"] },
  { title: "eleven", grant: { scope: scopes(11) }, expected: ["medium"] },
  { title: "ten, one of them twice", grant: { scope: [...scopes(10), "read:thing_0"] }, expected: ["pass"] },
  { title: "all", grant: { allow_all_scopes: true, scope: [] }, expected: ["medium"] },
  { title: "unreadable", grant: { scope: {} }, expected: ["unknown"] },
  {
    title: "few, with an unreadable switch",
    grant: { scope: scopes(2), allow_all_scopes: "x" },
    expected: ["unknown"],
  },
  {
    title: "eleven, with an unreadable switch",
    grant: { scope: scopes(11), allow_all_scopes: "x" },
    expected: ["medium"],
  },
])("$title: $expected", ({ grant, expected }) => {
  expect(verdicts(judge(grant))).toEqual(expected);
});

describe("the finding", () => {
  test("holds the number and the limit", () => {
    expect(judge({ scope: scopes(12) })).toMatchObject([
      {
        observed: 12,
        limit: 10,
        unit: "count",
        message: "The application holds 12 scopes of the Management API; the limit is 10.",
      },
    ]);
  });

  test("has no number where the grant is for all scopes", () => {
    const [outcome] = judge({ allow_all_scopes: true });

    expect(outcome).toMatchObject({
      limit: 10,
      message: "The application holds every scope of the Management API; the limit is 10.",
    });
    expect(outcome).not.toHaveProperty("observed");
  });
});

test("with its only band switched off, nothing fails", () => {
  const grants = [aGrant({ allow_all_scopes: true }), aGrant({ id: "cgr_2", scope: scopes(50) })];

  expect(verdicts([...check.evaluate({ clientGrants: grants }, {}, aContext())])).toEqual(["pass", "pass"]);
});
