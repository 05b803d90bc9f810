import { describe, expect, test } from "vitest";
import { exceptionState, matchException, unmatchedExceptions } from "../../lib/config/exceptions.ts";
import type { ExceptionConfig } from "../../lib/config/schema.ts";

const NOW = Date.parse("2026-11-23T10:00:00Z");
const FINDING = { check: "grant.management.write-scopes", resourceId: "cgr_abc" };

const exception = (changes: Partial<ExceptionConfig> = {}): ExceptionConfig => ({
  check: FINDING.check,
  resource: FINDING.resourceId,
  reason: "Deploy pipeline",
  owner: "dana@acme.example",
  expires: "2027-03-31",
  ...changes,
});

describe("an exception accepts a finding", () => {
  test.each<[string, Partial<ExceptionConfig>, boolean]>([
    ["of its check and resource, in all tenants", {}, true],
    ["of its tenant", { tenant: "acme" }, true],
    ["of any resource with a star", { resource: "*" }, true],
    ["but not of another check", { check: "grant.management.scope-count" }, false],
    ["but not of another resource", { resource: "cgr_other" }, false],
    ["but not of a resource that only begins the same", { resource: "cgr_" }, false],
    ["but not of another tenant", { tenant: "globex" }, false],
    ["but not after its day", { expires: "2026-11-22" }, false],
    ["and still on its day", { expires: "2026-11-23" }, true],
    ["but not with a date that does not exist", { expires: "2027-02-30" }, false],
  ])("%s", (_title, changes, accepted) => {
    const only = exception(changes);

    expect(matchException(FINDING, "acme", [only], NOW)).toBe(accepted ? only : undefined);
  });

  test("through the last second of its day in UTC", () => {
    const only = exception({ expires: "2026-11-23" });

    expect(matchException(FINDING, "acme", [only], Date.parse("2026-11-23T23:59:59.999Z"))).toBe(only);
    expect(matchException(FINDING, "acme", [only], Date.parse("2026-11-24T00:00:00.000Z"))).toBeUndefined();
  });

  test("never about coverage", () => {
    const check = "coverage.section.unavailable";
    const finding = { check, resourceId: "clients" };

    expect(matchException(finding, "acme", [exception({ check, resource: "*" })], NOW)).toBeUndefined();
  });
});

describe("the most specific exception wins", () => {
  const everywhere = exception({ resource: "*", expires: "2027-10-01" });
  const tenant = exception({ resource: "*", tenant: "acme", expires: "2027-01-01" });
  const resource = exception({ expires: "2026-12-24" });
  const both = exception({ tenant: "acme", expires: "2026-12-01" });
  const later = exception({ tenant: "acme", expires: "2026-12-02" });

  test.each([
    ["a named resource before a star, even with a named tenant", [everywhere, tenant, resource], resource],
    ["a named tenant before all tenants", [everywhere, tenant], tenant],
    ["resource and tenant before all", [everywhere, tenant, resource, both], both],
    ["the latest expiry among equals", [both, later, both], later],
  ])("%s", (_title, exceptions, winner) => {
    expect(matchException(FINDING, "acme", exceptions, NOW)).toBe(winner);
    expect(matchException(FINDING, "acme", exceptions.toReversed(), NOW)).toBe(winner);
  });

  test("and one that has expired gives way to a wider one that holds", () => {
    const expired = exception({ tenant: "acme", expires: "2026-11-01" });

    expect(matchException(FINDING, "acme", [expired, everywhere], NOW)).toBe(everywhere);
  });
});

test.each([
  ["2026-11-22", "expired"],
  ["2026-11-23", "expiring"],
  ["2026-12-07", "expiring"],
  ["2026-12-08", "valid"],
])("an exception until %s is %s", (expires, state) => {
  expect(exceptionState({ expires }, NOW)).toBe(state);
});

describe("an exception that accepts nothing", () => {
  const looked = (tenant: string, evaluated: string[], findings = [FINDING]) => ({
    tenant,
    evaluated: new Set(evaluated),
    findings,
  });

  test("is unmatched when its check was evaluated without such a finding", () => {
    const stray = exception({ resource: "cgr_gone" });

    expect(unmatchedExceptions([exception(), stray], [looked("acme", [FINDING.check])])).toEqual([stray]);
  });

  test("is not unmatched when its check was not evaluated", () => {
    expect(unmatchedExceptions([exception({ resource: "cgr_gone" })], [looked("acme", [])])).toEqual([]);
  });

  test("is not unmatched when its tenant was not looked at", () => {
    expect(unmatchedExceptions([exception({ tenant: "globex" })], [looked("acme", [FINDING.check], [])])).toEqual([]);
  });

  test("for all tenants is unmatched only when none of them has the finding and all were evaluated", () => {
    const wide = exception();
    const has = looked("acme", [FINDING.check]);
    const hasNot = looked("globex", [FINDING.check], []);
    const unknown = looked("initech", [], []);

    expect(unmatchedExceptions([wide], [has, hasNot])).toEqual([]);
    expect(unmatchedExceptions([wide], [hasNot, unknown])).toEqual([]);
    expect(unmatchedExceptions([wide], [hasNot])).toEqual([wide]);
  });
});
