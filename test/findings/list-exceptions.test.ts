import { describe, expect, test } from "vitest";
import type { ExceptionConfig } from "../../lib/config/schema.ts";
import { listExceptions } from "../../lib/findings/list-exceptions.ts";
import { audit, CHECK, exception, finding } from "../support/reports.ts";

const NOW = Date.parse("2026-11-23T23:59:59Z");

const found = audit({
  tenant: "acme",
  findings: ["a", "b", "c"].map((id) => finding({ id, resource: { type: "resource-server", id, name: `API ${id}` } })),
});

const failed = audit({ tenant: "globex", status: "failed", checks: [] });

const listed = (...exceptions: ExceptionConfig[]) =>
  listExceptions([found, failed], { exceptions }, NOW).map(({ tenant, resource, name, accepts }) => ({
    tenant,
    resource,
    name,
    accepts,
  }));

test("each finding counts for the most specific exception that holds, on its last day too", () => {
  expect(listed(exception({}), exception({ tenant: "acme" }), exception({ resource: "b" }))).toEqual([
    { tenant: null, resource: "*", name: null, accepts: 0 },
    { tenant: "acme", resource: "*", name: null, accepts: 2 },
    { tenant: null, resource: "b", name: "API b", accepts: 1 },
  ]);
});

test("one that has ended accepts nothing, and is listed with the name of what it was for", () => {
  expect(listed(exception({ resource: "b", expires: "2026-11-22" }))).toEqual([
    { tenant: null, resource: "b", name: "API b", accepts: 0 },
  ]);
});

test("those of a tenant that failed are listed, those of a tenant that was not asked for are not", () => {
  expect(listed(exception({ tenant: "globex" }), exception({ tenant: "initech" }))).toEqual([
    { tenant: "globex", resource: "*", name: null, accepts: 0 },
  ]);
});

test("an exception that accepts nothing is listed", () => {
  expect(listed(exception({ resource: "gone" }))).toEqual([{ tenant: null, resource: "gone", name: null, accepts: 0 }]);
});

describe("whether it accepts more", () => {
  const evaluated = audit({ tenant: "acme", checks: [{ id: CHECK, status: "pass", evaluated: 1, failed: 0 }] });
  const blind = audit({
    tenant: "acme",
    checks: [{ id: CHECK, status: "not-evaluated", reason: "truncated", detail: null }],
  });
  const off = audit({ tenant: "acme", checks: [{ id: CHECK, status: "off" }] });

  test.each([
    { title: "is known of an evaluated check", audits: [evaluated], tenant: "acme", unknown: null },
    { title: "is not known where it could not be evaluated", audits: [blind], unknown: "check-not-evaluated" },
    {
      title: "is not known where it was not asked for",
      audits: [audit({ checks: [] })],
      unknown: "check-not-evaluated",
    },
    { title: "is not known where it is switched off", audits: [off], unknown: "check-off" },
    { title: "is not known of a tenant that failed", audits: [failed], unknown: "tenant-not-audited" },
    {
      title: "is not known where one of all tenants failed",
      audits: [evaluated, failed],
      unknown: "tenant-not-audited",
    },
    {
      title: "is known of one tenant beside another that failed",
      audits: [evaluated, failed],
      tenant: "acme",
      unknown: null,
    },
    { title: "is known of one that has ended", audits: [blind], expires: "2026-11-22", unknown: null },
  ])("$title", ({ audits, unknown, tenant, expires = "2026-11-23" }) => {
    const only = exception({ expires, ...(tenant === undefined ? {} : { tenant }) });

    expect(listExceptions(audits, { exceptions: [only] }, NOW)).toMatchObject([{ accepts: 0, unknown }]);
  });
});
