import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { defineCheck } from "../../lib/checks/define-check.ts";
import { fail } from "../../lib/checks/outcome.ts";
import { resolvePolicy } from "../../lib/config/policy.ts";
import { listFindings } from "../../lib/findings/ledger/list-findings.ts";
import { runKey } from "../../lib/findings/ledger/run-record.ts";
import { runOf } from "../../lib/findings/ledger/runs.ts";
import { readOwnRequests } from "../../lib/history/own-requests.ts";
import { readHistory } from "../../lib/history/read-history.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { Secret } from "../../lib/model/secret.ts";
import { runTenant, type TenantRunParts } from "../../lib/runs/run-tenant.ts";
import { gunzipJson } from "../../lib/store/gunzip-json.ts";
import type { Table } from "../../lib/store/table.ts";
import { machine } from "../sandbox/support/a-sandbox.ts";
import { auditedSandbox, baselineRules, QUICK_RETRIES } from "../support/audited-sandbox.ts";
import { type MemoryEvidence, memoryEvidence } from "../support/memory-evidence.ts";

const SPEED = 50;
const world = await auditedSandbox(
  {
    rateLimits: false,
    resourceServers: [{ identifier: "https://orders.example/", token_lifetime: 2_592_000 }],
    clients: [{ name: "web shop", client_id: "shop", app_type: "regular_web" }, machine("locked", { grant_types: [] })],
  },
  { speed: SPEED },
);
afterAll(() => world[Symbol.asyncDispose]());

const RUN = { id: "run-1", startedAt: new Date(world.clock.now()).toISOString() };
const FOLDER = `runs/${RUN.startedAt}/${RUN.id}/acme/`;

let table: Table;
let evidence: MemoryEvidence;

beforeEach(() => {
  table = openSqliteTable(":memory:");
  evidence = memoryEvidence();
});

const parts = (changed: Partial<TenantRunParts> = {}): TenantRunParts => ({
  table,
  evidence,
  rules: {
    ...baselineRules(world.clock),
    retryPolicy: QUICK_RETRIES,
    timeout: 10_000 * SPEED,
    history: readHistory({
      table,
      run: RUN,
      clock: world.clock,
      lookedAfter: () => ({ credentials: [], own: ["curfew-auditor"] }),
    }),
  },
  profile: "baseline",
  readUntil: world.clock.now() + 3_600_000,
  deadline: world.clock.now() + 7_200_000,
  ...changed,
});

const run = (changed?: Partial<TenantRunParts>, target = world.target) =>
  runTenant({ run: RUN, target, tenants: ["acme"] }, parts(changed));

const requestsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const before = world.tenant.requests.length;
  await work();
  return world.tenant.requests.length - before;
};

async function findings() {
  const found = [];
  for await (const finding of listFindings(table, "acme", {})) found.push(finding);
  return found;
}

