import { describe, expect, test } from "vitest";
import { CATALOGUE } from "../../../lib/checks/catalogue.ts";
import type { Outcome } from "../../../lib/checks/outcome.ts";
import { aGrant, HOSTILE, MANAGEMENT, ORDERS } from "../../support/grants.ts";
import { aClient } from "../../support/inventory.ts";
import { evaluateCheck } from "../evaluate-check.ts";

/** Checks over what earlier audits recorded have properties of their own. */
const checks = CATALOGUE.filter(
  ({ needs, needsHistory }) =>
    !needsHistory &&
    needs.includes("clientGrants") &&
    needs.every((name) => ["clientGrants", "clients"].includes(name)),
);
const managementChecks = checks.filter(({ id }) => id.startsWith("grant.management."));
const apiChecks = checks.filter(
  ({ id }) => id === "grant.api.allow-all-scopes" || id === "grant.api.third-party-default",
);

const WORST = {
  allow_all_scopes: true,
  allow_any_organization: true,
  scope: ["delete:users", "update:client_grants"],
};

const failures = (outcomes: readonly Outcome[]) => outcomes.filter(({ verdict }) => verdict === "fail");

test("the checks of client grants are these", () => {
  expect(checks.map(({ id }) => id).filter((id) => id.startsWith("grant."))).toEqual([
    "grant.api.allow-all-scopes",
    "grant.api.any-organization",
    "grant.api.third-party-default",
    "grant.management.allow-all-scopes",
    "grant.management.escalation-path",
    "grant.management.non-m2m",
    "grant.management.scope-count",
    "grant.management.third-party",
    "grant.management.write-scopes",
  ]);
});

describe.each(checks)("$id", (check) => {
  test("is silent about grants that Auth0 keeps itself", () => {
    const grants = [
      aGrant({ ...WORST, is_system: true }),
      aGrant({ ...WORST, is_system: true, audience: ORDERS, default_for: "third_party_clients", client_id: null }),
    ];

    expect(evaluateCheck(check, { clientGrants: grants, clients: [aClient({ app_type: "spa" })] })).toEqual([]);
  });

  test("says nothing bad where there are no grants", () => {
    expect(evaluateCheck(check, { clientGrants: [], clients: [] })).toEqual([]);
  });

  test.each(HOSTILE)("survives %j as id, application, API and scope", (text) => {
    const grants = [
      aGrant({ id: text, client_id: text, audience: text, scope: [text, text], subject_type: text }),
      aGrant({
        ...WORST,
        client_id: text,
        scope: [text, `delete:${text}`, "read:client_keys"],
        allow_all_scopes: false,
      }),
      aGrant({ ...WORST, id: "cgr_2", audience: ORDERS, client_id: null, default_for: text }),
    ];
    const clients = [aClient({ client_id: text, name: text, app_type: "spa", is_first_party: false })];

    for (const outcome of evaluateCheck(check, { clientGrants: grants, clients })) {
      const sentence =
        outcome.verdict === "fail" ? outcome.message : outcome.verdict === "unknown" ? outcome.detail : "";
      expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});

describe.each(managementChecks)("$id", (check) => {
  test("is not about other APIs, not even one whose identifier looks alike", () => {
    const grants = [
      ORDERS,
      MANAGEMENT.slice(0, -1),
      `${MANAGEMENT}x`,
      MANAGEMENT.toUpperCase(),
      "https://other.auth0.com/api/v2/",
    ].map((audience, index) => aGrant({ ...WORST, id: `cgr_${index}`, audience }));

    expect(evaluateCheck(check, { clientGrants: grants, clients: [aClient({ app_type: "spa" })] })).toEqual([]);
  });

  test.each([
    { title: "absent", audience: null },
    { title: "unreadable", audience: 7 },
  ])("cannot say anything where the API is $title", ({ audience }) => {
    const outcomes = evaluateCheck(check, { clientGrants: [aGrant({ audience })], clients: [aClient()] });

    expect(outcomes.map(({ verdict }) => verdict)).toEqual(["unknown"]);
  });
});

describe.each(apiChecks)("$id", (check) => {
  test("is not about the Management API", () => {
    const grants = [
      aGrant(WORST),
      aGrant({ ...WORST, id: "cgr_2", client_id: null, default_for: "third_party_clients" }),
    ];

    expect(failures(evaluateCheck(check, { clientGrants: grants }))).toEqual([]);
  });

  test("cannot say anything where the API is not reported", () => {
    const outcomes = evaluateCheck(check, { clientGrants: [aGrant({ ...WORST, audience: null })] });

    expect(outcomes.map(({ verdict }) => verdict)).toEqual(["unknown"]);
  });
});

test("a grant is named after its application and its API, whatever the check", () => {
  const grant = aGrant({ ...WORST, client_id: "abc" });

  const names = checks.flatMap((check) =>
    failures(evaluateCheck(check, { clientGrants: [grant], clients: [aClient({ client_id: "abc" })] })).map(
      ({ resource }) => resource,
    ),
  );

  expect(names.length).toBeGreaterThan(3);
  for (const resource of names) {
    expect(resource).toEqual({ type: "client-grant", id: "cgr_1", name: `abc → ${MANAGEMENT}` });
  }
});

test("trading a list of scopes for all of them makes no finding look mended", () => {
  const listed = aGrant({
    scope: ["update:client_grants", ...Array.from({ length: 11 }, (_, n) => `delete:thing_${n}`)],
  });
  const all = aGrant({ scope: [], allow_all_scopes: true });

  const found = (grant: typeof listed) =>
    managementChecks
      .filter((check) => failures(evaluateCheck(check, { clientGrants: [grant], clients: [aClient()] })).length > 0)
      .map(({ id }) => id);

  expect(found(listed)).toContain("grant.management.scope-count");
  expect(found(all)).toEqual(expect.arrayContaining(found(listed)));
});
