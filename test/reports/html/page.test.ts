import { readFileSync } from "node:fs";
import axe from "axe-core";
import fc from "fast-check";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataBlock } from "../../../lib/html/inline-blocks.ts";
import { html } from "../../../lib/html/markup.ts";
import { visibleText } from "../../../lib/html/visible-text.ts";
import { startBrowser } from "./browser.ts";
import { type OpenPage, openPage } from "./open-page.ts";
import { audit, everything, failed, finding, findings, HOSTILE_NAMES, halfRead, page } from "./reports.ts";

const NARROW = { width: 390, height: 844 };

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
}, 60_000);

afterAll(() => browser.close());

/** What axe-core finds wrong, as rule and place. */
async function violations(opened: OpenPage): Promise<string[]> {
  await opened.ask(axe.source);
  return opened.ask(
    `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + " at " + target.join(" "))))`,
  );
}

const openAll = (opened: OpenPage): Promise<void> =>
  opened.ask(`document.querySelectorAll("details").forEach((part) => { part.open = true; })`);

/** The findings that can be seen, by the text of their resource. */
const seen = (opened: OpenPage): Promise<string[]> =>
  opened.ask(`[...document.querySelectorAll("table.findings > tbody > tr")]
    .filter((row) => row.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }) && row.getClientRects().length > 0)
    .map((row) => row.id)`);

const result = (opened: OpenPage): Promise<string | null> => opened.page.textContent("#filter-result");

