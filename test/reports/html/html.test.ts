import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../../lib/checks/catalogue.ts";
import { html } from "../../../lib/html/markup.ts";
import { shorten, visibleText } from "../../../lib/html/visible-text.ts";
import { SECTION_NAMES } from "../../../lib/inventory/inventory.ts";
import { checkGroups } from "../../../lib/reports/html/check-groups.ts";
import { checkCoverage, expectedOf, sectionCoverage } from "../../../lib/reports/html/coverage.ts";
import { exceptionsSection } from "../../../lib/reports/html/exceptions-section.ts";
import { audit, everything, failed, finding, findings, page, report } from "./reports.ts";

describe("the HTML report", () => {
  it("is the same file for the same report", () => {
    expect(page(...everything())).toBe(page(...structuredClone(everything())));
  });

  it("stays small: less than 600 bytes for each of ten thousand findings", () => {
    const bytes = page(audit({ findings: findings(10_000) })).length - page(audit()).length;

    expect(bytes / 10_000).toBeLessThan(600);
  });

  it("shows a check that the catalogue does not know by its id and the finding's own remedy", () => {
    const text = page(audit({ findings: [finding({ check: "future.check", remediation: "Look into it." })] }));

    expect(text).toContain("<h3>future.check</h3>");
    expect(text).toContain("Look into it.");
  });

  it("says how to mend a finding where that is not what its check says of all", () => {
    const own = finding({ id: "own", remediation: "Ask <Dana>." });

    const text = page(audit({ findings: [own, finding({ id: "usual" })] }));

    expect(text.split("<small>→ Ask &lt;Dana&gt;.</small>")).toHaveLength(2);
    expect(text).not.toContain(`<small>→ ${finding().remediation}</small>`);
  });

  it("says who read a tenant, and with which scopes", () => {
    expect(page(audit())).toContain("<code>read:tenant_settings</code>");
    expect(page(audit({ evidence: { clientId: "auditor", scopes: null } }))).toContain("Auth0 did not say which");
  });

  it("tells a value just above its limit to the second", () => {
    expect(page(audit({ findings: [finding({ observed: 86_401 })] }))).toContain("<td>86,401 s</td><td>86,400 s</td>");
  });
});

describe("coverage", () => {
  it("is nothing of everything when every tenant failed", () => {
    const expected = expectedOf(report(failed, failed), CATALOGUE);

    expect(checkCoverage(failed, expected)).toEqual({ known: 0, unknown: CATALOGUE.length });
    expect(sectionCoverage(failed, expected)).toEqual({ known: 0, unknown: SECTION_NAMES.length });
  });

  it("is nothing of what the others were asked for when one tenant failed", () => {
    const expected = expectedOf(report(failed, audit()), CATALOGUE);

    expect(checkCoverage(failed, expected)).toEqual({ known: 0, unknown: 2 });
    expect(sectionCoverage(failed, expected)).toEqual({ known: 0, unknown: 2 });
  });
});

describe("an exception for all tenants", () => {
  it.each([
    { unknown: "tenant-not-audited", why: "not every tenant was audited" },
    { unknown: "check-not-evaluated", why: "the check was not evaluated in every tenant" },
    { unknown: "check-off", why: "the check is switched off" },
  ] as const)("accepts nobody knows what ($unknown)", ({ unknown, why }) => {
    const exception = { check: "c", tenant: null, resource: "*", name: null, reason: "r", owner: "o", unknown };
    const cell = (accepts: number): string =>
      exceptionsSection({ ...report(), exceptions: [{ ...exception, expires: "2027-01-01", accepts }] }, new Map())
        .markup;

    expect(cell(0)).toContain(`<td data-label="Accepts">Not known: ${why}</td>`);
    expect(cell(2)).toContain(`2 findings<small>whether more is not known: ${why}</small></td>`);
  });
});

describe("the order of findings", () => {
  it("is by what is open, then worst first, then furthest off, whatever came first", () => {
    const low = finding({ id: "low", severity: "low" });
    const far = finding({ id: "far", observed: 9_999_999 });
    const never = finding({ id: "never", observed: null });
    const accepted = finding({ id: "accepted", severity: "critical", status: "excepted" });
    const other = finding({ id: "other", check: "expiry.session.idle", severity: "critical" });

    const groups = checkGroups(report(audit({ findings: [accepted, low, finding(), far, never, other] })), []);

    expect(groups.map(({ id, severity }) => [id, severity])).toEqual([
      ["expiry.session.idle", "critical"],
      ["expiry.api.access-token-lifetime", "high"],
    ]);
    expect(groups[1]?.entries.map((entry) => entry.finding.id)).toEqual(["never", "far", "f_1", "low", "accepted"]);
  });

  it("puts a check last of which everything is accepted", () => {
    const accepted = finding({ check: "expiry.session.idle", severity: "critical", status: "excepted" });
    const groups = checkGroups(report(audit({ findings: [accepted, finding({ severity: "info" })] })), []);

    expect(groups.map(({ id }) => id)).toEqual(["expiry.api.access-token-lifetime", "expiry.session.idle"]);
  });
});

describe("markup", () => {
  it("refuses a value without quotes, where no escaping helps", () => {
    expect(() => html`<p title=${"x onclick=y"}></p>`).toThrow("needs quotes");
  });

  it("leaves nothing for what is not there, and puts lists and markup in as they are", () => {
    expect(html`<p>${null}${undefined}${false}${0}${["a", html`<b>${"<"}</b>`]}</p>`.markup).toBe(
      "<p>0a<b>&lt;</b></p>",
    );
  });

  it("takes nothing for markup that only looks like it", () => {
    const forged = JSON.parse('{"markup":"<script>"}') as string;

    expect(() => html`<p>${forged}</p>`).toThrow(TypeError);
  });
});

describe("text made visible", () => {
  it.each([
    ["a\u202Eb", "a‹U+202E›b"],
    ["\uD800", "‹U+D800›"],
    ["\u{E0041}", "‹U+E0041›"],
    ["\u115F\u1160\u3164\uFFA0", "‹U+115F›‹U+1160›‹U+3164›‹U+FFA0›"],
    ["\u2800\u034F\u{E0100}", "‹U+2800›‹U+034F›‹U+E0100›"],
    ["a\u0300\u0301\u0302\u0303\u0304\u0305b\u0300", "a\u0300\u0301\u0302\u0303‹U+0304›‹U+0305›b\u0300"],
    ["\u0903\u0300\u0903\u0300\u0300\u0300\u0300", "\u0903\u0300\u0903\u0300\u0300\u0300‹U+0300›"],
    ["မြွှေး, שָׁ֑לוֹם, ❤️, é", "မြွှေး, שָׁ֑לוֹם, ❤️, é"],
    ["two\nlines\tand Größe, 日本, 👍", "two\nlines\tand Größe, 日本, 👍"],
  ])("%j is %j", (text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });

  it("is cut between characters, never inside one", () => {
    expect(shorten("👍👍👍", 2)).toBe("👍👍… (3 characters)");
    expect(shorten("👍👍", 2)).toBe("👍👍");
  });
});
