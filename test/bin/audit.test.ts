import { once } from "node:events";
import { lstat, readdir, readFile, stat, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AuditReport } from "../../lib/reports/audit-report.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { AUDITOR, type AuditedSandbox, auditedSandbox } from "../support/audited-sandbox.ts";
import { CURFEW, curfew, shell, temporaryFolder } from "../support/command-line.ts";

const ENV = { AUDITOR: AUDITOR.secret };

/** A tenant in which nothing but informational findings are open. */
const QUIET: Partial<TenantSeed> = {
  rateLimits: false,
  settings: { session_cookie: { mode: "non-persistent" } },
  managementApi: { token_lifetime: 3_600, subject_type_authorization: { user: { policy: "deny_all" } } },
  networkAcls: [
    {
      description: "own network only",
      active: true,
      priority: 1,
      rule: { scope: "management", action: { block: true }, not_match: { ipv4_cidrs: ["127.0.0.0/8"] } },
    },
  ],
  emailTemplates: ["verify_email", "reset_email", "blocked_account", "user_invitation"].map((template) => ({
    template,
    body: "",
    from: "",
    subject: "",
    syntax: "liquid",
    enabled: true,
    urlLifetimeInSeconds: 3_600,
  })),
};

/** One finding of severity high. */
const BAD: Partial<TenantSeed> = { ...QUIET, settings: { ...QUIET.settings, session_lifetime: 1_000 } };

const live = (seed: Partial<TenantSeed>, scopes?: readonly string[]): Promise<AuditedSandbox> =>
  auditedSandbox(seed, { speed: 1, ...(scopes === undefined ? {} : { scopes }) });

interface Entry {
  name: string;
  origin: string;
  variable?: string;
}

/** Several tenants share a domain in these tests only by their origin, so each gets one of its own. */
const configOf = (...entries: Entry[]): string =>
  `version: 1\ntenants:\n${entries
    .map(
      ({ name, origin, variable = "AUDITOR" }, index) =>
        `  - name: ${name}\n    domain: ${index === 0 ? "acme.eu.auth0.com" : `${name}.eu.auth0.com`}\n    origin: ${origin}\n    plan: enterprise\n    auditor: { clientId: ${AUDITOR.clientId}, secret: env:${variable} }\n`,
    )
    .join("")}`;

/** The auditor's own secret is not among the credentials of these configurations. */
const NOTHING_MANAGED = "policy: { checks: { secret.client.unmanaged: off } }\n";

const NOBODY = "http://127.0.0.1:9"; // the discard port: nothing listens there

