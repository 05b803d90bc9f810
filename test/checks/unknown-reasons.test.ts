import { describe, expect, test } from "vitest";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { notReported, undocumented, unreadable, worstOf } from "../../lib/checks/outcome.ts";
import type { Sections } from "../../lib/inventory/inventory.ts";
import { aGrant, aNetworkAcl } from "../support/grants.ts";
import {
  aClient,
  aClientKey,
  aManagementApi,
  anAction,
  anAuthentication,
  aRefreshClient,
  aResourceServer,
  aSigningKey,
  byPrivateKey,
  moment,
  someTenantSettings,
} from "../support/inventory.ts";
import { evaluateCheck } from "./evaluate-check.ts";

/** The reasons for which a check cannot judge, one for each thing that it cannot judge. */
function reasonsOf(id: string, sections: Partial<Sections>): string[] {
  const check = CATALOGUE.find((one) => one.id === id);
  expect(check, id).toBeDefined();
  return check
    ? evaluateCheck(check, sections).flatMap((outcome) => (outcome.verdict === "unknown" ? outcome.reason : []))
    : [];
}

interface Case {
  check: string;
  title: string;
  sections: Partial<Sections>;
}

const OLD = aClientKey({ id: "old", created_at: moment(-9_000_000) });
const twoKeys = (created_at: unknown): Partial<Sections> => ({
  clientCredentials: [OLD, aClientKey({ id: "new", created_at })],
  clientAuthentication: [anAuthentication(byPrivateKey("old", "new"))],
});

/** Who may take another's secret, beside a grant of which it is not known whether it is another's. */
const beside = (...others: object[]): Partial<Sections> => ({
  clientGrants: [
    aGrant({ client_id: "keeper", scope: ["read:client_keys"] }),
    ...others.map((other, index) => aGrant({ id: `cgr_${index + 2}`, ...other })),
  ],
});

const userPolicy = (policy: unknown) => ({ subject_type_authorization: { user: { policy } } });

const LACKING: readonly Case[] = [
  {
    check: "credential.client-key.age",
    title: "no date",
    sections: { clientCredentials: [aClientKey({ created_at: null })] },
  },
  { check: "credential.client-key.leftover", title: "one of two keys has no date", sections: twoKeys(null) },
  {
    check: "credential.client-key.leftover",
    title: "nothing says how the application authenticates",
    sections: { clientCredentials: [OLD, aClientKey({ id: "new" })], clientAuthentication: [] },
  },
  { check: "key.signing.age", title: "no current key", sections: { signingKeys: [] } },
  {
    check: "key.signing.previous-not-revoked",
    title: "no end",
    sections: { signingKeys: [aSigningKey({ previous: true, current: false })], resourceServers: [], clients: [] },
  },
  { check: "secret.action.age", title: "no name", sections: { actions: [anAction({ secrets: [{ name: null }] })] } },
  {
    check: "secret.client.shared-secret-auth",
    title: "nothing says how the application authenticates",
    sections: { clients: [aClient()], clientAuthentication: [], clientGrants: [] },
  },
  {
    check: "expiry.api.management-token-lifetime",
    title: "no Management API",
    sections: { resourceServers: [aResourceServer(), aResourceServer({ id: "api-2", identifier: null })] },
  },
  {
    check: "grant.management.user-access",
    title: "no policy",
    sections: { resourceServers: [aManagementApi()] },
  },
  {
    check: "grant.management.write-scopes",
    title: "no API",
    sections: { clientGrants: [aGrant({ audience: null })] },
  },
  {
    check: "grant.management.non-m2m",
    title: "no application",
    sections: { clientGrants: [aGrant({ client_id: null })], clients: [] },
  },
  {
    check: "grant.management.third-party",
    title: "an application that is not listed",
    sections: { clientGrants: [aGrant()], clients: [] },
  },
  {
    check: "grant.management.escalation-path",
    title: "another grant is nobody's",
    sections: beside({ client_id: null }),
  },
  { check: "grant.management.no-ip-allowlist", title: "no rule", sections: { networkAcls: [aNetworkAcl({}, null)] } },
  {
    check: "grant.management.no-ip-allowlist",
    title: "neither active nor not",
    sections: { networkAcls: [aNetworkAcl({ active: null })] },
  },
];

