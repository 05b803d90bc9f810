import { describe, expect, it } from "vitest";
import sectionUnavailable from "../../lib/checks/coverage/section-unavailable.ts";
import { defineCheck } from "../../lib/checks/define-check.ts";
import { fail, pass, unknown } from "../../lib/checks/outcome.ts";
import { resourceServerResource } from "../../lib/checks/resources.ts";
import { evaluate, wantedSections } from "../../lib/findings/evaluate.ts";
import { findingId } from "../../lib/findings/fingerprint.ts";
import type { Inventory } from "../../lib/inventory/inventory.ts";

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
        else if (server.name === "odd") yield unknown(resource, "name is odd");
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

const apis = (...names: string[]): Inventory => ({
  resourceServers: {
    status: "complete",
    count: names.length,
    data: names.map((name, index) => ({ id: `api-${index}`, name })),
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
    const { checks, findings } = run(apis("good", "odd", "bad"), byName("test.api.name"));

    expect(checks).toEqual([
      {
        id: "test.api.name",
        status: "not-evaluated",
        reason: "not-reported",
        detail: "name is odd (resource-server api-1)",
      },
    ]);
    expect(findings).toHaveLength(1);
  });

  it("calls it a failed reading when the answer holds something unreadable", () => {
    const inventory: Inventory = {
      resourceServers: {
        status: "complete",
        count: 1,
        data: [{ id: "api-0", name: "odd", token_lifetime: { unreadable: "string" } }],
      },
    };

    expect(run(inventory, byName("test.api.name")).checks).toMatchObject([{ reason: "fetch-failed" }]);
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
