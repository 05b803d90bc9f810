import fc from "fast-check";
import { describe, expect, it } from "vitest";
import sectionUnavailable from "../../lib/checks/coverage/section-unavailable.ts";
import clientKeyAge from "../../lib/checks/credential/client-key-age.ts";
import { defineCheck } from "../../lib/checks/define-check.ts";
import { fail, notReported, pass, unknown, unreadable } from "../../lib/checks/outcome.ts";
import { resourceServerResource } from "../../lib/checks/resources.ts";
import { byUrgency, evaluate, wantedSections } from "../../lib/findings/evaluate.ts";
import { findingId } from "../../lib/findings/fingerprint.ts";
import type { Inventory } from "../../lib/inventory/inventory.ts";
import type { Finding } from "../../lib/model/finding.ts";
import { isUnreadable } from "../../lib/model/reported.ts";
import { aClientKey, aResourceServer } from "../support/inventory.ts";

const TEXTS = {
  title: "title",
  why: "why",
  remediation: { summary: "mend it", dashboard: "there", api: null },
  references: [],
  fix: "no",
  unit: null,
} as const;

const AUDITOR = { clientId: "auditor", scopes: undefined };

const LIMITS = { baseline: "high", strict: "high", "auth0-default": "high" } as const;

/** A check over APIs whose verdict depends on the API's name. */
const byName = (id: string) =>
  defineCheck({
    ...TEXTS,
    id,
    needs: ["resourceServers"],
    limits: LIMITS,
    *evaluate({ resourceServers }, severity) {
      for (const server of resourceServers) {
        const resource = resourceServerResource(server);
        if (server.name === "bad") yield fail(resource, { severity, message: "bad" });
        else if (server.name === undefined) yield unknown(resource, notReported("name is missing"));
        else if (isUnreadable(server.name)) yield unknown(resource, unreadable("name", server.name));
        else yield pass(resource);
      }
    },
  });

const throwing = defineCheck({
  ...TEXTS,
  id: "test.api.throws",
  needs: ["resourceServers"],
  limits: LIMITS,
  *evaluate({ resourceServers }, severity) {
    const [first] = resourceServers;
    if (first) yield fail(resourceServerResource(first), { severity, message: "seen before the defect" });
    throw new TypeError("a secret that was being looked at");
  },
});

const needsSettings = defineCheck({
  ...TEXTS,
  id: "test.tenant.settings",
  needs: ["tenantSettings", "resourceServers"],
  limits: LIMITS,
  *evaluate() {},
});

/** APIs of these names, as Auth0 would send them: null for one without a name, a number for one of an odd form. */
const apis = (...names: unknown[]): Inventory => ({
  resourceServers: {
    status: "complete",
    count: names.length,
    data: names.map((name, index) => aResourceServer({ id: `api-${index}`, name })),
  },
});

const run = (inventory: Inventory, ...checks: ReturnType<typeof defineCheck>[]) =>
  evaluate({
    tenant: { name: "acme", domain: "acme.auth0.com" },
    checks,
    policy: new Map(checks.map((check) => [check.id, check.limits.baseline])),
    inventory,
    auditor: AUDITOR,
    now: 0,
  });

