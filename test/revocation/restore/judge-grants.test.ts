import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ALL_CHECKS } from "../../../lib/checks/all-checks.ts";
import { CHECKS_OVER_GRANTS } from "../../../lib/checks/checks-over-grants.ts";
import { LOGINS } from "../../../lib/config/logins.ts";
import { resolvePolicy } from "../../../lib/config/policy.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import type { RevokedGrant } from "../../../lib/revocation/ports.ts";
import {
  isOverGrants,
  type JudgedTenant,
  judgeGrants,
  type RestoreRules,
} from "../../../lib/revocation/restore/judge-grants.ts";
import { ownScopes } from "../../../lib/revocation/restore/own-scopes.ts";
import { planRestore } from "../../../lib/revocation/restore/plan-restore.ts";
import { restoreLines } from "../../../lib/revocation/restore/restore-text.ts";
import { CLIENT, incidentOf, putIncident, THREE_AM, testParts, testTenant } from "../support.ts";

const MANAGEMENT = "https://acme.eu.auth0.com/api/v2/";
const RULES: RestoreRules = {
  checks: ALL_CHECKS,
  policy: resolvePolicy({ profile: "baseline", checks: {} }, ALL_CHECKS),
  exceptions: [],
};
const TENANT: JudgedTenant = {
  name: "acme",
  domain: "acme.eu.auth0.com",
  client: CLIENT,
  seen: { client: undefined, grants: [] },
  needed: new Set(),
  now: THREE_AM,
};

/** What the audit finds too much of each login, scope by scope: of the rotator more where others hold what it lacks. */
const RESPONDERS = [
  ...["update:client_credentials", "create:client_grants", "delete:client_grants"],
  ...["create:signing_keys", "update:signing_keys", "delete:network_acls"],
];
const TOO_MUCH = {
  auditor: [],
  rotator: ["update:client_keys", ...["create", "update", "delete"].map((verb) => `${verb}:client_credentials`)],
  responder: RESPONDERS,
  spareResponder: RESPONDERS,
} as const;

const grantOf = (changes: Partial<RevokedGrant> = {}): RevokedGrant => ({
  ...{ id: "cgr_1", audience: MANAGEMENT, scopes: ["read:users"], allowsAllScopes: undefined, subjectType: "client" },
  ...{ organizationUsage: undefined, allowsAnyOrganization: undefined, isSystem: false, organizations: [] },
  ...changes,
});

const exception = (check: string, resource = "cgr_1") => ({
  ...{ check, resource, reason: "SEC-112", owner: "dana@acme.example", expires: "2027-03-31" },
});

