import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emailSubscriptions, ownerSubscriptions } from "../../lib/config/alert-subscriptions.ts";
import { loadConfig, parseConfig } from "../../lib/config/load.ts";
import { hasCode } from "../../lib/model/curfew-error.ts";
import { CHECKS, changed, configOf, FULL, LEAST, mistakesIn, TODAY } from "./example.ts";

const options = { today: TODAY, catalogue: CHECKS };

describe("a file that is no YAML is told by line and column", () => {
  test.each([
    ["nothing at all", "", 1, 1, "empty"],
    ["a comment only", "# later\n", 1, 1, "empty"],
    ["a marker only", "---\n", 1, 1, "empty"],
    ["a list", "- version: 1\n", 1, 1, "holds a list"],
    ["a single word", "curfew\n", 1, 1, "holds a single value"],
    ["tabs", "version: 1\ntenants:\n\t- name: acme\n", 3, 1, "spaces, not with tabs"],
    ["two documents", `${LEAST}---\nversion: 1\n`, 6, 1, "one document"],
    ["a quote that is not closed", 'version: 1\ntenants: "\n', 2, 11, "closing quote"],
    ["a bracket that is not closed", "version: 1\ntenants: [\npolicy: {}\n", 3, 1, "bracket"],
    ["indentation that does not fit", "version: 1\n  tenants: []\n", 1, 10, "indentation"],
    ["a tag", "version: !acme 1\n", 1, 10, "tags"],
    ["a directive", "%ACME\n---\nversion: 1\n", 1, 1, "lines that begin with %"],
    ["a key that is a list", "? [a]\n: 1\n", 1, 3, "plain word"],
    ["a reserved character", "version: @1\n", 1, 10, "quotes"],
    ["a colon in a value", "version: a: b\n", 1, 10, "quotes"],
  ])("%s", (_title, text, line, column, says) => {
    expect(mistakesIn(text)[0]).toMatchObject({ line, column, path: "", message: expect.stringContaining(says) });
  });

  test("an anchor that is not there, and one that repeats itself", () => {
    expect(mistakesIn(`${LEAST}alerts: { email: *none }\n`)[0]).toMatchObject({
      line: 6,
      column: 18,
      path: "alerts.email",
    });
    expect(mistakesIn(`${LEAST}exceptions: &all [*all]\n`)[0]).toMatchObject({ line: 6, column: 19 });
  });

  test("columns do not count a byte order mark, lines do not count carriage returns", () => {
    const text = `\uFEFF${changed("    plan", "    paln").replaceAll("\n", "\r\n")}`;

    expect(mistakesIn(text)).toMatchObject([{ line: 6, column: 5, path: "tenants[0].paln" }]);
    expect(mistakesIn(text.replace("paln", "plan"))).toEqual([]);
    expect(mistakesIn("\uFEFFverson: 1\n")).toContainEqual(
      expect.objectContaining({ line: 1, column: 1, path: "verson" }),
    );
  });
});

describe("a file that is built to be too much is refused, not suffered", () => {
  const bomb = ["a: &a [1,1,1,1,1,1,1,1,1,1]"];
  for (const [last, next] of ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"]) {
    bomb.push(`${next}: &${next} [${Array(10).fill(`*${last}`)}]`);
  }

  test.each([
    ["aliases of aliases", bomb.join("\n"), "aliases"],
    ["lists in lists", "[".repeat(50_000), "nested too deeply"],
    ["mappings in mappings", "{a: ".repeat(50_000), "nested too deeply"],
    ["items in items", `${"- ".repeat(20_000)}a`, "nested too deeply"],
    ["nothing but closing brackets", "}".repeat(1_000_000), "does not belong here"],
    ["a very large file", `# ${"x".repeat(3_000_000)}`, "3 million characters"],
  ])("%s", (_title, text, says) => {
    expect(mistakesIn(text)).toMatchObject([{ message: expect.stringContaining(says) }]);
  });

  test("thousands of unknown keys, each told", () => {
    const text = LEAST + Array.from({ length: 5_000 }, (_, index) => `key${index}: 1\n`).join("");

    expect(mistakesIn(text)).toHaveLength(5_000);
  });
});

describe("defaults", () => {
  test("are filled in where the file says nothing", () => {
    expect(configOf(LEAST)).toEqual({
      version: 1,
      tenants: [
        {
          name: "acme",
          domain: "acme.auth0.com",
          plan: "free",
          auditor: { clientId: "abc", secret: "env:AUDITOR_SECRET" },
          credentials: [],
        },
      ],
      policy: { profile: "baseline", checks: {} },
      exceptions: [],
      rotation: { maxPerRun: 5, maxPercentPerRun: 10 },
      alerts: { email: [], digest: { email: [] } },
    });
  });

  test("of entries that are there in part", () => {
    const config = configOf(
      `${LEAST}    credentials: [{ clientId: b, secret: b }]\nalerts: { slack: { webhook: env:HOOK } }\nrotation: { maxPerRun: 1 }\nschedule: { audit: rate(1 day) }\n`,
    );

    expect(config.tenants[0]?.credentials).toEqual([
      { clientId: "b", kind: "client-secret", secret: "b", rotate: "off", allowHs256: false },
    ]);
    expect(config.alerts.slack?.minimum).toBe("high");
    expect(config.rotation).toEqual({ maxPerRun: 1, maxPercentPerRun: 10 });
    expect(config.schedule).toEqual({ audit: "rate(1 day)", timezone: "UTC" });
  });

  test("durations become seconds, origins lose what they need not say", () => {
    const config = configOf(changed("http://127.0.0.1:4401", "HTTP://LOCALHOST:80"));

    expect(config.tenants[0]?.credentials.map(({ maxAge, overlap }) => [maxAge, overlap])).toEqual([
      [7_776_000, undefined],
      [undefined, 86_400],
    ]);
    expect(config.tenants[0]?.origin).toBe("http://localhost");
    expect(config.policy.checks["expiry.api.access-token-lifetime"]).toEqual({ medium: 28_800, high: 172_800 });
  });
});