describe("evaluating checks", () => {
  it("counts what was evaluated and what failed", () => {
    const { checks, findings } = run(apis("good", "bad", "bad"), byName("test.api.name"));

    expect(checks).toEqual([{ id: "test.api.name", status: "fail", evaluated: 3, failed: 2 }]);
    expect(findings.map(({ resource }) => resource.id)).toEqual(["api-1", "api-2"]);
  });

  it("takes the remedy from the check where the outcome names none of its own", () => {
    expect(run(apis("bad"), byName("test.api.name")).findings[0]?.remediation).toBe("mend it");
  });

  it("keeps a check that throws from taking another with it, and what it quotes to itself", () => {
    const verdicts = run(apis("bad"), throwing, byName("test.api.name"));

    expect(verdicts.checks).toEqual([
      { id: "test.api.throws", status: "not-evaluated", reason: "defect", detail: "TypeError" },
      { id: "test.api.name", status: "fail", evaluated: 1, failed: 1 },
    ]);
    expect(verdicts.findings.map(({ check }) => check)).toEqual(["test.api.name"]);
    expect(JSON.stringify(verdicts)).not.toContain("secret");
  });

  it("never calls a check clean that could not judge one of its resources, and keeps what it found", () => {
    const { checks, findings } = run(apis("good", null, "bad"), byName("test.api.name"));

    expect(checks).toEqual([
      {
        id: "test.api.name",
        status: "not-evaluated",
        reason: "not-reported",
        detail: "name is missing (resource-server api-1)",
      },
    ]);
    expect(findings).toHaveLength(1);
  });

  it("calls it a failed reading when what it judges is unreadable", () => {
    expect(run(apis("good", 7, 7), byName("test.api.name")).checks).toEqual([
      {
        id: "test.api.name",
        status: "not-evaluated",
        reason: "fetch-failed",
        detail: "name came in a form that Auth0 does not document (number) (resource-server api-1), and 1 more",
      },
    ]);
  });

  it("does not blame what is missing here on what is unreadable elsewhere", () => {
    const keys = [
      aClientKey({ id: "cred_a", expires_at: 5 }, "client-a"),
      aClientKey({ id: "cred_b", created_at: null }, "client-b"),
    ];
    const inventory: Inventory = { clientCredentials: { status: "complete", count: keys.length, data: keys } };

    expect(run(inventory, clientKeyAge).checks).toEqual([
      {
        id: "credential.client-key.age",
        status: "not-evaluated",
        reason: "not-reported",
        detail: "Auth0 reports no created_at (client-credential cred_b)",
      },
    ]);
  });

  it.each([
    { title: "first", names: [7, null], id: "api-0" },
    { title: "last", names: [null, 7], id: "api-1" },
  ])("names what could not be read before what is missing, where it comes $title", ({ names, id }) => {
    expect(run(apis(...names), byName("test.api.name")).checks).toMatchObject([
      {
        reason: "fetch-failed",
        detail: `name came in a form that Auth0 does not document (number) (resource-server ${id}), and 1 more`,
      },
    ]);
  });

  it.each([
    {
      title: "of several details the first in the alphabet",
      names: [7, true, []],
      detail: "(array) (resource-server api-2)",
    },
    {
      title: "of several resources the one with the smallest id",
      names: [7, 7],
      detail: "(number) (resource-server api-0)",
    },
    {
      title: "of several that are missing the one with the smallest id",
      names: [null, null],
      detail: "name is missing (resource-server api-0)",
    },
  ])("names $title, in whatever order Auth0 lists them", ({ names, detail }) => {
    const { resourceServers } = apis(...names);
    const data = resourceServers?.status === "complete" ? resourceServers.data : [];
    const verdictOf = (servers: typeof data) =>
      run({ resourceServers: { status: "complete", count: data.length, data: servers } }, byName("test.api.name"))
        .checks;

    expect(verdictOf(data)).toMatchObject([{ detail: expect.stringContaining(detail) }]);
    expect(verdictOf(data.toReversed())).toEqual(verdictOf(data));
  });

  it("sorts findings by severity, check, resource and aspect, whatever comes first", () => {
    const finding = (severity: "low" | "high", check: string, id: string, aspect: string | null): Finding => ({
      id: [check, id, aspect].join(" "),
      check,
      severity,
      status: "open",
      resource: { type: "tenant", id, name: null },
      aspect,
      observed: null,
      limit: null,
      unit: null,
      message: "",
      remediation: "",
      exception: null,
    });
    const sorted = [
      finding("high", "b", "b", "b"),
      finding("low", "a", "b", null),
      finding("low", "b", "a", null),
      finding("low", "b", "a", "a"),
      finding("low", "b", "a", "b"),
      finding("low", "b", "b", "a"),
    ];

    fc.assert(
      fc.property(fc.shuffledSubarray(sorted, { minLength: sorted.length }), (shuffled) => {
        expect(shuffled.sort(byUrgency)).toEqual(sorted);
      }),
    );
  });

  it("does not evaluate a check over a section that could not be read, with that section's reason", () => {
    const inventory: Inventory = {
      resourceServers: { status: "unavailable", reason: "missing-scope", detail: "read:resource_servers" },
    };

    expect(run(inventory, byName("test.api.name")).checks).toEqual([
      { id: "test.api.name", status: "not-evaluated", reason: "missing-scope", detail: "read:resource_servers" },
    ]);
  });

  it("names the reason that an audit should not have, where a check lacks several sections", () => {
    const inventory: Inventory = {
      tenantSettings: { status: "unavailable", reason: "feature-unavailable", detail: null },
      resourceServers: { status: "unavailable", reason: "time-out", detail: null },
    };

    expect(run(inventory, needsSettings).checks).toMatchObject([{ reason: "time-out" }]);
  });

  it("says nothing of a check that is off", () => {
    const check = byName("test.api.name");
    const policy = new Map([[check.id, "off" as const]]);

    const verdicts = evaluate({
      tenant: { name: "a", domain: "a" },
      checks: [check],
      policy,
      inventory: {},
      auditor: AUDITOR,
      now: 0,
    });

    expect(verdicts).toEqual({ checks: [{ id: check.id, status: "off" }], findings: [] });
  });

  it("tells of every section that could not be read which enabled checks are lost", () => {
    const inventory: Inventory = {
      ...apis(),
      tenantSettings: { status: "unavailable", reason: "missing-scope", detail: "read:tenant_settings" },
    };

    const { findings } = run(inventory, sectionUnavailable, needsSettings);

    expect(findings).toMatchObject([{ resource: { type: "section", id: "tenantSettings" }, severity: "medium" }]);
    expect(findings[0]?.message).toContain("test.tenant.settings");
    expect(findings[0]?.remediation).toContain("the scope read:tenant_settings");
  });
});

describe("the sections to read", () => {
  it("are those that an enabled check needs", () => {
    const check = byName("test.api.name");

    expect([...wantedSections([check], new Map([[check.id, "high"]]))]).toEqual(["resourceServers"]);
    expect([...wantedSections([check], new Map([[check.id, "off"]]))]).toEqual([]);
  });
});

describe("a finding's id", () => {
  it("depends on tenant, check and resource, not on wording, value or order", () => {
    const ids = (inventory: Inventory, id = "test.api.name") =>
      run(inventory, byName(id)).findings.map((finding) => finding.id);

    expect(ids(apis("bad", "good"))).toEqual(ids(apis("bad", "bad")).slice(0, 1));
    expect(new Set([...ids(apis("bad", "bad")), ...ids(apis("bad"), "test.api.other")]).size).toBe(3);
  });

  it("tells resources of different types with the same id apart, and tenants", () => {
    const identity = { tenant: "acme", check: "c", resource: { type: "client", id: "x" }, aspect: null } as const;

    const ids = [
      identity,
      { ...identity, tenant: "globex" },
      { ...identity, check: "d" },
      { ...identity, resource: { type: "action", id: "x" } as const },
      { ...identity, resource: { type: "client", id: "y" } as const },
      { ...identity, aspect: "x" },
    ].map(findingId);

    expect(new Set(ids).size).toBe(ids.length);
  });
});
