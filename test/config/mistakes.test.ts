import { describe, expect, test } from "vitest";
import { formatMistakes } from "../../lib/config/mistakes.ts";
import { changed, configOf, FULL, LEAST, mistakesIn } from "./example.ts";
import {
  EXCEPTION_CASES,
  KEY_CASES,
  type MistakeCase,
  POLICY_CASES,
  REST_CASES,
  SECRET_CASES,
  TENANT_CASES,
} from "./mistake-cases.ts";

/** The line and column of the mark, and the text without it. */
function marked(text: string): { text: string; line: number; column: number } {
  const before = text.slice(0, text.indexOf("§")).split("\n");
  return { text: text.replace("§", ""), line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

function judge({ from, to, says, count }: MistakeCase): void {
  const withMark = changed(from, to);
  const place = withMark.includes("§") ? marked(withMark) : { text: withMark };
  const { text, ...position } = place;

  const mistakes = mistakesIn(text);

  expect(mistakes).toContainEqual(expect.objectContaining({ ...position, message: expect.stringContaining(says) }));
  expect(mistakes, JSON.stringify(mistakes)).toHaveLength(count ?? 1);
}

describe("each mistake is told at its place, with what would be right", () => {
  describe("keys and types", () => test.each(KEY_CASES)("$title", judge));
  describe("tenants", () => test.each(TENANT_CASES)("$title", judge));
  describe("secrets and credentials", () => test.each(SECRET_CASES)("$title", judge));
  describe("policy", () => test.each(POLICY_CASES)("$title", judge));
  describe("exceptions", () => test.each(EXCEPTION_CASES)("$title", judge));
  describe("schedule, rotation, alerts, incidents", () => test.each(REST_CASES)("$title", judge));

  test("a name that two tenants share, and a domain in another letter case", () => {
    const second = `  - name: acme\n    domain: acme.auth0.com\n    auditor: { clientId: x, secret: env:X }\n`;

    expect(mistakesIn(LEAST + second)).toMatchObject([
      { line: 6, column: 11, path: "tenants[1].name", message: expect.stringContaining("names are unique") },
      { line: 7, column: 13, path: "tenants[1].domain", message: expect.stringContaining("audited once") },
    ]);
    expect(mistakesIn(LEAST + second.replace("acme.auth0", "ACME.auth0"))).toHaveLength(3);
  });

  test("no tenants", () => {
    expect(mistakesIn("version: 1\ntenants: []\n")).toMatchObject([{ line: 2, column: 10, path: "tenants" }]);
    expect(mistakesIn("version: 1\n")).toMatchObject([{ line: 1, column: 1, path: "tenants" }]);
  });
});

describe("what is no mistake", () => {
  test("an exception that has expired: it becomes a finding", () => {
    expect(mistakesIn(changed("expires: 2027-03-31", "expires: 2020-01-01"))).toEqual([]);
  });

  test("an exception for exactly 365 days", () => {
    expect(mistakesIn(changed("expires: 2027-03-31", "expires: 2027-11-23"))).toEqual([]);
  });

  test("an overlap beside a client secret: it has no effect there", () => {
    expect(mistakesIn(changed("allowHs256: false", "overlap: 12h"))).toEqual([]);
  });

  test("a login that is also listed as a credential: that is how logins are rotated", () => {
    const adopted = changed(
      "clientId: mno\n        kind: private-key\n        secret: apps/billing/auth0\n        overlap: 24h",
      "clientId: abc\n        secret: curfew/acme-prod/auditor",
    );

    expect(mistakesIn(adopted)).toEqual([]);
  });

  test.each([
    ["on weekdays: three days over the weekend, an hour more when the clocks change", "cron(0 18 ? * MON-FRI *)"],
    ["every minute", "cron(* * * * ? *)"],
    ["every third day of the month", "cron(0 6 1/3 * ? *)"],
    ["by AWS's numbers, Sunday to Saturday", "cron(0 6 ? * 1-7 *)"],
    ["every three days", "rate(3 days)"],
    ["daily", "rate(1 day)"],
  ])("a schedule %s", (_title, expression) => {
    expect(mistakesIn(changed("cron(0 6 * * ? *)", expression))).toEqual([]);
  });

  test("a long name made of words", () => {
    const name = "AcmeProduction-Auth0-CheckoutService-ClientSecret-EuCentral1-Primary-Vault2";

    expect(mistakesIn(changed("apps/checkout/auth0", name))).toEqual([]);
  });

  test.each(["http://localhost:4401", "https://127.8.9.1", "http://[::1]:80"])("the origin %s", (origin) => {
    expect(mistakesIn(changed("http://127.0.0.1:4401", origin))).toEqual([]);
  });

  test("a time zone under its older name", () => {
    expect(mistakesIn(changed("Europe/Berlin", "US/Eastern"))).toEqual([]);
  });

  test("values repeated by an alias", () => {
    const text = changed("email: [oncall@acme.example]", "email: &oncall [oncall@acme.example]").replace(
      "[security@acme.example]",
      "*oncall",
    );

    expect(configOf(text).alerts.digest.email).toEqual(["oncall@acme.example"]);
  });
});

describe("all mistakes at once", () => {
  const broken = `version: 2
tenants:
  - name: acme
    domian: acme.auth0.com
    auditor: { clientId: a }
    credentials:
      - { clientId: b, secret: one/name, rotate: auto }
      - 7
  - name: acme
    domain: https://other.auth0.com
    auditor: { clientId: c, secret: plain }
exceptions:
  - { check: no.such, resource: "*", expires: 2027-02-30 }
schedule: { audit: cron(0 6 ? * MON *) }
`;

  test("schema and rules together, in the order of the file", () => {
    const told = mistakesIn(broken).map(({ line, path }) => `${line} ${path}`);

    expect(told).toEqual([
      "1 version",
      "3 tenants[0].domain",
      "4 tenants[0].domian",
      "5 tenants[0].auditor",
      "7 tenants[0].credentials[0].rotate",
      "8 tenants[0].credentials[1]",
      "9 tenants[1].name",
      "10 tenants[1].domain",
      "11 tenants[1].auditor.secret",
      "13 exceptions[0].reason",
      "13 exceptions[0].owner",
      "13 exceptions[0].check",
      "13 exceptions[0].expires",
      "14 schedule.audit",
    ]);
  });

  test("one line each, with file, line, column and path", () => {
    const lines = formatMistakes("curfew.yaml", mistakesIn(broken)).split("\n");

    expect(lines).toHaveLength(14);
    expect(lines[2]).toBe('curfew.yaml:4:5  tenants[0].domian: unknown key; did you mean "domain"?');
  });

  test("a mistake about the whole file has no path", () => {
    expect(formatMistakes("c.yaml", mistakesIn(""))).toMatch(/^c\.yaml:1:1 {2}this file is empty/);
  });
});

test("the full example has no mistake", () => {
  expect(mistakesIn(FULL)).toEqual([]);
});