const NOT_UNDERSTOOD: readonly Case[] = [
  {
    check: "credential.client-key.age",
    title: "a date that is none",
    sections: { clientCredentials: [aClientKey({ created_at: "then" })] },
  },
  { check: "credential.client-key.leftover", title: "one of two dates is none", sections: twoKeys("then") },
  {
    check: "credential.client-key.leftover",
    title: "one key has no date, another an odd one",
    sections: {
      ...twoKeys(null),
      clientCredentials: [aClientKey({ id: "old", created_at: null }), aClientKey({ id: "new", created_at: 5 })],
    },
  },
  {
    check: "credential.client-key.no-expiry",
    title: "an odd end",
    sections: { clientCredentials: [aClientKey({ expires_at: 5 })] },
  },
  {
    check: "key.signing.previous-not-revoked",
    title: "previous and current at once",
    sections: {
      signingKeys: [aSigningKey({ previous: true, current: true })],
      resourceServers: [],
      clients: [],
    },
  },
  { check: "secret.action.age", title: "an odd name", sections: { actions: [anAction({ secrets: [{ name: 5 }] })] } },
  {
    check: "secret.action.age",
    title: "two secrets of one name",
    sections: { actions: [anAction({ secrets: [{ name: "KEY" }, { name: "KEY" }] })] },
  },
  {
    check: "secret.client.shared-secret-auth",
    title: "odd scopes of one of its grants",
    sections: {
      clients: [aClient()],
      clientAuthentication: [anAuthentication()],
      clientGrants: [aGrant({ scope: "delete:users" })],
    },
  },
  {
    check: "expiry.api.management-token-lifetime",
    title: "an identifier that may be the Management API's",
    sections: { resourceServers: [aResourceServer(), aManagementApi({ identifier: 5 })] },
  },
  {
    check: "expiry.refresh.absolute-lifetime",
    title: "an undocumented type",
    sections: { clients: [aRefreshClient({ expiration_type: "sometimes" })] },
  },
  {
    check: "expiry.refresh.outlives-session",
    title: "an undocumented type",
    sections: {
      clients: [aRefreshClient({ expiration_type: "sometimes" })],
      tenantSettings: someTenantSettings({ session_lifetime: 8_766 }),
    },
  },
  {
    check: "grant.api.user-policy-open",
    title: "an undocumented policy",
    sections: { resourceServers: [aResourceServer(userPolicy("ask"))] },
  },
  {
    check: "grant.management.third-party",
    title: "an undocumented group",
    sections: { clientGrants: [aGrant({ client_id: null, default_for: "everybody" })], clients: [] },
  },
  {
    check: "grant.management.escalation-path",
    title: "another grant is nobody's that can be read",
    sections: beside({ client_id: 5 }),
  },
  {
    check: "grant.management.escalation-path",
    title: "one grant is nobody's, another nobody's that can be read",
    sections: beside({ client_id: null }, { client_id: 5 }),
  },
  {
    check: "grant.tenant.open-dcr",
    title: "an odd flag",
    sections: { tenantSettings: someTenantSettings({ flags: { enable_dynamic_client_registration: "yes" } }) },
  },
  {
    check: "grant.management.no-ip-allowlist",
    title: "one list without a rule, one with an odd rule",
    sections: { networkAcls: [aNetworkAcl({}, null), aNetworkAcl({ id: "acl_2", rule: "block" })] },
  },
];

describe("what the answer lacks is not reported", () => {
  test.each(LACKING)("$check: $title", ({ check, sections }) => {
    expect(new Set(reasonsOf(check, sections))).toEqual(new Set(["not-reported"]));
  });
});

describe("what the answer holds and nobody understands is a failed reading", () => {
  test.each(NOT_UNDERSTOOD)("$check: $title", ({ check, sections }) => {
    expect(reasonsOf(check, sections)).toContain("fetch-failed");
  });
});

describe("of several causes", () => {
  const odd = unreadable("b", { unreadable: "string" });

  test("a failed reading is named before what is missing, in whatever order they come", () => {
    expect(worstOf([notReported("a"), odd])).toBe(odd);
    expect(worstOf([odd, notReported("a")])).toBe(odd);
  });

  test("equal ones are told by their words alone", () => {
    expect(worstOf([odd, undocumented("a")])).toEqual(undocumented("a"));
    expect(worstOf([undocumented("a"), odd])).toEqual(undocumented("a"));
  });

  test("none is none", () => {
    expect(worstOf([])).toBeUndefined();
  });
});
