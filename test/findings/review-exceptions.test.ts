import { describe, expect, it } from "vitest";
import { judgeExceptions } from "../../lib/audit/judge-exceptions.ts";
import exceptionExpired from "../../lib/checks/coverage/exception-expired.ts";
import type { ExceptionConfig } from "../../lib/config/schema.ts";
import { acceptFindings } from "../../lib/findings/accept-findings.ts";
import type { TenantAudit } from "../../lib/findings/tenant-audit.ts";
import { fastClock } from "../../lib/model/clock.ts";
import type { CheckResult, Finding } from "../../lib/model/finding.ts";
import { finding as aFinding, audit as anAudit, exception as anException, CHECK } from "../support/reports.ts";

const NOW = Date.UTC(2026, 10, 23, 6);

const finding = (resource = "api-1"): Finding =>
  aFinding({ id: `f_${resource}`, resource: { type: "resource-server", id: resource, name: null } });

/** A tenant in which the one check of these tests found this. */
function audit(tenant: string, findings: Finding[], fields: Partial<CheckResult> = {}): TenantAudit {
  const status = findings.length > 0 ? "fail" : "pass";
  const result = { id: CHECK, status, evaluated: 1, failed: findings.length, ...fields } as CheckResult;
  return anAudit({ tenant, checks: [result], findings });
}

const exception = (fields: Partial<ExceptionConfig> = {}): ExceptionConfig =>
  anException({ resource: "api-1", expires: "2027-03-31", ...fields });

/** What becomes of the exceptions in a run over `audits`, out of the configured `tenants`. */
function judged(exceptions: ExceptionConfig[], audits: TenantAudit[], tenants = audits.map(({ tenant }) => tenant)) {
  const rules = {
    checks: [exceptionExpired],
    policy: new Map([[exceptionExpired.id, exceptionExpired.limits.baseline]]),
    exceptions: { exceptions, tenants },
    clock: fastClock(1, NOW),
  };
  return judgeExceptions(audits, rules).map(({ tenant, checks, findings }) => ({
    tenant,
    result: checks.find(({ id }) => id === exceptionExpired.id),
    findings: findings
      .filter(({ check }) => check === exceptionExpired.id)
      .map(({ severity, resource }) => `${severity} ${resource.type} ${resource.id}`),
    messages: findings.filter(({ check }) => check === exceptionExpired.id).map(({ message }) => message),
  }));
}

const ID = `${CHECK}/*/api-1`;

