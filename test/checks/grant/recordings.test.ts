import { describe, expect, test } from "vitest";
import { client } from "../../../lib/auth0/resources/client.ts";
import { clientGrant } from "../../../lib/auth0/resources/client-grant.ts";
import { networkAcl } from "../../../lib/auth0/resources/network-acl.ts";
import { resourceServer } from "../../../lib/auth0/resources/resource-server.ts";
import { tenantSettings } from "../../../lib/auth0/resources/tenant-settings.ts";
import type { Sections } from "../../../lib/inventory/inventory.ts";
import { aContext, DOMAIN } from "../../support/inventory.ts";
import { hasReference, recordings } from "../../support/reference.ts";
import { evaluateCheck } from "../evaluate-check.ts";
import { REVIEWED_CHECKS } from "../reviewed-checks.ts";

// What a careful reader expects of answers that real tenants gave.

type Answer = Record<string, unknown>;

/** The recorded items: those of a list, or the one item. */
function items(number: string, list: string): Answer[] {
  const [recorded] = recordings(`${number}-`);
  const body = (recorded?.response_body ?? {}) as Answer;
  return Array.isArray(body[list]) ? (body[list] as Answer[]) : [body];
}

const grants = (number: string) => items(number, "client_grants").map((item) => clientGrant.parse(item));
const servers = (number: string) => items(number, "resource_servers").map((item) => resourceServer.parse(item));
const acls = (number: string) => items(number, "network_acls").map((item) => networkAcl.parse(item));
const clients = (number: string) => items(number, "clients").map((item) => client.parse(item));
const settings = (number: string) => tenantSettings.parse(items(number, "none")[0]);

