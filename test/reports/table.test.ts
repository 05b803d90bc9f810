import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import type { TenantAudit } from "../../lib/findings/tenant-audit.ts";
import { renderTable } from "../../lib/reports/table.ts";
import { audit as anAudit, CHECK, finding, report } from "../support/reports.ts";

const audit = (fields: Partial<TenantAudit> = {}): TenantAudit =>
  anAudit({ checks: [{ id: CHECK, status: "fail", evaluated: 1, failed: 1 }], ...fields });

const draw = (tenants: TenantAudit[], options: { width?: number; color?: boolean } = {}): string =>
  renderTable(report(...tenants), { checks: CATALOGUE, width: 100, color: false, ...options });

describe("the table", () => {
  it("puts the worst first and says what was found, what is allowed and what to do", () => {
    const text = draw([
      audit({
        findings: [
          finding({
            id: "f_2",
            check: "expiry.session.idle",
            severity: "medium",
            resource: { type: "tenant", id: "t", name: "t" },
          }),
          finding({ remediation: "Shorten the lifetime." }),
        ],
      }),
    ]);

    expect(text.indexOf("Access tokens of an API live too long")).toBeLessThan(text.indexOf("Unused login sessions"));
    expect(text).toContain("Orders API: 30 d, limit 24 h");
    expect(text).toContain("→ Shorten the lifetime.");
  });

  it("names the most far off of many resources and counts the rest", () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      finding({
        id: `f_${index}`,
        observed: (index + 2) * 86_400,
        message: `${index}`,
        resource: { type: "resource-server", id: `${index}`, name: `API ${index}` },
      }),
    );

    const text = draw([audit({ findings: many })]);

    expect(text).toContain("API 29: 31 d");
    expect(text).not.toContain("API 3:");
    expect(text).toContain("and 22 more");
  });

  it("says once what all resources of a check have in common", () => {
    const same = ["A", "B"].map((name) =>
      finding({
        id: name,
        check: "expiry.refresh.idle-never",
        observed: null,
        limit: null,
        message: "Never expires.",
        resource: { type: "client", id: name, name },
      }),
    );

    const text = draw([audit({ findings: same })]);

    expect(text.split("Never expires.")).toHaveLength(2);
    expect(text).toContain("• A");
    expect(text).toContain("• B");
  });

  it("says what could not be looked at, and never that such a tenant is clean", () => {
    const blind = audit({
      status: "incomplete",
      inventory: { signingKeys: { status: "unavailable", reason: "missing-scope", detail: "read:signing_keys" } },
      checks: [
        { id: "key.signing.age", status: "not-evaluated", reason: "missing-scope", detail: "read:signing_keys" },
      ],
    });

    const text = draw([blind]);

    expect(text).toContain("Could not be read: 1 of 1 sections");
    expect(text).toContain("missing-scope (read:signing_keys): signingKeys");
    expect(text).toContain("missing-scope (read:signing_keys): key.signing.age");
    expect(text).toContain("nothing open in what could be read");
  });

  it("says of each section that could not be read how to mend that", () => {
    const unread = (id: string, remediation: string) =>
      finding({ check: "coverage.section.unavailable", resource: { type: "section", id, name: null }, remediation });
    const text = draw([
      audit({
        status: "incomplete",
        inventory: {
          signingKeys: { status: "unavailable", reason: "missing-scope", detail: "read:signing_keys" },
          actions: { status: "unavailable", reason: "fetch-failed", detail: "status 500" },
          networkAcls: { status: "unavailable", reason: "fetch-failed", detail: "status 500" },
        },
        findings: [
          unread("signingKeys", "Grant the scope."),
          unread("actions", "See what came."),
          unread("networkAcls", "See what came."),
        ],
      }),
    ]);

    expect(text).toContain("missing-scope (read:signing_keys): signingKeys\n    → Grant the scope.\n");
    expect(text).toContain("fetch-failed (status 500): actions, networkAcls\n    → See what came.\n");
    expect(text.split("See what came.")).toHaveLength(2);
  });

  it.each([60, 120])("says how to mend each finding where they differ, each way once, in %i columns", (width) => {
    const findings = ["One way.", "Another way.", "One way."].map((remediation, index) =>
      finding({ id: `f_${index}`, remediation }),
    );

    const text = draw([audit({ findings })], { width });

    expect(text.split("→ One way.")).toHaveLength(2);
    expect(text.split("→ Another way.")).toHaveLength(2);
  });

  it("says why a tenant was not audited", () => {
    const failed = audit({ status: "failed", reason: "no-grant", detail: "Client abc has no grant.", checks: [] });

    const text = draw([failed]);

    expect(text).toContain("not audited (no-grant): Client abc has no grant.");
    expect(text).toContain("1 not audited; nothing was audited");
  });

  it("does not list what somebody has accepted, but counts it", () => {
    const text = draw([audit({ findings: [finding({ status: "excepted" })] })]);

    expect(text).not.toContain("Orders API");
    expect(text).toContain("1 excepted");
  });

  it.each([40, 60, 80, 100, 250])("fits into %i columns", (width) => {
    const long = finding({
      resource: { type: "client", id: "x".repeat(120), name: `A long name ${"y".repeat(60)}` },
    });
    const blind = audit({
      findings: [long, ...CATALOGUE.map(({ id }) => finding({ id: `f_${id}`, check: id }))],
      checks: CATALOGUE.map(({ id }) => ({ id, status: "not-evaluated", reason: "defect", detail: null })),
      inventory: { signingKeys: { status: "unavailable", reason: "missing-scope", detail: "read:signing_keys" } },
    });
    const failed = audit({
      status: "failed",
      reason: "unreachable",
      detail: `${"word ".repeat(80)}${"z".repeat(300)}.`,
    });

    const lines = draw([blind, failed], { width, color: true }).split("\n").map(stripVTControlCharacters);

    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(lines.join("").replace(/[^y]/g, "").length).toBeGreaterThanOrEqual(60); // broken, not cut off
  });

  it("shows the beginning of endless names, and does not lay out the rest", () => {
    const endless = Array.from({ length: 8 }, (_, index) =>
      finding({
        id: `f_${index}`,
        observed: null,
        message: `${index} ${"m".repeat(10_000)}`,
        aspect: "a".repeat(10_000),
        resource: { type: "client", id: `${index}`, name: "\u{1F512}".repeat(10_000) },
      }),
    );

    const text = draw([audit({ findings: endless })]);

    expect(text.length).toBeLessThan(20_000);
    expect(text).toContain("…");
  });

  it("takes the power out of names that strangers chose", () => {
    const hostile = `\u001b[2J\u001b]0;owned\u0007\u202Egpj.exe\r\nnothing open\u200B\u0085\u3164\u1160a${"\u0300".repeat(9)}`;

    const text = draw([audit({ findings: [finding({ resource: { type: "client", id: "c", name: hostile } })] })]);

    expect(text.match(/[^\P{Cc}\n]|[\p{Cf}\u3164\u1160]|\p{M}{5}/gu)).toBeNull();
  });
});