describe("curfew audit: exit codes", () => {
  it("is 0 when nothing is open at or above --fail-on", async () => {
    await using world = await live(QUIET);
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf({ name: "acme", origin: world.tenant.origin }) + NOTHING_MANAGED);

    const run = await curfew(["audit", "--fail-on", "low"], { cwd: folder.path, env: ENV, isFresh: true });

    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(/1 tenant; open: \d+ info/);
  });

  it.each([
    { title: "1 for a high finding by default", args: [], code: 1 },
    { title: "0 when only what is worse counts", args: ["--fail-on", "critical"], code: 0 },
  ])("is $title", async ({ args, code }) => {
    await using world = await live(BAD);
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf({ name: "acme", origin: world.tenant.origin }));

    expect((await curfew(["audit", ...args], { cwd: folder.path, env: ENV })).code).toBe(code);
  });

  it("is 2 when something could not be looked at, even beside findings", async () => {
    await using world = await live(BAD, ["read:clients", "read:tenant_settings"]);
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf({ name: "acme", origin: world.tenant.origin }));

    const run = await curfew(["audit"], { cwd: folder.path, env: ENV });

    expect(run.code).toBe(2);
    expect(run.stdout).toContain("missing-scope (read:resource_servers)");
  });

  it("is 2 when one tenant failed and another did not, and the other is audited all the same", async () => {
    await using world = await live(QUIET);
    await using folder = await temporaryFolder();
    await folder.write(
      "curfew.yaml",
      configOf({ name: "acme", origin: world.tenant.origin }, { name: "gone", origin: NOBODY }),
    );

    const run = await curfew(["audit", "--format", "json"], { cwd: folder.path, env: ENV });

    const report: AuditReport = JSON.parse(run.stdout);
    expect(run.code).toBe(2);
    expect(report.tenants.map(({ tenant, status, reason }) => [tenant, status, reason])).toEqual([
      ["acme", "complete", null],
      ["gone", "failed", "unreachable"],
    ]);
    expect(run.stderr).toContain("gone was not audited (unreachable)");
  });

  it("is 3 when every tenant failed, and the report is written", async () => {
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf({ name: "acme", origin: NOBODY, variable: "NOT_SET" }));

    const run = await curfew(["audit", "--format", "json"], { cwd: folder.path, env: ENV });

    expect(run.code).toBe(3);
    expect(JSON.parse(run.stdout).tenants).toMatchObject([{ status: "failed", reason: "reference-unresolved" }]);
  });

  it.each([
    { title: "no configuration file", args: ["audit"], says: "curfew init" },
    { title: "an unknown format", args: ["audit", "--format", "xml"], says: "table, json" },
    { title: "an unknown severity", args: ["audit", "--fail-on", "info"], says: "low, medium, high, critical" },
    { title: "an unknown option", args: ["audit", "--tenants", "x"], says: "--tenant" },
    { title: "an unknown command", args: ["adit"], says: "audit" },
    {
      title: "an unknown check",
      args: ["checks", "show", "expiry.api.acces-token-lifetime"],
      says: "expiry.api.access-token-lifetime",
    },
  ])("is 3 for $title, with one sentence on standard error", async ({ args, says }) => {
    await using folder = await temporaryFolder();

    const run = await curfew(args, { cwd: folder.path });

    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain(says);
    expect(run.stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    { title: "an unknown tenant", args: ["--tenant", "acmee"], says: 'did you mean "acme"?' },
    {
      title: "an output folder that is not there",
      args: ["--output", "no/such/folder/report.json"],
      says: "no/such/folder/report.json",
    },
  ])("is 3 for $title, before anything is sent", async ({ args, says }) => {
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf({ name: "acme", origin: NOBODY }));

    const run = await curfew(["audit", ...args], { cwd: folder.path, env: ENV });

    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain(says);
  });

  it("is 3 for a bad configuration, with every mistake at its place", async () => {
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", "version: 1\ntenants:\n  - name: Acme\n    domian: acme.eu.auth0.com\n");

    const run = await curfew(["audit"], { cwd: folder.path });

    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toMatch(/curfew\.yaml:3:11/);
    expect(run.stderr).toMatch(/curfew\.yaml:4:5.*"domain"/);
  });

  it.each([
    { title: "Ctrl-C", signal: "SIGINT" },
    { title: "SIGTERM", signal: "SIGTERM" },
  ] as const)("is 130 on $title, without half a report", async ({ signal }) => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    await using folder = await temporaryFolder();
    const origin = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await folder.write("curfew.yaml", configOf({ name: "acme", origin }));

    const run = await curfew(["audit", "--output", "report.json", "--format", "json"], {
      cwd: folder.path,
      env: ENV,
      onStart: (kill) => silent.once("request", () => kill(signal)),
    });
    silent.closeAllConnections();
    silent.close();

    expect(run).toMatchObject({ code: 130, stdout: "" });
    expect(run.stderr).toBe("Interrupted; nothing was changed and no report was written.\n");
    expect(await readdir(folder.path)).toEqual([".curfew", "curfew.yaml"]);
  });
});