describe("judging exceptions", () => {
  it.each([
    { title: "one that holds and accepts something", fields: {}, expected: [] },
    { title: "its last day, UTC", fields: { expires: "2026-11-23" }, expected: [`info exception ${ID}`] },
    { title: "14 days ahead", fields: { expires: "2026-12-07" }, expected: [`info exception ${ID}`] },
    { title: "15 days ahead", fields: { expires: "2026-12-08" }, expected: [] },
    { title: "the day after its last", fields: { expires: "2026-11-22" }, expected: [`medium exception ${ID}`] },
    {
      title: "one that accepts nothing",
      fields: { resource: "api-2" },
      expected: [`medium exception ${CHECK}/*/api-2`],
    },
    {
      title: "one that accepts nothing and has run out: told once",
      fields: { resource: "api-2", expires: "2026-01-01" },
      expected: [`medium exception ${CHECK}/*/api-2`],
    },
    { title: "one for another tenant", fields: { tenant: "globex", resource: "api-2" }, expected: [] },
    { title: "one for every resource", fields: { resource: "*" }, expected: [] },
  ])("$title", ({ fields, expected }) => {
    const [acme] = judged([exception(fields)], [audit("acme", [finding()])]);

    expect(acme?.findings).toEqual(expected);
  });

  describe("that have ended", () => {
    const ended = exception({ expires: "2026-11-22" });
    const accepting = exception({ resource: "*" });
    const accepted = (resource?: string) => acceptFindings([finding(resource)], "acme", [accepting], NOW);
    const blind = { status: "not-evaluated", reason: "time-out", detail: null } as Partial<CheckResult>;

    it.each([
      {
        title: "open again",
        audits: [audit("acme", [finding()])],
        says: "ended on 2026-11-22, and what it accepted is open again;",
      },
      {
        title: "accepted by another exception",
        audits: [audit("acme", accepted())],
        says: "ended on 2026-11-22; what it accepted is still accepted, by another exception;",
      },
      {
        title: "gone",
        audits: [audit("acme", accepted("api-2"))],
        says: "ended on 2026-11-22, and there is nothing left that it would accept;",
      },
      { title: "not known", audits: [audit("acme", [], blind)], says: "nobody knows whether anything is left" },
    ])("tell that what they accepted is $title", ({ audits, says }) => {
      expect(judged([ended, accepting], audits)[0]?.messages[0]).toContain(says);
    });

    it("tell of an open finding beside an accepted one", () => {
      const everything = exception({ resource: "*", expires: "2026-11-22" });
      const audits = [audit("acme", [...acceptFindings([finding()], "acme", [exception()], NOW), finding("api-2")])];

      expect(judged([everything, exception()], audits)[0]?.messages).toEqual([
        "The exception ended on 2026-11-22, and what it accepted is open again; ask dana@acme.example.",
      ]);
    });

    it("are told for each tenant as it is there", () => {
      const audits = [audit("acme", accepted()), audit("globex", [finding()])];

      expect(
        judged([ended, exception({ tenant: "acme", resource: "*" })], audits).map(({ messages }) => messages),
      ).toEqual([[expect.stringContaining("by another exception")], [expect.stringContaining("open again")]]);
    });
  });

  it("never calls one unmatched whose check was not evaluated", () => {
    const blind = audit("acme", [], {
      status: "not-evaluated",
      reason: "missing-scope",
      detail: null,
    } as Partial<CheckResult>);

    expect(judged([exception()], [blind])).toMatchObject([{ findings: [] }]);
  });

  it("never calls one for all tenants unmatched while a tenant was not audited", () => {
    const failed: TenantAudit = { ...audit("globex", []), status: "failed", checks: [] };

    expect(judged([exception({ resource: "api-2" })], [audit("acme", [finding()]), failed])).toMatchObject([
      { findings: [] },
      { findings: [], result: undefined },
    ]);
    expect(judged([exception({ resource: "api-2" })], [audit("acme", [finding()])], ["acme", "globex"])).toMatchObject([
      { findings: [] },
    ]);
  });

  it("tells of one for all tenants where it accepts something, else once", () => {
    const audits = [audit("acme", []), audit("globex", [finding()]), audit("initech", [finding()])];

    expect(judged([exception({ expires: "2026-11-20" })], audits).map(({ findings }) => findings.length)).toEqual([
      0, 1, 1,
    ]);
    expect(judged([exception({ resource: "api-9" })], audits).map(({ findings }) => findings.length)).toEqual([
      1, 0, 0,
    ]);
  });

  it("counts every exception that concerns the tenant", () => {
    const [acme] = judged([exception(), exception({ resource: "api-2" })], [audit("acme", [finding()])]);

    expect(acme?.result).toEqual({ id: exceptionExpired.id, status: "fail", evaluated: 2, failed: 1 });
  });
});

describe("accepting findings", () => {
  it("marks what is accepted with who, why and until when, and leaves the rest as it is", () => {
    const [first, second] = acceptFindings([finding("api-1"), finding("api-2")], "acme", [exception()], NOW);

    expect(first).toMatchObject({
      status: "excepted",
      exception: { reason: "Reviewed in SEC-112", owner: "dana@acme.example", expires: "2027-03-31" },
    });
    expect(second).toEqual(finding("api-2"));
  });

  it("lets a wildcard take over when a more specific exception has ended", () => {
    const specific = exception({ expires: "2026-11-22", owner: "dana@acme.example" });
    const wildcard = exception({ resource: "*", owner: "kim@acme.example" });

    const [accepted] = acceptFindings([finding()], "acme", [specific, wildcard], NOW);

    expect(accepted).toMatchObject({ status: "excepted", exception: { owner: "kim@acme.example" } });
  });

  it("opens a finding again on the day after", () => {
    const [open] = acceptFindings([finding()], "acme", [exception({ expires: "2026-11-22" })], NOW);

    expect(open?.status).toBe("open");
  });
});