describe("one tenant in one run", () => {
  it("keeps inventory, report and results, and records what it found", async () => {
    const result = await run();

    expect(result).toMatchObject({ tenant: "acme", status: "complete", evidence: FOLDER });
    expect([...evidence.documents.keys()].sort()).toEqual(
      ["inventory.json.gz", "report.html", "results.json.gz"].map((name) => `${FOLDER}${name}`),
    );
    const record = await runOf(table, "acme", runKey(RUN));
    expect(record).toMatchObject({ state: "recorded", status: "complete", evidence: FOLDER });
    expect((await findings()).map(({ check }) => check)).toContain("expiry.api.access-token-lifetime");
  });

  it("returns counts and references only", async () => {
    const text = JSON.stringify(await run());
    expect(text).not.toContain("shop");
    expect(text).not.toContain("orders");
    expect(text.length).toBeLessThan(600);
  });

  it("does not touch the tenant again when it is replayed", async () => {
    const first = await run();
    const before = await findings();
    let second: unknown;
    const requests = await requestsOf(async () => {
      second = await run();
    });
    expect(requests).toBe(0);
    expect(second).toEqual(first);
    expect(await findings()).toEqual(before);
    expect(evidence.documents.get(`${FOLDER}results.json.gz`)).toHaveLength(1);
  });

  it("records what was found in the first reading when it died after keeping the results", async () => {
    const dying: Table = { ...table, get: () => Promise.reject(new Error("killed")) };
    const kill = { ...table, get: table.get, put: () => Promise.reject(new Error("killed")) };
    await expect(run({ table: dying })).rejects.toThrow("killed");
    await expect(run({ table: kill as Table })).rejects.toThrow("killed");
    const kept = evidence.documents.get(`${FOLDER}results.json.gz`)?.[0] ?? new Uint8Array();
    const requests = await requestsOf(() => run());
    expect(requests).toBe(0);
    const { audit } = (await gunzipJson(kept)) as { audit: { findings: unknown[] } };
    expect(await findings()).toHaveLength(audit.findings.length);
  });

  it("takes the results of another attempt that was faster", async () => {
    const faster = memoryEvidence();
    await run({ evidence: faster });
    table = openSqliteTable(":memory:");
    let isFirstLook = true;
    const late: MemoryEvidence = {
      ...faster,
      read: async (name, version) => {
        if (name.endsWith("results.json.gz") && isFirstLook) {
          isFirstLook = false;
          return undefined;
        }
        return faster.read(name, version);
      },
    };
    await run({ evidence: late, table });
    expect(faster.documents.get(`${FOLDER}results.json.gz`)).toHaveLength(1);
    expect(faster.documents.get(`${FOLDER}inventory.json.gz`)).toHaveLength(2);
    const results = await gunzipJson(faster.documents.get(`${FOLDER}results.json.gz`)?.[0] ?? new Uint8Array());
    expect(results).toMatchObject({ inventory: { version: "1" }, report: { version: "1" } });
  });

  it("stops reading in time, and reports what it could not read as time-out", async () => {
    const fault = { match: { path: "/api/v2/resource-servers" }, effect: { kind: "hang" as const } };
    world.tenant.faults.add(fault);
    try {
      const now = world.clock.now();
      const result = await run({ readUntil: now + 20_000 });
      expect(result.status).toBe("incomplete");
      const record = await runOf(table, "acme", runKey(RUN));
      expect(record?.inventory.resourceServers).toEqual({
        status: "unavailable",
        reason: "time-out",
        detail: "out of time",
      });
      expect(record?.inventory.clients).toMatchObject({ status: "complete" });
      expect(evidence.documents.has(`${FOLDER}report.html`)).toBe(true);
    } finally {
      world.tenant.faults.clear();
    }
  });

  it("records a tenant that cannot be audited, and does not fail", async () => {
    const target = { ...world.target, origin: "http://127.0.0.1:9" };
    const quick = { ...QUICK_RETRIES, attempts: 1 };
    const result = await run({ rules: { ...parts().rules, retryPolicy: quick } }, target);
    expect(result).toMatchObject({ status: "failed", reason: "unreachable" });
    expect([...evidence.documents.keys()]).toEqual([`${FOLDER}report.html`, `${FOLDER}results.json.gz`]);
    expect(await findings()).toEqual([]);
  });

  it("notes its login before Auth0 can refuse it, so that nobody takes it for a thief's where an incident has locked it", async () => {
    const auditor = { tenant: "acme", clientId: "locked" };
    const login = { method: "client-secret", clientId: "locked", secret: new Secret("locked-secret") } as const;
    const target = { ...world.target, login: async () => login };
    const full: Table = { ...table, put: () => Promise.reject(new CurfewError("store-failed", "It is full.")) };

    const requests = await requestsOf(async () => {
      await expect(run({ table: full }, target)).rejects.toThrow("It is full.");
    });
    expect(requests).toBe(0);
    const result = await run({}, target);

    expect(result).toMatchObject({ status: "failed", reason: "no-grant" });
    const [noted, ...others] = await readOwnRequests(table, auditor);
    expect(others).toEqual([]);
    const refused = world.tenant.logs.filter(({ client_id: id }) => id === "locked");
    expect(refused).toHaveLength(noted?.most ?? 0);
  });

  it("makes no page of more findings than anybody reads, and keeps and records them all the same", async () => {
    const many = defineCheck({
      id: "secret.client.many",
      title: "A client has something",
      why: "It is a test.",
      remediation: { summary: "Mend it.", dashboard: "Settings", api: null },
      references: [],
      fix: "no",
      needs: [],
      unit: null,
      limits: { baseline: "low", strict: "low", "auth0-default": "low" },
      evaluate: () =>
        Array.from({ length: 20_001 }, (_, index) =>
          fail({ type: "client", id: `client-${index}`, name: null }, { severity: "low", message: "It has." }),
        ),
    });
    const policy = resolvePolicy({ profile: "baseline", checks: {} }, [many]);

    const result = await run({ rules: { ...parts().rules, checks: [many], policy } });

    expect(result).toMatchObject({ status: "complete", open: { low: 20_001 } });
    expect(evidence.documents.has(`${FOLDER}report.html`)).toBe(false);
    const kept = evidence.documents.get(`${FOLDER}results.json.gz`)?.[0] ?? new Uint8Array();
    const results = (await gunzipJson(kept)) as { report: unknown; audit: { findings: unknown[] } };
    expect(results.report).toBeNull();
    expect(results.audit.findings).toHaveLength(20_001);
  });

  it("keeps nothing in the inventory but the slices that checks see", async () => {
    await run();
    const kept = evidence.documents.get(`${FOLDER}inventory.json.gz`)?.[0] ?? new Uint8Array();
    const text = JSON.stringify(await gunzipJson(kept));
    expect(text).toContain("web shop");
    for (const name of [`"client_secret"`, "signing_secret", "access_token", "auditor-secret-canary"]) {
      expect(text).not.toContain(name);
    }
  });
});
