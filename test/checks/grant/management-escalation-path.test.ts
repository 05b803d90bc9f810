import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/grant/management-escalation-path.ts";
import { aGrant, ORDERS } from "../../support/grants.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const judge = (...grants: Record<string, unknown>[]) =>
  evaluateCheck(check, { clientGrants: grants.map((grant, index) => aGrant({ id: `cgr_${index}`, ...grant })) });

describe("scopes that lead to all others", () => {
  test.each([
    { scope: "create:client_grants", expected: "critical" },
    { scope: "update:client_grants", expected: "critical" },
    { scope: "read:client_grants", expected: "pass" },
    { scope: "delete:client_grants", expected: "pass" },
    { scope: "create:organization_client_grants", expected: "pass" },
    { scope: "create:actions", expected: "critical" },
    { scope: "update:actions", expected: "critical" },
    { scope: "delete:actions", expected: "pass" },
    { scope: "read:actions", expected: "pass" },
    { scope: "update:tenant_settings", expected: "critical" },
    { scope: "read:tenant_settings", expected: "pass" },
    { scope: " update:actions ", expected: "critical" },
  ])("$scope: $expected", ({ scope, expected }) => {
    expect(verdicts(judge({ scope: ["read:users", scope] }))).toEqual([expected]);
  });

  test("the message names each way and its scopes", () => {
    expect(judge({ scope: ["update:actions", "update:client_grants", "create:client_grants"] })).toMatchObject([
      {
        message:
          "The application can give itself any other scope (create:client_grants, update:client_grants); it can run code of its own in everybody's login (update:actions).",
      },
    ]);
  });
});

describe("the secrets of other applications", () => {
  const KEYS = { client_id: "keeper", scope: ["read:client_keys", "read:users"] };

  test.each([
    { title: "nobody else has a grant", others: [], expected: "pass" },
    { title: "another has no scope", others: [{ client_id: "b", scope: [] }], expected: "pass" },
    {
      title: "another holds only what this one holds",
      others: [{ client_id: "b", scope: ["read:users"] }],
      expected: "pass",
    },
    { title: "another holds one more", others: [{ client_id: "b", scope: ["read:logs"] }], expected: "critical" },
    { title: "another holds all scopes", others: [{ client_id: "b", allow_all_scopes: true }], expected: "critical" },
    {
      title: "the same application holds one more, for users",
      others: [{ client_id: "keeper", scope: ["read:logs"], subject_type: "user" }],
      expected: "pass",
    },
    {
      title: "another holds one more, for an API of the tenant's own",
      others: [{ client_id: "b", scope: ["read:logs"], audience: ORDERS }],
      expected: "pass",
    },
    {
      title: "third parties hold one more by default",
      others: [{ client_id: null, default_for: "third_party_clients", scope: ["read:logs"] }],
      expected: "critical",
    },
    {
      title: "a system grant of another holds one more",
      others: [{ client_id: "b", scope: ["read:logs"], is_system: true }],
      expected: "critical",
    },
    { title: "another's scopes cannot be read", others: [{ client_id: "b", scope: "read:logs" }], expected: "unknown" },
    {
      title: "a grant of nobody known holds one more",
      others: [{ client_id: 5, scope: ["read:logs"] }],
      expected: "unknown",
    },
    {
      title: "two others hold the same one more",
      others: [
        { client_id: "b", scope: ["read:logs"] },
        { client_id: "c", scope: ["read:logs"] },
      ],
      expected: "critical",
    },
    {
      title: "the same application, for users, and another hold one more",
      others: [
        { client_id: "keeper", scope: ["read:logs"], subject_type: "user" },
        { client_id: "b", scope: ["read:logs"] },
      ],
      expected: "critical",
    },
    {
      title: "a grant of nobody known and another's hold one more",
      others: [
        { client_id: 5, scope: ["read:logs"] },
        { client_id: "b", scope: ["read:logs"] },
      ],
      expected: "critical",
    },
  ])("$title: $expected", ({ others, expected }) => {
    expect(verdicts(judge(KEYS, ...others))[0]).toBe(expected);
    expect(verdicts(judge(...others, KEYS)).at(-1)).toBe(expected);
  });

  test("to set them is as good as to read them, and what is gained is named", () => {
    const [outcome] = judge(
      { client_id: "rotator", scope: ["update:client_keys"] },
      { client_id: "b", scope: ["read:users", "read:logs"] },
    );

    expect(outcome).toMatchObject({
      severity: "critical",
      message:
        "The application can take over another application's secret (update:client_keys) and gain read:logs, read:users.",
    });
  });

  test.each([
    { title: "one other, which may be the same", others: ["b"], expected: "unknown" },
    { title: "two others, of which one is another", others: ["b", "c"], expected: "critical" },
    { title: "no other", others: [], expected: "pass" },
  ])("a keeper that is not named, beside $title: $expected", ({ others, expected }) => {
    const more = others.map((id) => ({ client_id: id, scope: ["read:logs"] }));

    expect(verdicts(judge({ ...KEYS, client_id: null }, ...more))[0]).toBe(expected);
  });

  test("two keepers with the same scopes gain nothing from each other", () => {
    expect(verdicts(judge(KEYS, { ...KEYS, client_id: "b" }))).toEqual(["pass", "pass"]);
  });

  test("without such a scope, what others hold does not matter", () => {
    expect(verdicts(judge({ scope: ["read:users"] }, { client_id: "b", allow_all_scopes: true }))).toEqual([
      "pass",
      "critical",
    ]);
  });
});

test.each([
  { title: "all scopes", grant: { allow_all_scopes: true, scope: [] }, expected: "critical" },
  { title: "no list", grant: { scope: null }, expected: "pass" },
  { title: "an unreadable list", grant: { scope: [1] }, expected: "unknown" },
  { title: "an unreadable switch", grant: { allow_all_scopes: "no" }, expected: "unknown" },
  {
    title: "an unreadable switch beside a bad list",
    grant: { allow_all_scopes: "no", scope: ["update:actions"] },
    expected: "critical",
  },
])("$title: $expected", ({ grant, expected }) => {
  expect(verdicts(judge(grant))).toEqual([expected]);
});

test("a large tenant is judged in one pass", () => {
  const grants = Array.from({ length: 3_000 }, (_, n) => ({
    client_id: `c${n}`,
    scope: ["read:client_keys", "read:users"],
  }));

  expect(new Set(verdicts(judge(...grants)))).toEqual(new Set(["pass"]));
});
