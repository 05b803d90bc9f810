import { openManagementApi } from "../../lib/auth0/management-api.ts";
import type { History } from "../../lib/history/history.ts";
import { type HistoryParts, type LookedAfter, readHistory } from "../../lib/history/read-history.ts";
import { readInventory } from "../../lib/inventory/read-inventory.ts";
import { openSqliteTable, type SqliteTable } from "../../lib/local/sqlite-table.ts";
import { type Clock, systemClock } from "../../lib/model/clock.ts";
import { Secret } from "../../lib/model/secret.ts";
import type { SandboxTenant } from "../../lib/sandbox/sandbox-tenant.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { type Row, type Table, tenantPartition } from "../../lib/store/table.ts";
import { ADMIN, type Api, adminApi, aSandbox } from "../sandbox/support/a-sandbox.ts";
import { QUICK_RETRIES } from "./audited-sandbox.ts";

export const DAY = 86_400_000;

/** A tenant whose time stands still until a test moves it, and runs that remember it. */
export interface RememberedTenant extends AsyncDisposable {
  tenant: SandboxTenant;
  table: SqliteTable;
  /** As a person with a dashboard. */
  admin: Api;
  now(): number;
  advance(days: number): void;
  /** One run: reads the list of applications and the APIs, then the history. */
  run(options?: RunOptions): Promise<History>;
}

export interface RunOptions extends Partial<Omit<HistoryParts, "run">> {
  /** The same run again, when given twice. */
  run?: { id: string; startedAt: string };
  signal?: AbortSignal;
  logs?: boolean;
}

const never = new AbortController().signal;

export async function aRememberedTenant(
  seed: Partial<TenantSeed> = {},
  lookedAfter: Partial<LookedAfter> = {},
): Promise<RememberedTenant> {
  const { sandbox, tenant } = await aSandbox(seed);
  const table = openSqliteTable(":memory:");
  const { clock: moved } = sandbox;
  // Waiting takes the machine's time: nothing here waits, except for an answer that never comes.
  const clock: Clock = { now: moved.now, sleep: systemClock.sleep };
  const { plan = "enterprise" } = seed;
  let count = 0;
  return {
    tenant,
    table,
    // Tokens live for a day, and tests move the time by more.
    admin: async (call, body) => (await adminApi(tenant))(call, body),
    now: moved.now,
    advance: (days) => moved.advance(days * DAY),
    async run({ run, signal = never, logs = true, ...parts } = {}) {
      count += 1;
      const login = { method: "client-secret", clientId: ADMIN.id, secret: new Secret(ADMIN.secret) } as const;
      const api = openManagementApi({
        address: { domain: tenant.domain, origin: tenant.origin },
        login,
        plan,
        signal,
        clock,
        fetch: tenant.fetch,
        retryPolicy: QUICK_RETRIES,
        timeout: 10_000,
      });
      const inventory = await readInventory(api, new Set(["clients", "resourceServers"]), signal);
      const read = readHistory({
        table,
        run: run ?? { id: `run-${count}`, startedAt: new Date(moved.now()).toISOString() },
        clock,
        lookedAfter: () => ({ credentials: [], own: [ADMIN.id], ...lookedAfter }),
        ...parts,
      });
      return read({ name: tenant.name, plan }, api, inventory, signal, { logs });
    },
    async [Symbol.asyncDispose]() {
      table[Symbol.dispose]();
      await sandbox.close();
    },
  };
}

/** Everything that is remembered of the tenant `acme`, by sort key; how often it was written is no matter. */
export async function remembered(table: Table): Promise<Record<string, unknown>> {
  const rows: Row<unknown>[] = [];
  for await (const row of table.list<unknown>(tenantPartition("acme"), { prefix: "" })) rows.push(row);
  return Object.fromEntries(rows.map(({ key, value }) => [key.sort, value]));
}
