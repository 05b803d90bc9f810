import { describe, expect, it } from "vitest";
import { isBlinding, type TenantAudit } from "../../lib/findings/tenant-audit.ts";
import { readHistory } from "../../lib/history/read-history.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { type Key, type Table, tenantPartition } from "../../lib/store/table.ts";
import { ALL_SCOPES, AUDITOR, auditedSandbox, numbers } from "../support/audited-sandbox.ts";
import { FAULTS, type Fault } from "../support/faults.ts";

const DAY = 86_400_000;

/** The checks that cannot do without the log. */
const LOG_CHECKS = ["grant.management.client-unused", "secret.client.age", "secret.client.unused"];

/** Six confidential applications, of which one has a grant for the Management API. */
const world = await auditedSandbox(
  {
    rateLimits: false,
    clients: numbers(6).map((index) => ({
      name: `client ${index}`,
      client_id: `client-${index}`,
      app_type: "non_interactive",
      token_endpoint_auth_method: "client_secret_post",
      grant_types: ["client_credentials"],
    })),
    clientGrants: [{ client_id: "client-0", audience: "https://acme.eu.auth0.com/api/v2/", scope: ["read:users"] }],
  },
  { speed: 40 },
);

interface AuditOptions {
  timeout?: number;
}

function auditWith(table: Table, run: string, options: AuditOptions = {}): Promise<TenantAudit> {
  const history = readHistory({
    table,
    run: { id: run, startedAt: new Date(world.clock.now()).toISOString() },
    clock: world.clock,
    lookedAfter: () => ({ credentials: [], own: [AUDITOR.clientId] }),
    interval: 86_400,
  });
  return world.audit({ ...options, history });
}

/** What 100 days of audits would have left: secrets that were rotated then, and a log that was read since. */
async function remember(table: Table): Promise<void> {
  await auditWith(table, "first");
  const partition = tenantPartition("acme");
  const longAgo = Math.round(world.clock.now()) - 100 * DAY;
  const change = async (key: Key, fields: object): Promise<void> => {
    const row = await table.get<object>(key);
    await table.put(key, { ...row?.value, ...fields });
  };
  for (const id of [...numbers(6).map((index) => `client-${index}`), AUDITOR.clientId]) {
    const fields = { seen: { first: longAgo }, rotatedAt: longAgo };
    await change({ partition, sort: `CREDENTIAL#${id}` }, fields);
  }
  await change({ partition, sort: "LOG" }, { since: longAgo });
}

/** Every case begins with the same memory. */
async function copyOf(table: Table): Promise<ReturnType<typeof openSqliteTable>> {
  const copy = openSqliteTable(":memory:");
  for await (const { key, value } of table.list(tenantPartition("acme"), { prefix: "" })) await copy.put(key, value);
  return copy;
}

const memory = openSqliteTable(":memory:");
await remember(memory);
const undisturbed = await copyOf(memory).then((table) => auditWith(table, "undisturbed"));

async function struckBy({ effect, times }: Fault): Promise<TenantAudit> {
  using table = await copyOf(memory);
  world.tenant.faults.clear();
  world.tenant.faults.add({
    match: { path: "/api/v2/logs" },
    effect,
    ...(times === undefined ? {} : { times }),
  });
  const audit = await auditWith(table, "struck", effect.kind === "hang" ? { timeout: 10_000 } : {});
  world.tenant.faults.clear();
  return audit;
}

const withoutAges = (audit: TenantAudit, lost: readonly string[]) =>
  audit.findings
    .filter(({ check }) => !lost.includes(check))
    .map(({ id, check, severity, resource }) => ({ id, check, severity, resource }));

describe("the faults of the log", () => {
  let cases = 0;
  let falseResults = 0;

  it("strike something: undisturbed, every check over the log finds", () => {
    expect(undisturbed.status).toBe("complete");
    expect(undisturbed.checks.filter(({ id }) => LOG_CHECKS.includes(id))).toMatchObject([
      { id: "grant.management.client-unused", status: "fail", failed: 1 },
      { id: "secret.client.age", status: "fail", failed: 7 },
      { id: "secret.client.unused", status: "fail", failed: 6 },
    ]);
  });

  it.each(FAULTS.filter(({ pagedOnly }) => !pagedOnly))("$title: lose exactly these checks", async (fault) => {
    cases += 1;
    falseResults += 1;
    const audit = await struckBy(fault);

    const lost = fault.reason === undefined ? [] : LOG_CHECKS;
    for (const check of audit.checks) {
      const expected = lost.includes(check.id)
        ? { id: check.id, status: "not-evaluated", reason: fault.reason }
        : undisturbed.checks.find(({ id }) => id === check.id);
      expect(check).toMatchObject(expected ?? {});
    }
    expect(withoutAges(audit, lost)).toEqual(withoutAges(undisturbed, lost));
    expect(audit.inventory).toEqual(undisturbed.inventory);
    expect(audit.status).toBe(fault.reason !== undefined && isBlinding(fault.reason) ? "incomplete" : "complete");
    falseResults -= 1;
  });

  it("name the scope that is missing", async () => {
    await using narrow = await auditedSandbox({}, { scopes: ALL_SCOPES.filter((scope) => scope !== "read:logs") });
    using table = openSqliteTable(":memory:");
    const history = readHistory({
      table,
      run: { id: "one", startedAt: new Date(narrow.clock.now()).toISOString() },
      clock: narrow.clock,
      lookedAfter: () => ({ credentials: [], own: [] }),
    });
    const audit = await narrow.audit({ history });

    expect(audit.checks.filter(({ id }) => LOG_CHECKS.includes(id))).toEqual(
      LOG_CHECKS.map((id) => ({ id, status: "not-evaluated", reason: "missing-scope", detail: "read:logs" })),
    );
  });

  it("cannot strike where nobody needs the log", async () => {
    const asked = () => world.tenant.requests.filter(({ path }) => path === "/api/v2/logs").length;
    const before = asked();
    await world.audit();

    expect(asked()).toBe(before);
  });

  it("hold", async () => {
    console.info(`log faults: ${cases} cases, ${falseResults} false results`);
    memory[Symbol.dispose]();
    await world[Symbol.asyncDispose]();
    expect(falseResults).toBe(0);
  });
});