test("where the configuration is deployed, references to variables are mistakes, each at its place", () => {
  const text = changed("secretsmanager:curfew/slack-webhook", "env:HOOK");

  const { mistakes } = parseConfig(text, { ...options, deployed: true });

  expect(mistakes?.map(({ line, path }) => `${line} ${path}`)).toEqual([
    "13 tenants[0].responder.secret",
    "14 tenants[0].spareResponder.secret",
    "47 alerts.slack.webhook",
  ]);
  expect(mistakes?.[0]?.message).toContain("laptop only");
  expect(parseConfig(text, options).mistakes).toBeUndefined();
});

test("where the configuration is deployed, the secrets of logins have the names that their roles read by", () => {
  const text = changed("curfew/acme-prod/auditor", "curfew/acme-prod/rotator-of-old").replace(
    "env:RESPONDER_SECRET",
    "secretsmanager:curfew/another/responder",
  );
  const withSpare = text.replace("env:SPARE_SECRET", "secretsmanager:curfew/acme-prod/spareResponder");

  const { mistakes } = parseConfig(withSpare, { ...options, deployed: true });

  expect(mistakes?.map(({ line, path }) => `${line} ${path}`)).toEqual([
    "11 tenants[0].auditor.secret",
    "13 tenants[0].responder.secret",
    "14 tenants[0].spareResponder.secret",
  ]);
  expect(mistakes?.[0]?.message).toContain("secretsmanager:curfew/<the tenant's name>/auditor");
  expect(mistakes?.[2]?.message).toContain("secretsmanager:curfew/<the tenant's name>/responder-spare");
  expect(parseConfig(withSpare, options).mistakes).toBeUndefined();
  const right = withSpare.replace("acme-prod/spareResponder", "acme-prod/responder-spare");
  expect(parseConfig(right, { ...options, deployed: true }).mistakes).toHaveLength(2);
});

describe("loading a file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "curfew-config-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, content);
    return file;
  };

  /** What loading a file is refused with. */
  async function refusal(file: string): Promise<string> {
    const error = await loadConfig(file, options).catch((reason: unknown) => reason);
    expect(hasCode(error, "configuration-invalid")).toBe(true);
    return (error as Error).message;
  }

  test("gives the configuration", async () => {
    expect(await loadConfig(await write("good.yaml", FULL), options)).toEqual(configOf(FULL));
  });

  test("refuses with all mistakes, a line each", async () => {
    const file = await write("bad.yaml", LEAST.replace("version: 1", "version: 2").replace("name: acme", "name: Acme"));

    const [head, ...lines] = (await refusal(file)).split("\n");

    expect(head).toBe(`${file} has 2 mistakes:`);
    expect(lines.map((line) => line.slice(file.length, file.length + 6))).toEqual([":1:10 ", ":3:11 "]);
  });

  test("names curfew init when there is no file", async () => {
    expect(await refusal(join(folder, "none.yaml"))).toMatch(/^There is no configuration file .* curfew init/);
  });

  test("says when the file is a folder", async () => {
    await mkdir(join(folder, "folder"));

    expect(await refusal(join(folder, "folder"))).toContain("is a folder");
  });

  test.skipIf(process.getuid?.() === 0)("says when the file may not be read", async () => {
    const file = await write("locked.yaml", FULL);
    await chmod(file, 0o000);

    expect(await refusal(file)).toContain("permissions");
  });

  test("says when the file is no UTF-8", async () => {
    const utf16 = Buffer.from(`\uFEFF${FULL}`, "utf16le");

    expect(await refusal(await write("utf16.yaml", utf16))).toContain("UTF-8");
  });
});

test("a mail address is the same in whatever letters it is written", () => {
  const text = changed("owner: identity@acme.example", "owner: OnCall@Acme.Example").replace(
    "digest: { email: [security@acme.example] }",
    "digest: { email: [ONCALL@acme.example, Security@Acme.example] }",
  );

  const config = configOf(text);

  expect(config.tenants[0]?.owner).toBe("oncall@acme.example");
  expect(config.alerts.digest.email).toEqual(["oncall@acme.example", "security@acme.example"]);
  expect([...emailSubscriptions(config).keys()]).toEqual(["oncall@acme.example", "security@acme.example"]);
  expect(ownerSubscriptions(config).size).toBe(0);
});
