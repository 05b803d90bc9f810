import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { recordAudit } from "../../lib/findings/ledger/record-audit.ts";
import { systemClock } from "../../lib/model/clock.ts";
import type { AuditReport } from "../../lib/reports/audit-report.ts";
import type { SandboxTenant } from "../../lib/sandbox/sandbox-tenant.ts";
import { AUDITOR, auditedSandbox } from "../support/audited-sandbox.ts";
import { curfew, temporaryFolder } from "../support/command-line.ts";
import { startDynalite } from "../support/dynalite.ts";
import { audit, finding } from "../support/reports.ts";

const ENV = { AUDITOR: AUDITOR.secret };
const HOSTILE = "\u001b[2JShop\u202e";
const CHECK = "expiry.session.absolute";

const configOf = (origin: string, more = ""): string =>
  `version: 1\ntenants:\n  - name: acme\n    domain: acme.eu.auth0.com\n    origin: ${origin}\n    plan: enterprise\n    auditor: { clientId: ${AUDITOR.clientId}, secret: env:AUDITOR }\n${more}`;

/** A tenant whose sessions last too long, with an application whose name is an attack. */
const sandbox = () =>
  auditedSandbox(
    {
      rateLimits: false,
      settings: { session_lifetime: 1_000 },
      clients: [{ name: HOSTILE, client_id: "client-1", jwt_configuration: { alg: "HS256" } }],
    },
    { speed: 1 },
  );

/** A change as somebody makes it in the dashboard, by the control that the sandbox offers to the demo. */
const mendSessions = (tenant: SandboxTenant, hours: number): void => {
  tenant.state.settings = { ...tenant.state.settings, session_lifetime: hours };
};

interface Listed {
  tenants: {
    tenant: string;
    lastAudit: string | null;
    findings: {
      check: string;
      status: string;
      regressions: number;
      resolvedAt: string | null;
      lastSeen: string;
      firstSeen: string;
    }[];
  }[];
}

describe("a second audit", () => {
  it("says what has changed since the first, and the ledger keeps it", async () => {
    await using world = await sandbox();
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf(world.tenant.origin));
    const run = (...args: string[]) => curfew(args, { cwd: folder.path, env: ENV });
    const listed = async (...args: string[]): Promise<Listed> =>
      JSON.parse((await run("findings", "--format", "json", ...args)).stdout);

    const first = await run("audit");
    mendSessions(world.tenant, 24);
    const second = await run("audit");
    const resolved = await listed("--status", "resolved");
    mendSessions(world.tenant, 1_000);
    const third = await run("audit", "--format", "json");
    const all = await listed();
    const table = await run("findings", "--tenant", "acme");

    expect(first.stdout).toContain("acme: the first audit that is recorded here");
    expect(second.stdout).toMatch(
      /acme: 1 resolved \(1 high\) since \d{4}-\d\d-\d\d \d\d:\d\d UTC\.\n {2}resolved: high expiry\.session\.absolute on acme\.eu\.auth0\.com/,
    );
    expect(resolved.tenants[0]?.findings).toMatchObject([
      { check: CHECK, status: "resolved", regressions: 0, resolvedAt: expect.any(String) },
    ]);
    expect(third.stderr).toMatch(/^acme: 1 back again \(1 high\) since .* UTC\.$/m);
    expect(Object.keys(JSON.parse(third.stdout) as AuditReport)).toEqual([
      "schemaVersion",
      "generatedAt",
      "profile",
      "tenants",
    ]);
    const again = all.tenants[0]?.findings.find(({ check }) => check === CHECK);
    expect(again).toMatchObject({ status: "open", regressions: 1, resolvedAt: null });
    expect(Date.parse(again?.lastSeen ?? "")).toBeGreaterThan(Date.parse(again?.firstSeen ?? ""));
    expect(table.stdout).toMatch(
      /high\s+open\s+expiry\.session\.absolute\s+acme\.eu\.auth0\.com\s+\S+ \S+\s+\S+ \S+\s+once/,
    );
    expect(table.stdout).toContain("Shop");
    expect(table.stdout).not.toContain("\u001b");
    expect(table.stdout).not.toContain("\u202e");
    const kept = join(folder.path, ".curfew");
    expect((await stat(kept)).mode & 0o777).toBe(0o700);
    expect(await readFile(join(kept, ".gitignore"), "utf8")).toBe("*\n");
    expect((await readFile(join(kept, "ledger.db"))).includes(AUDITOR.secret)).toBe(false);
  });

  it("lists only what has changed since a day or for some time", async () => {
    await using world = await sandbox();
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf(world.tenant.origin));
    await curfew(["audit"], { cwd: folder.path, env: ENV });
    const count = async (since: string): Promise<number | undefined> => {
      const { stdout } = await curfew(["findings", "--format", "json", "--since", since], { cwd: folder.path });
      return (JSON.parse(stdout) as Listed).tenants[0]?.findings.length;
    };

    expect(await count("1h")).toBeGreaterThan(0);
    expect(await count("2020-01-31")).toBe(await count("1h"));
    expect(await count("2120-01-31T12:00:00Z")).toBe(0);
    const bad = await curfew(["findings", "--since", "yesterday"], { cwd: folder.path });
    expect(bad).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("7d") });
  });
});

