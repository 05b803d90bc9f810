import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../lib/checks/catalogue.ts";
import { parseConfig } from "../lib/config/load.ts";

const ROOT = join(import.meta.dirname, "..");
const pages = ["*.md", "docs/**/*.md"].flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
const textOf = (page: string): string => readFileSync(join(ROOT, page), "utf8");

describe("the documents", () => {
  it.each(pages)("%s links only to files that are there", (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = ""]) => target);
    const local = links.filter((target) => !/^[a-z]+:/.test(target));

    expect(local.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
  });

  it("show a configuration that is in order", () => {
    const [, example = ""] = /```yaml\n(version: 1[\s\S]+?)```/.exec(textOf("docs/configuration.md")) ?? [];

    const result = parseConfig(example, { catalogue: CATALOGUE, today: new Date("2026-11-23") });

    expect(result.mistakes).toBeUndefined();
  });

  it("let a tenant rotate with what the README adds to a configuration", () => {
    const [, section = ""] = /^### Let it rotate$([\s\S]+?)^### /m.exec(textOf("README.md")) ?? [];
    const [tenant = "", exceptions = "", ...more] = [...section.matchAll(/```yaml\n([\s\S]+?)```/g)].map(
      ([, block = ""]) => block.replaceAll(/^ {3}/gm, ""),
    );
    const auditor = "{ clientId: abc, secret: secretsmanager:curfew/acme-prod/auditor }";
    const before = `version: 1\ntenants:\n  - name: acme-prod\n    domain: acme.eu.auth0.com\n    auditor: ${auditor}\n`;

    const result = parseConfig(before + tenant + exceptions, {
      catalogue: CATALOGUE,
      today: new Date("2026-11-23"),
    });

    expect(result.mistakes).toBeUndefined();
    expect(result.config?.tenants[0]?.credentials).toHaveLength(3);
    expect(result.config?.exceptions).toHaveLength(3);
    expect(more).toEqual([]);
  });

  it("show a JSON report that is JSON", () => {
    const [, example = ""] = /```json\n([\s\S]+?)```/.exec(textOf("docs/json-report.md")) ?? [];

    expect(JSON.parse(example).schemaVersion).toBe(1);
  });

  it("show the tested example of a consumer, and how it is put together, to the letter", () => {
    const shown = [...textOf("docs/consuming-secrets.md").matchAll(/```ts\n([\s\S]+?)```/g)].map(([, code]) => code);

    expect(shown).toEqual([textOf("examples/consume-secret.ts"), textOf("examples/get-token.ts")]);
  });

  it("name the test command in the README", () => {
    expect(textOf("README.md")).toContain("npm cit");
  });
});