describe("what comes back", () => {
  test("is what was there, without each scope that the policy finds too much, with the reason", () => {
    const grant = grantOf({
      scopes: ["read:users", "delete:users", "create:client_grants", "update:users_app_metadata"],
    });

    const { grants, leftOut } = judgeGrants([grant], TENANT, RULES);

    expect(grants).toEqual([expect.objectContaining({ audience: MANAGEMENT, subjectType: "client" })]);
    expect(grants[0]?.scopes).toContain("read:users");
    expect(grants[0]?.scopes).not.toContain("delete:users");
    expect(leftOut.map(({ what }) => what)).toEqual(expect.arrayContaining(["delete:users", "create:client_grants"]));
    expect(leftOut.find(({ what }) => what === "delete:users")?.why).toMatch(/\(grant\.management\.write-scopes\)$/);
  });

  test("is all of it where somebody has accepted the finding for that grant, and not for another", () => {
    const grant = grantOf({ scopes: ["read:users", "delete:users"] });
    const accepted = { ...RULES, exceptions: [exception("grant.management.write-scopes")] };
    const another = { ...RULES, exceptions: [exception("grant.management.write-scopes", "cgr_2")] };

    expect(judgeGrants([grant], TENANT, accepted).grants[0]?.scopes).toEqual(["read:users", "delete:users"]);
    expect(judgeGrants([grant], TENANT, another).grants[0]?.scopes).toEqual(["read:users"]);
  });

  test.each([
    { title: "a grant for all scopes", grant: { allowsAllScopes: true, scopes: [] }, check: "allow-all-scopes" },
    { title: "a grant with nothing but scopes that are too much", grant: { scopes: ["delete:users"] }, check: "write" },
    { title: "the Management API for an application of people", appType: "spa", check: "non-m2m" },
    { title: "the Management API for a third party", isThirdParty: true, check: "third-party" },
  ] as { title: string; grant?: Partial<RevokedGrant>; appType?: string; isThirdParty?: true; check: string }[])(
    "is not $title",
    ({ grant, appType, isThirdParty, check }) => {
      const client = { ...CLIENT, ...(appType === undefined ? {} : { appType }) };
      const seen = isThirdParty ? { client_id: CLIENT.clientId, is_first_party: false } : undefined;

      const judged = judgeGrants([grantOf(grant)], { ...TENANT, client, seen: { client: seen, grants: [] } }, RULES);

      expect(judged.grants).toEqual([]);
      expect(judged.leftOut.map(({ why }) => why).join()).toContain(check);
    },
  );

  test("is not for any organization, but with those that it had", () => {
    const grant = grantOf({
      ...{ audience: "https://orders", organizationUsage: "require", organizations: ["org_1"] },
      allowsAnyOrganization: true,
    });

    const { grants, leftOut } = judgeGrants([grant], TENANT, RULES);

    expect(grants).toMatchObject([{ allowsAnyOrganization: false, organizations: ["org_1"] }]);
    expect(leftOut).toMatchObject([{ what: "access to any organization" }]);
  });

  test.each(LOGINS)(
    "is all that the %s needs for its work, though the policy finds it too much, and is said",
    (role) => {
      const needed = ownScopes({ role, hasSpare: true });
      const scopes = [...needed, "delete:users", "create:actions"];
      const { grants, leftOut, remarks } = judgeGrants([grantOf({ scopes })], { ...TENANT, needed }, RULES);
      const others = judgeGrants([grantOf({ scopes })], TENANT, RULES);

      expect(grants[0]?.scopes).toEqual([...needed]);
      expect(leftOut.map(({ what }) => what)).toEqual(["delete:users", "create:actions"]);
      const spared = others.leftOut.map(({ what }) => what).slice(0, -2);
      expect(spared).toEqual(TOO_MUCH[role]);
      expect(remarks.filter((remark) => remark.includes("although the policy"))).toEqual(
        spared.length === 0 ? [] : [expect.stringContaining(`${MANAGEMENT}: ${spared.join(" ")} come back`)],
      );
    },
  );

  test.each([
    { title: "a grant for all scopes", grant: { allowsAllScopes: true, scopes: [] }, out: ["all other scopes"] },
    { title: "a web application's", appType: "regular_web", out: ["delete:users"] },
  ])("is what the responder needs also of $title, which is too much by itself", ({ grant, appType, out }) => {
    const needed = ownScopes({ role: "responder", hasSpare: true });
    const client = { ...CLIENT, ...(appType !== undefined && { appType }) };
    const was = grantOf({ scopes: [...needed, "delete:users"], allowsAnyOrganization: true, ...grant });
    const { grants, leftOut, remarks } = judgeGrants([was], { ...TENANT, client, needed }, RULES);

    const some = { scopes: [...needed], allowsAllScopes: undefined, allowsAnyOrganization: false };
    expect(grants).toMatchObject([some]);
    expect([...new Set(leftOut.map(({ what }) => what))]).toEqual([...out, "access to any organization"]);
    expect(remarks.join()).toContain(`${[...needed].join(" ")} come back although the policy`);
  });

  test("is judged by whose login the configuration says it is", async () => {
    const { table, parts } = testParts(testTenant());
    const incident = incidentOf();
    const scopes = ["delete:users", "delete:client_grants"];
    await putIncident(table, incident);
    await preserve(table, incident, "grant/cgr_1", grantOf({ scopes }));
    const own = new Map([[incident.clientId, { role: "responder", hasSpare: true }]] as const);
    const [one, other] = await Promise.all(
      [{ ...parts.settings, own }, parts.settings].map((settings) =>
        planRestore(incident, RULES, { ...parts, settings, inventories: { before: async () => undefined } }),
      ),
    );

    expect(one?.plan.grants).toMatchObject([{ scopes: ["delete:client_grants"] }]);
    expect(one?.lines.join("\n")).toMatch(/LEFT OUT delete:users.*\n.*delete:client_grants come back although/);
    expect(other?.plan.grants).toEqual([]);
  });

  test("is no more to one of Curfew's own logins at another API, or for users", () => {
    const tenant = { ...TENANT, needed: new Set(["delete:client_grants"]) };
    const grant = grantOf({ scopes: ["read:users", "delete:client_grants"], subjectType: "user" });

    expect(judgeGrants([grant], tenant, RULES)).toEqual(judgeGrants([grant], TENANT, RULES));
    expect(ownScopes(undefined).size).toBe(0);
    expect(ownScopes({ role: "responder", also: ["rotator"], hasSpare: true })).toContain("update:client_keys");
  });

  test("is said to be many, and all of it, where only the number of scopes is found", () => {
    const scopes = Array.from({ length: 12 }, (_, index) => `read:things-${index}`);

    const { grants, leftOut, remarks } = judgeGrants([grantOf({ scopes })], TENANT, RULES);

    expect(grants[0]?.scopes).toEqual(scopes);
    expect(leftOut).toEqual([]);
    expect(remarks).toEqual([expect.stringMatching(/12 scopes/)]);
  });

  test("says which check could not be judged: unknown is never clean", () => {
    const appType = { unreadable: "number" } as never;
    const seen = { client: { client_id: CLIENT.clientId, app_type: appType }, grants: [] };

    const { remarks } = judgeGrants([grantOf()], { ...TENANT, seen }, RULES);

    expect(remarks).toEqual([expect.stringMatching(/grant\.management\.non-m2m could not be judged/)]);
  });

  test("is everything where the policy finds nothing too much", () => {
    const none = { ...RULES, policy: new Map() };
    const grant = grantOf({ scopes: ["delete:users"], allowsAnyOrganization: true });
    const { id: _, isSystem: __, ...all } = grant;

    expect(judgeGrants([grant], TENANT, none)).toEqual({ grants: [all], leftOut: [], remarks: [] });
  });
});

