import fc from "fast-check";
import { expect, it } from "vitest";
import { judgeExceptions } from "../../lib/audit/judge-exceptions.ts";
import exceptionExpired from "../../lib/checks/coverage/exception-expired.ts";
import type { ExceptionConfig } from "../../lib/config/schema.ts";
import { acceptFindings } from "../../lib/findings/accept-findings.ts";
import { findingId } from "../../lib/findings/fingerprint.ts";
import type { TenantAudit } from "../../lib/findings/tenant-audit.ts";
import { fastClock } from "../../lib/model/clock.ts";
import type { CheckResult, Finding } from "../../lib/model/finding.ts";
import { matchedExceptions, ownExceptions } from "../../lib/runs/own-exceptions.ts";
import { finding as aFinding, audit as anAudit } from "../support/reports.ts";

const NOW = Date.UTC(2026, 10, 23, 6);
const CHECKS = ["expiry.api.access-token-lifetime", "key.signing.age"];
const RESOURCES = ["r1", "r2"];
const TENANTS = ["acme", "bank", "shop"];

function findingOf(tenant: string, check: string, id: string): Finding {
  const resource = { type: "resource-server", id, name: null } as const;
  return aFinding({ id: findingId({ tenant, check, resource, aspect: null }), check, resource });
}

const anException = fc.record(
  {
    check: fc.constantFrom(...CHECKS),
    tenant: fc.constantFrom(...TENANTS),
    resource: fc.constantFrom("*", ...RESOURCES),
    reason: fc.constant("because"),
    owner: fc.constant("dana@acme.example"),
    expires: fc.constantFrom("2026-11-01", "2026-11-30", "2027-03-31"),
  },
  { requiredKeys: ["check", "resource", "reason", "owner", "expires"] },
) as fc.Arbitrary<ExceptionConfig>;

/** What each check says in each tenant: not evaluated, or the resources that fail. */
const aTenant = fc.record(
  Object.fromEntries(CHECKS.map((check) => [check, fc.option(fc.subarray(RESOURCES), { nil: undefined })])),
);

function auditOf(
  tenant: string,
  said: Record<string, string[] | undefined>,
  exceptions: ExceptionConfig[],
): TenantAudit {
  const findings = CHECKS.flatMap((check) => (said[check] ?? []).map((id) => findingOf(tenant, check, id)));
  return anAudit({
    tenant,
    checks: CHECKS.map((id): CheckResult => {
      const failed = said[id];
      if (!failed) return { id, status: "not-evaluated", reason: "fetch-failed", detail: null };
      return { id, status: failed.length > 0 ? "fail" : "pass", evaluated: 2, failed: failed.length };
    }),
    findings: acceptFindings(findings, tenant, exceptions, NOW),
  });
}

const RULES = {
  checks: [exceptionExpired],
  policy: new Map([[exceptionExpired.id, exceptionExpired.limits.baseline]]),
  clock: { ...fastClock(1), now: () => NOW },
};

const evaluatedIn = ({ checks }: TenantAudit) =>
  checks.filter(({ status }) => status !== "not-evaluated").map(({ id }) => id);

it("says of exceptions the same, whether the tenants are audited together or each by itself", () => {
  let told = 0;
  fc.assert(
    fc.property(
      fc.tuple(aTenant, aTenant, aTenant),
      fc.uniqueArray(anException, { selector: (e) => JSON.stringify([e.check, e.tenant, e.resource]), maxLength: 5 }),
      (tenants, exceptions) => {
        const audits = tenants.map((said, index) => auditOf(TENANTS[index] ?? "", said, exceptions));
        const together = judgeExceptions(audits, { ...RULES, exceptions: { exceptions, tenants: TENANTS } });

        const byItself = audits.map((audit, index) => {
          const others = audits.filter((other) => other !== audit);
          const elsewhere = others.map((other) => ({
            evaluated: evaluatedIn(other),
            matchedExceptions: matchedExceptions(other, exceptions),
          }));
          const own = ownExceptions(audit, { exceptions }, index === 0 ? elsewhere : undefined);
          return judgeExceptions([audit], { ...RULES, exceptions: own })[0];
        });

        expect(byItself.map((audit) => audit?.findings)).toEqual(together.map(({ findings }) => findings));
        told += together
          .flatMap(({ findings }) => findings)
          .filter(({ check }) => check === exceptionExpired.id).length;
      },
    ),
  );
  expect(told).toBeGreaterThan(0);
});

it("does not call an exception for all tenants unmatched while nobody knows of one of them", () => {
  const exceptions = [
    { check: CHECKS[0] ?? "", resource: "*", reason: "r", owner: "o@x.example", expires: "2027-03-31" },
  ];
  const audit = auditOf("acme", { [CHECKS[0] ?? ""]: [], [CHECKS[1] ?? ""]: [] }, exceptions);
  const nothing = { evaluated: CHECKS, matchedExceptions: [] };
  const tell = (others: Parameters<typeof ownExceptions>[2]) => {
    const own = ownExceptions(audit, { exceptions }, others);
    return judgeExceptions([audit], { ...RULES, exceptions: own })[0]?.findings.length;
  };

  expect(tell([nothing, nothing])).toBe(1);
  expect(tell([nothing, undefined])).toBe(0);
  expect(tell([nothing, { ...nothing, evaluated: [] }])).toBe(0);
  expect(tell([nothing, { ...nothing, matchedExceptions: null }])).toBe(0);
  expect(tell(undefined)).toBe(0);
});