/** Verdicts of the grant checks that these sections suffice for: how often each, the area left out. */
function tally(sections: Partial<Sections>, domain: string = DOMAIN): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const check of REVIEWED_CHECKS) {
    if (!check.id.startsWith("grant.") || !check.needs.every((name) => name in sections)) continue;
    for (const outcome of evaluateCheck(check, sections, "baseline", aContext({ domain }))) {
      if (outcome.verdict === "pass") continue;
      const verdict = outcome.verdict === "fail" ? outcome.severity : outcome.verdict;
      const key = [check.id.replace("grant.", ""), outcome.aspect, verdict].filter(Boolean).join(" ");
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return counts;
}

describe.skipIf(!hasReference)("recorded answers", () => {
  describe("grants", () => {
    const administrators = (count: number) => ({
      "management.escalation-path critical": count,
      "management.write-scopes high": count,
      "management.scope-count medium": count,
    });

    test.each([
      {
        number: "039",
        title: "three deployment tools with 130 scopes and more",
        domain: "auth0-deploy-cli-e2e.us.auth0.com",
        expected: administrators(3),
      },
      {
        number: "040",
        title: "a deployment tool with all 232 scopes",
        domain: "auth0-deploy-cli-e2e.us.auth0.com",
        expected: administrators(1),
      },
      { number: "040", title: "seen from another tenant it is a grant for some API", domain: DOMAIN, expected: {} },
      { number: "041", title: "as created", domain: "auth0-deploy-cli-e2e.us.auth0.com", expected: administrators(1) },
      {
        number: "046",
        title: "third parties may write by default",
        domain: DOMAIN,
        expected: { "api.third-party-default high": 1 },
      },
      { number: "047", title: "all scopes, for users", domain: DOMAIN, expected: { "api.allow-all-scopes medium": 1 } },
      { number: "048", title: "one scope, for users", domain: DOMAIN, expected: {} },
      {
        number: "049",
        title: "fifty grants: six administrators, twenty-three of Auth0's own, and scopes with a space before them",
        domain: "go-auth0-dev.eu.auth0.com.us.auth0.com",
        expected: administrators(6),
      },
    ])("$number: $title", ({ number, domain, expected }) => {
      expect(tally({ clientGrants: grants(number) }, domain)).toEqual(expected);
    });

    test("049: the grants of Auth0's own hold scopes that would be dangerous in anybody else's", () => {
      const own = grants("049").filter((grant) => grant.is_system === true);
      const foreign = own.map((grant) => ({ ...grant, is_system: undefined }));

      expect(own).toHaveLength(23);
      expect(tally({ clientGrants: foreign }, "go-auth0-dev.eu.auth0.com.us.auth0.com")).toEqual({
        "management.write-scopes high": 23,
        "management.scope-count medium": 23,
      });
    });

    test("039 with the applications of another recording: none of them is known there", () => {
      const sections = { clientGrants: grants("039"), clients: [] };

      expect(tally(sections, "auth0-deploy-cli-e2e.us.auth0.com")).toMatchObject({
        "management.non-m2m unknown": 3,
        "management.third-party unknown": 3,
      });
    });
  });

  describe("APIs", () => {
    test.each([
      {
        number: "051",
        title: "a new tenant's Management API is open to users",
        domain: "auth0-deploy-cli-e2e.us.auth0.com",
        expected: { "management.user-access high": 1 },
      },
      {
        number: "052",
        title: "ten APIs of the tenant's own and three of Auth0's",
        domain: "go-auth0-dev.eu.auth0.com.us.auth0.com",
        expected: { "management.user-access high": 1, "api.user-policy-open medium": 10 },
      },
      {
        number: "053",
        title: "a Management API that does not report its policy",
        domain: "terraform-provider-auth0-dev.eu.auth0.com",
        expected: { "management.user-access unknown": 1 },
      },
      {
        number: "056",
        title: "closed to everybody",
        domain: DOMAIN,
        expected: { "management.user-access unknown": 1 },
      },
      {
        number: "060",
        title: "closed to everybody",
        domain: DOMAIN,
        expected: { "management.user-access unknown": 1 },
      },
    ])("$number: $title", ({ number, domain, expected }) => {
      expect(tally({ resourceServers: servers(number) }, domain)).toEqual(expected);
    });
  });

  describe("tenant settings", () => {
    const keeps = { "tenant.refresh-revocation-keeps-grant info": 1 };
    const oldEndpoints = {
      "tenant.legacy-flags allow_legacy_ro_grant_types high": 1,
      "tenant.legacy-flags allow_legacy_delegation_grant_types high": 1,
    };

    test.each([
      { number: "062", title: "two old endpoints", expected: { ...keeps, ...oldEndpoints } },
      { number: "063", title: "every flag spelt out as false", expected: keeps },
      { number: "064", title: "hardly a flag", expected: keeps },
      {
        number: "065",
        title: "ID tokens for the Management API, /oauth/ro, open registration",
        expected: {
          "tenant.legacy-flags enable_idtoken_api2 high": 1,
          "tenant.legacy-flags allow_legacy_ro_grant_types high": 1,
          "tenant.open-dcr medium": 1,
        },
      },
      {
        number: "066",
        title: "two old endpoints and open registration",
        expected: { ...keeps, ...oldEndpoints, "tenant.open-dcr medium": 1 },
      },
    ])("$number: $title", ({ number, expected }) => {
      expect(tally({ tenantSettings: settings(number) })).toEqual(expected);
    });
  });

  describe("network ACLs", () => {
    const open = { "management.no-ip-allowlist medium": 1 };

    test.each([
      { number: "078", title: "a rule for the whole tenant that blocks one network", expected: open },
      { number: "079", title: "a rule for the Management API that only logs", expected: open },
    ])("$number: $title", ({ number, expected }) => {
      expect(tally({ networkAcls: acls(number) })).toEqual(expected);
    });

    test("079, were it enforced: the Management API is guarded", () => {
      const enforced = acls("079").map((acl) =>
        networkAcl.parse({ ...acl, rule: { ...acl.rule, action: { block: true } } }),
      );

      expect(tally({ networkAcls: enforced })).toEqual({});
    });
  });

  describe("applications", () => {
    test.each([
      {
        number: "001",
        title: "five of nine may use the implicit flow; the global client is left out",
        expected: { "client.legacy-flow high": 5 },
      },
      { number: "002", title: "the global client alone", expected: {} },
      { number: "015", title: "a third-party application", expected: {} },
    ])("$number: $title", ({ number, expected }) => {
      const resourceServers = [resourceServer.parse({ id: "api-1", allow_offline_access: true })];

      expect(tally({ clients: clients(number), resourceServers })).toMatchObject(expected);
      expect(tally({ clients: clients(number) })).toEqual(expected);
    });
  });
});