describe("for everybody", () => {
  it.each([
    { title: "light", options: { colorScheme: "light" as const } },
    { title: "dark", options: { colorScheme: "dark" as const } },
    { title: "narrow", options: { viewport: NARROW } },
  ])("axe-core finds nothing ($title), everything open, and with a filter used", async ({ options }) => {
    await using opened = await openPage(browser, page(...everything(32)), options);
    await openAll(opened);
    expect(await violations(opened)).toEqual([]);

    await opened.page.selectOption("#filter-status", { label: "Excepted" });
    await opened.page.waitForSelector("body.filtered");
    expect(await violations(opened)).toEqual([]);
  });

  it.each([
    { title: "nothing found", tenants: [audit()] },
    { title: "nothing audited", tenants: [failed] },
  ])("axe-core finds nothing ($title)", async ({ tenants }) => {
    await using opened = await openPage(browser, page(...tenants));

    expect(await violations(opened)).toEqual([]);
  });

  it("filters by keyboard, and says what is left", async () => {
    await using opened = await openPage(browser, page(...everything()));
    const { keyboard } = opened.page;

    await opened.page.focus("#filter-text");
    await keyboard.type("api-7");
    await opened.page.waitForSelector("body.filtered");
    expect(await result(opened)).toBe("Showing 1 of 41 findings.");
    expect(await seen(opened)).toEqual(["f_api_7"]);

    await keyboard.press("Tab");
    await keyboard.press("Space");
    await expect.poll(() => result(opened)).toBe("No finding matches these filters.");
    expect(await opened.page.isDisabled("#download")).toBe(true);

    await opened.page.focus("button[type=reset]");
    await keyboard.press("Enter");
    await opened.page.waitForSelector("body:not(.filtered)");
    expect(await result(opened)).toBe("Showing all 41 findings.");
  });

  it("filters by severity, status, check and tenant", async () => {
    await using opened = await openPage(
      browser,
      page(...everything(), audit({ tenant: "other", findings: [finding()] })),
    );
    const filter = async (field: string, value: string): Promise<string | null> => {
      await opened.page.click("button[type=reset]");
      await opened.page.waitForSelector("body:not(.filtered)");
      await opened.page.selectOption(field, { label: value });
      await opened.page.waitForSelector("body.filtered");
      return result(opened);
    };

    expect(await filter("#filter-status", "Excepted")).toBe("Showing 1 of 42 findings.");
    expect(await seen(opened)).toEqual(["f_cookie"]);
    expect(await filter("#filter-check", "Access tokens of an API live too long")).toBe("Showing 41 of 42 findings.");
    expect(await filter("#filter-tenant", "other")).toBe("Showing 1 of 42 findings.");
    expect(await seen(opened)).toEqual(["f_1"]);

    await opened.page.click("button[type=reset]");
    await opened.page.check("input[name=severity][value='2']");
    await opened.page.waitForSelector("body.filtered");
    expect(await result(opened)).toBe("Showing 20 of 42 findings.");
  });

  it("filters by the tenant whose findings are clicked in the overview", async () => {
    await using opened = await openPage(
      browser,
      page(...everything(), audit({ tenant: "other", findings: [finding()] })),
    );

    await opened.page.click("a[data-tenant='3']");
    await opened.page.waitForSelector("body.filtered");

    expect(await seen(opened)).toEqual(["f_1"]);
    expect(await opened.ask("document.activeElement.id")).toBe("findings-title");
  });

  it("can be skipped into and walked through by keyboard, with the focus to be seen", async () => {
    await using opened = await openPage(browser, page(...everything()));

    await opened.page.keyboard.press("Tab");
    expect(await opened.ask("document.activeElement.textContent")).toBe("Skip to the report");
    expect(await opened.ask("document.activeElement.getBoundingClientRect().top")).toBeGreaterThanOrEqual(0);
    expect(await opened.ask("getComputedStyle(document.activeElement).outlineWidth")).toBe("3px");
    await opened.page.keyboard.press("Enter");
    expect(await opened.ask("document.activeElement.id")).toBe("main");
  });

  it("opens what a link leads into", async () => {
    await using opened = await openPage(browser, page(...everything()));
    expect(await opened.page.isVisible("#tenant-1 table")).toBe(false);

    await opened.page.click(".tenants a[href='#tenant-1']");

    await opened.page.waitForSelector("#tenant-1 table", { state: "visible" });
    expect(await opened.page.isVisible("#tenant-1 table")).toBe(true);
  });

  it.each([
    { width: 320, media: "screen" as const },
    { width: 390, media: "screen" as const },
    { width: 760, media: "screen" as const },
    // A4 without its margins.
    { width: 690, media: "print" as const },
  ])("fits on a $media of $width pixels", async ({ width, media }) => {
    const long = finding({
      status: "excepted",
      resource: { type: "client", id: "c".repeat(200), name: "W".repeat(10_000) },
      exception: { reason: "r".repeat(100), owner: `${"o".repeat(80)}@example.com`, expires: "2027-01-01" },
    });
    const tenants = [
      ...everything(),
      audit({ tenant: "t".repeat(40), domain: `${"d".repeat(120)}.example`, findings: [long] }),
    ];
    await using opened = await openPage(browser, page(...tenants), { viewport: { width, height: 844 } });
    await opened.page.emulateMedia({ media });
    await openAll(opened);

    expect(await opened.ask("document.documentElement.scrollWidth")).toBe(width);
  });

  it("shows everything when printed, and no controls", async () => {
    await using opened = await openPage(browser, page(...everything()), { colorScheme: "dark" });
    expect(await seen(opened)).toHaveLength(25);
    await opened.page.emulateMedia({ media: "print", colorScheme: "dark" });

    expect(await seen(opened)).toHaveLength(41);
    expect(await opened.page.isVisible("#filter")).toBe(false);
    expect(await opened.page.isVisible("nav")).toBe(false);
    expect(await opened.page.isVisible("#tenant-0 table")).toBe(true);
    expect(await opened.ask("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
  });

  it("opens everything itself for browsers that print only what is open, and closes it again", async () => {
    await using opened = await openPage(browser, page(...everything()));
    const closed = (): Promise<number> => opened.ask("document.querySelectorAll('details:not([open])').length");
    const before = await closed();

    await opened.ask("dispatchEvent(new Event('beforeprint'))");
    expect(await closed()).toBe(0);
    await opened.ask("dispatchEvent(new Event('afterprint'))");
    expect(await closed()).toBe(before);
    expect(before).toBeGreaterThan(3);
  });

  it("works without its script", async () => {
    await using opened = await openPage(browser, page(...everything()), { javaScriptEnabled: false });

    expect(await opened.page.isVisible("#filter")).toBe(false);
    expect(await opened.page.isVisible("#f_api_38")).toBe(true);
    expect(await opened.page.isVisible("#f_cookie")).toBe(false);
    await opened.page.click("summary:has-text('The session cookie survives')");
    expect(await opened.page.isVisible("#f_cookie")).toBe(true);
  });
});

describe("what is not known", () => {
  it("is said at the top, in the overview and in a part of its own", async () => {
    await using opened = await openPage(browser, page(...everything()));
    const text = (selector: string): Promise<string> => opened.page.innerText(selector);

    expect(await text("header")).toContain("1 of 3 tenants was audited completely, 1 incompletely and 1 not at all");
    expect(await text(".tenants tr:has-text('locked-out')")).toContain("Auth0 refused the auditor's credentials");
    expect(await text(".tenants tr:has-text('locked-out')")).toContain("0 of 2");
    expect(await text("#gaps")).toContain("Auth0 refused the client curfew-auditor; store its new secret.");
    expect(await text("#gaps")).toContain("1 section not read and 1 check not evaluated");
    expect(await text("#gaps")).toContain("The auditor lacks a scope: read:resource_servers");
    expect(await text(".cards")).toContain("50 %");
  });

  it("never looks clean", async () => {
    await using opened = await openPage(browser, page(halfRead));

    expect(await opened.page.innerText("header")).toContain("Nothing is open in what could be read.");
    expect(await opened.page.innerText("#findings")).toContain("Nothing was found in what could be read.");
    expect(await opened.page.innerText(".tenants")).toContain("Nothing open in what was read");
    expect(await opened.page.innerText(".cards")).toContain("50 %");
  });

  it("shows in a complete audit too, where the plan lacks a feature", async () => {
    const lacking = audit({
      inventory: { networkAcls: { status: "unavailable", reason: "feature-unavailable", detail: null } },
    });
    await using opened = await openPage(browser, page(lacking));

    expect(await opened.page.innerText("header")).toContain("Nothing is open in what could be read.");
    expect(await opened.page.innerText("#gaps")).toMatch(
      /Network ACLs\s+The tenant's plan or settings lack the feature/,
    );
  });

  it("is everything when no tenant could be audited", async () => {
    await using opened = await openPage(browser, page(failed));

    expect(await opened.page.innerText("header")).toContain("No tenant could be audited.");
    expect(await opened.page.innerText("#findings")).toContain("Nothing was audited, so nothing is known.");
    expect(await opened.page.innerText(".cards")).toContain("0 %");
  });
});

describe("text from tenants", () => {
  const hostile = HOSTILE_NAMES.map((name, index) =>
    finding({
      id: `f_${index}`,
      resource: { type: "client", id: `c-${index}`, name },
      message: `About ${name}`,
      aspect: name,
    }),
  );
  const tenants = [
    audit({
      findings: [
        ...hostile,
        finding({
          id: "f_x",
          status: "excepted",
          exception: { reason: HOSTILE_NAMES[0] ?? "", owner: HOSTILE_NAMES[2] ?? "", expires: "2027-01-01" },
        }),
      ],
    }),
    { ...failed, detail: HOSTILE_NAMES.join(" ") },
    { ...halfRead, domain: HOSTILE_NAMES[5] ?? "" },
  ];

  // Without the policy, so that nothing but the escaping stands between a name and the page.
  it.each([true, false])("runs nothing and is shown as text (policy switched off: %s)", async (bypassCSP) => {
    await using opened = await openPage(browser, page(...tenants), { bypassCSP });
    await openAll(opened);
    await opened.page.mouse.move(400, 400);

    expect(await opened.ask("window.__owned")).toBeUndefined();
    expect(opened.complaints).toEqual([]);
    expect(opened.requests).toEqual([]);
    expect(
      await opened.ask(
        "document.querySelectorAll('img, iframe, object, base, [style], a[href^=javascript], script:not(#data)').length",
      ),
    ).toBe(1);
    expect(
      await opened.ask(
        "[...document.querySelectorAll('*')].flatMap((element) => element.getAttributeNames()).filter((name) => /^on|autofocus/.test(name))",
      ),
    ).toEqual([]);
    const names: string[] = await opened.ask(
      "[...document.querySelectorAll('.findings tbody th > bdi')].map((name) => name.textContent)",
    );
    for (const name of HOSTILE_NAMES.filter(({ length }) => length < 200)) expect(names).toContain(visibleText(name));
    expect(names.find((name) => name.startsWith("WWW"))).toBe(`${"W".repeat(200)}… (10,000 characters)`);
  });

  it("holds no character that hides or turns what stands around it", async () => {
    expect(page(...tenants)).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]|[^\P{Cc}\n\t]/u);
    expect(page(...tenants)).not.toMatch(/[\p{Mn}\p{Me}]{5}|[\u115F\u1160\u3164\uFFA0\u2800]/u);
  });

  it("reads back as itself from element content, attributes and embedded JSON", async () => {
    await using opened = await openPage(browser, "<!doctype html><title>Parser</title>");
    const anyText = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.integer({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
      fc.string({
        unit: fc.constantFrom(
          ..."<>&\"'`=/!-]",
          "script",
          "style",
          "</script ",
          "</title ",
          "<!--",
          "<script ",
          "\u2028",
          "\u202E",
          "\0",
          "\r",
          "\n",
          " ",
        ),
      }),
      fc.constantFrom(...HOSTILE_NAMES),
    );

    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 40 }), async (texts) => {
        const markup =
          html`<ul>${texts.map((text) => html`<li title="${text}">${text}</li>`)}</ul>${dataBlock("data", texts)}`
            .markup;
        const read = await opened.ask(
          `(() => {
            const parsed = new DOMParser().parseFromString(${JSON.stringify(markup)}, "text/html");
            const items = [...parsed.querySelectorAll("li")];
            return [items.map((item) => item.textContent), items.map((item) => item.title), JSON.parse(parsed.getElementById("data").textContent), parsed.querySelectorAll("*").length];
          })()`,
        );
        const visible = texts.map(visibleText);
        // html, head, body, ul, script and one item each: nothing else came into being.
        expect(read).toEqual([visible, visible, texts, texts.length + 5]);
      }),
      { numRuns: 100 },
    );
  });
});