test("never more comes back than was there, what is too much by itself never does, and each loss is said", () => {
  const scope = fc.constantFrom("read:users", "delete:users", "read:logs", "update:clients", "create:client_grants");
  const grant = fc
    .record({
      audience: fc.constantFrom(MANAGEMENT, "https://orders"),
      scopes: fc.uniqueArray(scope),
      allowsAllScopes: fc.constantFrom(true, false, undefined),
      allowsAnyOrganization: fc.constantFrom(true, false, undefined),
      subjectType: fc.constantFrom("client", "user", undefined),
    })
    .map(grantOf);
  let lost = 0;
  fc.assert(
    fc.property(grant, (was) => {
      const { grants, leftOut } = judgeGrants([was], TENANT, RULES);
      const [back] = grants;
      if (back) {
        const again = judgeGrants([{ ...back, id: was.id, isSystem: false }], TENANT, RULES);
        expect(again).toMatchObject({ grants: [back], leftOut: [] });
        expect(back.scopes.every((one) => was.scopes.includes(one))).toBe(true);
        expect(back.allowsAllScopes).toBe(was.allowsAllScopes);
        expect(back.allowsAnyOrganization === true && was.allowsAnyOrganization !== true).toBe(false);
        for (const gone of was.scopes.filter((one) => !back.scopes.includes(one))) {
          expect(leftOut.map(({ what }) => what)).toContain(gone);
        }
      } else expect(leftOut.length).toBeGreaterThan(0);
      lost += leftOut.length;
    }),
  );
  console.info(`restoring: 100 grants, ${lost} things left out`);
});

test("a plan is told line by line, and silence in the log is never called unused", () => {
  const plan = {
    ...{ clientId: "job", grantTypes: ["client_credentials"], networkAcl: true },
    grants: judgeGrants([grantOf()], TENANT, RULES).grants,
  };
  const why = "It is dangerous. (grant.management.write-scopes)";
  const leftOut = [{ audience: MANAGEMENT, what: "delete:users", why }];

  expect(restoreLines(plan, leftOut, ["Look twice."], [], true)).toEqual([
    `GIVE BACK ${MANAGEMENT}: read:users; for client`,
    "GIVE BACK the grant type client_credentials: job gets tokens for itself again.",
    expect.stringMatching(/^TAKE AWAY the network ACLs .*, unless one of another incident is still there\.$/),
    `LEFT OUT delete:users for ${MANAGEMENT}: It is dangerous. (grant.management.write-scopes)`,
    "NOTE Look twice.",
    "SEEN nothing in the log. That does not mean that it is unused.",
  ]);
});

test("a plan with many things left out fits into a row, and says how many it does not name", () => {
  const scopes = Array.from({ length: 200 }, (_, index) => `delete:things-${index}`);
  const grants = Array.from({ length: 20 }, (_, index) => grantOf({ audience: `https://api-${index}`, scopes }));
  const why = "x".repeat(300);
  const leftOut = grants.flatMap(({ audience }) => scopes.map((what) => ({ audience, what, why })));
  const plan = { clientId: "job", grantTypes: [], grants, networkAcl: false };
  const lines = restoreLines(plan, leftOut, [], [], true);

  expect(lines).toContain("LEFT OUT 3800 more that the policy finds too much.");
  expect(JSON.stringify({ plan, lines }).length).toBeLessThan(300_000);
});

test("the function that plans has every check over grants that the catalogue has", () => {
  expect(CHECKS_OVER_GRANTS).toEqual(ALL_CHECKS.filter(isOverGrants));
});