describe("curfew audit: output", () => {
  it("writes nothing but the report to standard output, in the documented shape", async () => {
    await using world = await live(BAD, ["read:clients", "read:tenant_settings", "read:resource_servers"]);
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf({ name: "acme", origin: world.tenant.origin }));

    const { stdout } = await curfew(["audit", "--format", "json"], { cwd: folder.path, env: ENV });

    const report: AuditReport = JSON.parse(stdout);
    const [tenant] = report.tenants;
    expect(Object.keys(report)).toEqual(["schemaVersion", "generatedAt", "profile", "tenants"]);
    expect(Object.keys(tenant ?? {})).toEqual([
      ...["tenant", "domain", "status", "reason", "detail", "startedAt", "finishedAt"],
      ...["traffic", "inventory", "checks", "findings"],
    ]);
    expect(tenant?.inventory.clients).toEqual({ status: "complete", count: 1 });
    expect(tenant?.inventory.signingKeys).toEqual({
      status: "unavailable",
      reason: "missing-scope",
      detail: "read:signing_keys",
    });
    expect(tenant?.checks).toContainEqual({ id: "expiry.session.absolute", status: "fail", evaluated: 1, failed: 1 });
    expect(tenant?.checks).toContainEqual({
      id: "expiry.email.link-lifetime",
      status: "not-evaluated",
      reason: "missing-scope",
      detail: "read:email_templates",
    });
    expect(tenant?.findings.find(({ check }) => check === "expiry.session.absolute")).toEqual({
      id: expect.stringMatching(/^f_[0-9a-f]{24}$/),
      check: "expiry.session.absolute",
      severity: "high",
      status: "open",
      resource: { type: "tenant", id: "acme.eu.auth0.com", name: "acme.eu.auth0.com" },
      aspect: null,
      observed: 3_600_000,
      limit: 604_800,
      unit: "seconds",
      message: expect.any(String),
      remediation: expect.any(String),
      exception: null,
    });
  });

  it("writes a file whole or not at all", async () => {
    await using world = await live(QUIET);
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf({ name: "acme", origin: world.tenant.origin }));

    const run = await curfew(["audit", "--format", "json", "--output", "report.json"], { cwd: folder.path, env: ENV });

    expect(run).toMatchObject({ code: 0, stdout: "" });
    expect(JSON.parse(await readFile(join(folder.path, "report.json"), "utf8")).schemaVersion).toBe(1);
    expect((await readdir(folder.path)).sort()).toEqual([".curfew", "curfew.yaml", "report.json"]);
    expect((await stat(join(folder.path, "report.json"))).mode & 0o777).toBe(0o600);
  });

  it.each([
    { title: "a folder", target: "." },
    { title: "nothing", target: "" },
  ])("refuses to write to $title before anything is sent", async ({ target }) => {
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf({ name: "acme", origin: NOBODY }));

    const run = await curfew(["audit", "--output", target], { cwd: folder.path, env: ENV });

    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("cannot be written");
  });

  it("follows a link and replaces what it points to", async () => {
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf({ name: "acme", origin: NOBODY, variable: "NOT_SET" }));
    await folder.write("target", "old");
    await symlink(join(folder.path, "target"), join(folder.path, "link"));

    await curfew(["audit", "--format", "json", "--output", "link"], { cwd: folder.path, env: ENV });

    expect((await lstat(join(folder.path, "link"))).isSymbolicLink()).toBe(true);
    expect(JSON.parse(await readFile(join(folder.path, "target"), "utf8")).schemaVersion).toBe(1);
  });

  it("ends quietly when nobody reads on", async () => {
    await using folder = await temporaryFolder();
    const { stderr, stdout } = await shell(
      `node ${JSON.stringify(CURFEW)} audit --help | head -n 1; node ${JSON.stringify(CURFEW)} checks | true`,
      folder.path,
    );

    expect(stdout).toContain("Usage: curfew audit");
    expect(stderr).toBe("");
  });

  it("marks what somebody has accepted, and lets it pass", async () => {
    await using world = await live(BAD);
    await using folder = await temporaryFolder();
    const expires = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    await folder.write(
      "curfew.yaml",
      `${configOf({ name: "acme", origin: world.tenant.origin })}exceptions:\n  - check: expiry.session.absolute\n    resource: "*"\n    reason: kiosk\n    owner: dana@acme.example\n    expires: ${expires}\n`,
    );

    const run = await curfew(["audit", "--format", "json"], { cwd: folder.path, env: ENV });

    const [tenant] = (JSON.parse(run.stdout) as AuditReport).tenants;
    expect(run.code).toBe(0);
    expect(tenant?.findings.find(({ check }) => check === "expiry.session.absolute")).toMatchObject({
      status: "excepted",
      exception: { reason: "kiosk", owner: "dana@acme.example", expires },
    });
    expect(tenant?.checks).toContainEqual({ id: "expiry.session.absolute", status: "fail", evaluated: 1, failed: 1 });
  });

  it("neither requests nor reports a section that only switched-off checks need", async () => {
    await using world = await live(QUIET);
    await using folder = await temporaryFolder();
    await folder.write(
      "curfew.yaml",
      `${configOf({ name: "acme", origin: world.tenant.origin })}policy:\n  checks:\n    expiry.email.link-lifetime: off\n`,
    );

    const run = await curfew(["audit", "--format", "json"], { cwd: folder.path, env: ENV });

    const [tenant] = (JSON.parse(run.stdout) as AuditReport).tenants;
    expect(tenant?.inventory).not.toHaveProperty("emailTemplates");
    expect(tenant?.checks).toContainEqual({ id: "expiry.email.link-lifetime", status: "off" });
    expect(world.tenant.requests.filter(({ path }) => path.includes("email-templates"))).toEqual([]);
  });
});