describe("the page", () => {
  it("asks the network for nothing, breaks no policy and logs nothing", async () => {
    await using opened = await openPage(browser, page(...everything()));
    await openAll(opened);
    await opened.page.fill("#filter-text", "API");
    await opened.page.waitForSelector("body.filtered");

    expect(opened.requests).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });

  it("is kept by its policy from loading, from running what is not its own and from sending anything", async () => {
    await using opened = await openPage(browser, page(...everything()));
    const broken: string[] = await opened.ask(`(async () => {
      const broken = [];
      addEventListener("securitypolicyviolation", ({ effectiveDirective }) => broken.push(effectiveDirective));
      const put = (tag, fields) => document.body.append(Object.assign(document.createElement(tag), fields));
      put("img", { src: "https://evil.example/x.png" });
      put("style", { textContent: "body { color: red }" });
      put("iframe", { src: "https://evil.example/" });
      document.body.setAttribute("style", "color: red");
      try { document.body.setAttribute("onclick", "window.__owned = 1"); } catch { broken.push("refused by trusted types"); }
      try { put("script", { textContent: "window.__owned = 1" }); } catch { broken.push("refused by trusted types"); }
      await fetch("https://evil.example/").catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 50));
      return broken;
    })()`);

    expect(new Set(broken)).toEqual(
      new Set([
        "img-src",
        "style-src-elem",
        "style-src-attr",
        "frame-src",
        "connect-src",
        "require-trusted-types-for",
        "refused by trusted types",
      ]),
    );
    expect(opened.requests).toEqual([]);
    expect(await opened.ask("window.__owned")).toBeUndefined();
  });

  it("writes numbers, lengths and dates for people", async () => {
    await using opened = await openPage(browser, page(...everything()));
    await openAll(opened);

    expect(await opened.page.innerText("#f_api_1")).toMatch(
      /Medium\s+API number 1\s+API api-1\s+acme-prod\s+3 d\s+24 h/,
    );
    expect(await opened.page.innerText("#tenant-0")).toContain("23 November 2026, 06:00:01 UTC (1.5 s)");
    expect(await opened.page.innerText("#tenant-0")).toContain("1,234 requests, 2 retries, 0 throttled");
    expect(await opened.page.innerText("#tenant-0")).toMatch(/Email templates\s+read:email_templates\s+Not requested/);
    expect(await opened.page.innerText("#tenant-0")).toMatch(/Switched off by policy/);
    expect(await opened.page.innerText("#exceptions")).toMatch(
      /Kiosks need it, SEC-112\s+dana@acme.example\s+1 finding\s+3 December 2026\s+10 days left/,
    );
  });

  it("lists every exception of an audited tenant, what ends first comes first, with what it accepts", async () => {
    await using opened = await openPage(browser, page(...everything(2)));

    const rows = await opened.page.locator("table.exceptions tbody tr").allInnerTexts();

    expect(rows.map((row) => row.replace(/\s+/g, " ").trim())).toEqual([
      expect.stringMatching(
        /half\.eu\.auth0\.com half-open Old contract lee@acme\.example Nothing 22 November 2026 has ended$/,
      ),
      expect.stringMatching(
        /Every resource half-open Until the move kim@acme\.example Not known: the check was not evaluated 23 November 2026 ends today$/,
      ),
      expect.stringMatching(
        /Every resource locked-out Night shift ann@acme\.example Not known: the tenant was not audited 24 November 2026 1 day left$/,
      ),
      expect.stringMatching(
        /acme acme-prod Kiosks need it, SEC-112 dana@acme\.example 1 finding 3 December 2026 10 days left$/,
      ),
    ]);
  });

  it.each(["#%zz", "#%E0%A4%A", "#nothing-there", "#"])("survives an address that ends in %s", async (fragment) => {
    await using opened = await openPage(browser, page(...everything(2)), {}, fragment);

    await opened.page.selectOption("#filter-status", { label: "Excepted" });
    await opened.page.waitForSelector("body.filtered");

    expect(await seen(opened)).toEqual(["f_cookie"]);
    expect(opened.complaints).toEqual([]);
  });

  it("opens what an encoded address leads to", async () => {
    await using opened = await openPage(browser, page(...everything(2)), {}, "#f%5Fapi_1");

    expect(await opened.ask("document.getElementById('f_api_1').closest('details')?.open ?? true")).toBe(true);
    expect(await opened.page.locator("#f_api_1").isVisible()).toBe(true);
  });

  it("saves what is shown as CSV, with formulas defused and quotes doubled", async () => {
    const named = (name: string, index: number) =>
      finding({
        id: `f_${index}`,
        resource: { type: "client", id: `c-${index}`, name },
        observed: -5,
        message: 'Says "no", or yes',
      });
    const names = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", " =1+1", "＝1", "plain", "Größe"];
    await using opened = await openPage(
      browser,
      page(audit({ findings: names.map(named) }), audit({ tenant: "other", findings: [finding()] })),
    );
    await opened.page.selectOption("#filter-tenant", { label: "acme-prod" });
    await opened.page.waitForSelector("body.filtered");

    const [download] = await Promise.all([opened.page.waitForEvent("download"), opened.page.click("#download")]);
    const text = readFileSync(await download.path(), "utf8");
    const lines = text.split("\r\n");

    expect(download.suggestedFilename()).toBe("curfew-findings.csv");
    expect(text.startsWith('\uFEFF"tenant","domain","check"')).toBe(true);
    expect(lines).toHaveLength(names.length + 2);
    expect(lines.slice(1, -1).map((line) => line.split(",")[8])).toEqual([
      `"'=1+1"`,
      `"'+1"`,
      `"'-1"`,
      `"'@SUM(A1)"`,
      `"'\tx"`,
      `"‹U+000D›x"`,
      `"' =1+1"`,
      `"'＝1"`,
      `"plain"`,
      `"Größe"`,
    ]);
    expect(lines[1]).toContain(`,-5,86400,"seconds","Says ""no"", or yes",`);
    expect(opened.complaints).toEqual([]);
  });

  it("stays usable with ten thousand findings", async () => {
    await using opened = await openPage(browser, page(audit({ findings: findings(10_000) })));

    expect(await opened.page.innerText("details.more > summary")).toContain("Show the other 9,975");
    await opened.page.fill("#filter-text", "api-9999");
    await opened.page.waitForSelector("body.filtered");
    expect(await seen(opened)).toEqual(["f_api_9999"]);
  });
});
