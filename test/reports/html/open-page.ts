import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/** A report in a browser, and everything it did that a report must not do. */
export interface OpenPage extends AsyncDisposable {
  page: Page;
  /** Errors of scripts, messages on the console, violations of the policy, dialogs. */
  complaints: string[];
  /** What was asked of the network, the page itself left out. */
  requests: string[];
  /** Evaluates an expression in the page. As text: the types of the browser are not those of this program. */
  ask<T>(expression: string): Promise<T>;
}

const ADDRESS = "http://report.example/";

/** Opens a page as a web server would give it: only there a browser also asks for what is not in it. The fragment is the end of its address. */
export async function openPage(
  browser: Browser,
  markup: string,
  options: BrowserContextOptions = {},
  fragment = "",
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const requests: string[] = [];
  const complaints: string[] = [];
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url === ADDRESS) return route.fulfill({ contentType: "text/html; charset=utf-8", body: markup });
    requests.push(url);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(dialog.message()));
  await page.goto(`${ADDRESS}${fragment}`);
  return {
    page,
    complaints,
    requests,
    ask: (expression) => page.evaluate(expression),
    [Symbol.asyncDispose]: () => context.close(),
  };
}
