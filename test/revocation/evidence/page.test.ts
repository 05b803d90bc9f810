import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IncidentBundle } from "../../../lib/revocation/evidence/bundle.ts";
import { startBrowser } from "../../reports/html/browser.ts";
import { openPage } from "../../reports/html/open-page.ts";
import { DAY, done, incidentOf, MINUTE, THREE_AM } from "../support.ts";
import { closed } from "./closed.ts";

describe("the page of an incident", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it("shows in a browser what was done, seen and asked; loads nothing, runs nothing and fits on a telephone", async () => {
    const { page } = await closed();
    await using opened = await openPage(browser, page);
    const { SCREENSHOT: shot } = process.env;
    if (shot !== undefined) await opened.page.screenshot({ path: shot, fullPage: true });

    expect(await opened.page.innerText(".verdict")).toBe(
      "job leaked and was contained; tokens that were out were over at 24 November 2026, 03:00:00 UTC.",
    );
    const timeline = await opened.page.innerText("#timeline");
    expect(timeline).toContain("PATCH /api/v2/clients/job");
    expect(timeline).toContain("should not be");
    expect(await opened.page.innerText("#credentials")).toMatch(/client secret\s+Dead/);
    expect(await opened.page.innerText("#found")).toMatch(/web\s+Its secret was shown/);
    expect(await opened.ask("document.querySelectorAll('img, script').length")).toBe(0);
    expect(await opened.ask("getComputedStyle(document.querySelector('.badge')).borderRadius")).toBe("999px");
    expect(await opened.ask("getComputedStyle(document.querySelector('.address')).whiteSpace")).toBe("nowrap");
    expect(await opened.page.innerText("main")).not.toMatch(/\d{4}-\d\d-\d\dT/);
    await opened.page.setViewportSize({ width: 390, height: 844 });
    expect(await opened.ask("document.documentElement.scrollWidth")).toBe(390);
    expect([opened.complaints, opened.requests]).toEqual([[], []]);
  });

  it("cuts nothing of what it proves", async () => {
    const proof = `${"The old credential is proven dead. ".repeat(12)}The end.`;
    const { steps } = incidentOf();
    const { page } = await closed({ steps: { ...steps, rotate: done(THREE_AM + 2 * MINUTE, proof) } });

    expect(page.split(proof)).toHaveLength(3); // its step, and the credential
  });

  it.each([
    ["before the window's is not", 30 * DAY, "job leaked and was contained; tokens that were out may work until "],
    ["after the window's is", DAY / 4, "job leaked and was contained; tokens that were out were over at "],
  ])("says of an incident that a person ended %s that tokens were over", async (_, until, words) => {
    const { page } = await closed({
      ended: { at: THREE_AM + DAY / 2, by: "sam", reason: "enough" },
      window: { state: "closes", at: THREE_AM + until, apis: [], others: 2, tokenUntil: null },
    });
    const said = page.replace(/<[^>]+>/g, "");

    expect(said).toContain(words);
    expect(said.includes("were over before these")).toBe(until < DAY);
    expect(said).not.toMatch(/Went on until the end|Watching goes on/);
    expect(said).toContain("Nobody watches any more.");
  });

  it("of a drill says that nothing was changed, and what would have been", async () => {
    const { page, json } = await closed({ drill: true, id: "drill-x" });
    const { stoppedAt, credentials, questions, leak } = JSON.parse(json) as IncidentBundle;

    expect(page).toContain("Drill of an emergency revocation: nothing was changed");
    expect(page).toContain("What would have been done if");
    expect(page).not.toMatch(
      />(What leaked|Out since|Until when tokens that were out work|What was done|Done|Uses (before|after) it was locked)<|It took/,
    );
    expect({ stoppedAt, credentials }).toEqual({ stoppedAt: null, credentials: [] });
    expect(leak?.meaning).toMatch(/^In an emergency: /);
    expect(questions).toEqual(questions.filter((question) => question.startsWith("In an emergency: ")));
  });
});