describe("the ledger of the deployed audit", () => {
  it("is listed where its table is named, and this folder's is left alone", async () => {
    await using dynalite = await startDynalite();
    await dynalite.createTable("Curfew-Table");
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf("http://127.0.0.1:9"));
    const entry = { listed: new Map(), evidence: null, notes: [] };
    const found = {
      ...entry,
      run: { id: "deployed", startedAt: "2026-11-25T06:00:00.000Z" },
      audit: audit({
        tenant: "acme",
        checks: [{ id: CHECK, status: "fail", evaluated: 1, failed: 1 }],
        findings: [finding({ check: CHECK })],
      }),
    };
    await recordAudit(dynamodbTable("Curfew-Table"), found, {
      clock: systemClock,
      deadline: systemClock.now() + 60_000,
    });
    const env = {
      AWS_ENDPOINT_URL_DYNAMODB: dynalite.endpoint,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "example",
    };
    const run = (...args: string[]) => curfew(["findings", ...args], { cwd: folder.path, env });

    const deployed = await run("--table", "Curfew-Table", "--format", "json", "--status", "open");
    const here = await run();
    const wrong = await run("--table", "Curfew-Tabel");

    expect(deployed).toMatchObject({ code: 0, stderr: "" });
    expect((JSON.parse(deployed.stdout) as Listed).tenants).toMatchObject([
      { tenant: "acme", lastAudit: found.run.startedAt, findings: [{ check: CHECK, status: "open" }] },
    ]);
    expect(here.stdout).toBe("acme: no audit is recorded here yet; npx curfew audit records one.\n");
    expect(wrong).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("check its name") });
    expect(await readdir(folder.path)).toEqual(["curfew.yaml"]);
  });
});

describe("a ledger that cannot be used", () => {
  it.each([
    {
      title: "its file is no database",
      prepare: (path: string) =>
        mkdir(join(path, ".curfew")).then(() =>
          writeFile(join(path, ".curfew", "ledger.db"), "not a database, by any means".repeat(50)),
        ),
      says: "is no database",
    },
    {
      title: "its folder is a file",
      prepare: (path: string) => writeFile(join(path, ".curfew"), ""),
      says: "cannot be made",
    },
    {
      title: "its file is a folder",
      prepare: (path: string) => mkdir(join(path, ".curfew", "ledger.db"), { recursive: true }),
      says: "cannot be opened",
    },
  ])("does not keep an audit from its report: $title", async ({ prepare, says }) => {
    await using world = await sandbox();
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf(world.tenant.origin));
    await prepare(folder.path);

    const run = await curfew(["audit", "--format", "json"], { cwd: folder.path, env: ENV });

    expect(run.code).toBe(1);
    expect((JSON.parse(run.stdout) as AuditReport).tenants).toMatchObject([{ status: "complete" }]);
    expect(run.stderr).toMatch(/^The audit was not recorded: [^\n]*\n$/);
    expect(run.stderr).toContain(says);
  });

  it("is one clear sentence for those who want to see it", async () => {
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf("http://127.0.0.1:9"));
    await mkdir(join(folder.path, ".curfew"));
    await folder.write(join(".curfew", "ledger.db"), "not a database, by any means".repeat(50));

    const run = await curfew(["findings"], { cwd: folder.path });

    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toMatch(/^The database "\.curfew\/ledger\.db" is no database; move it away[^\n]*\n$/);
  });

  it("is not made by looking for it", async () => {
    await using folder = await temporaryFolder();
    await folder.write("curfew.yaml", configOf("http://127.0.0.1:9"));

    const run = await curfew(["findings"], { cwd: folder.path });

    expect(run).toMatchObject({
      code: 0,
      stdout: "acme: no audit is recorded here yet; npx curfew audit records one.\n",
    });
    expect(await readdir(folder.path)).toEqual(["curfew.yaml"]);
  });
});

describe("a tenant that fails", () => {
  it("changes nothing in what is known of it", async () => {
    await using folder = await temporaryFolder();
    await using world = await sandbox();
    await folder.write("curfew.yaml", configOf(world.tenant.origin));
    await curfew(["audit"], { cwd: folder.path, env: ENV });
    const before = await curfew(["findings"], { cwd: folder.path });

    const failed = await curfew(["audit"], { cwd: folder.path, env: { AUDITOR: "wrong" } });
    const after = await curfew(["findings"], { cwd: folder.path });

    expect(failed.stdout).toContain("acme: not audited, so nothing changes in what is known of it.");
    expect(after.stdout).toBe(before.stdout);
  });
});
