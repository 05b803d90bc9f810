// How long it takes until an application is locked, and until its grants are gone, with 100 ms to Auth0 and back.

import { plainTable } from "../bin/plain-table.ts";
import { PLANS, type Plan } from "../lib/auth0/rate-limits.ts";
import { RESPONDER_SCOPES } from "../lib/auth0/responder-endpoints.ts";
import { managementAudience } from "../lib/auth0/tenant-address.ts";
import { evidenceFolder } from "../lib/local/evidence-folder.ts";
import { openSqliteTable } from "../lib/local/sqlite-table.ts";
import { systemClock } from "../lib/model/clock.ts";
import { Secret } from "../lib/model/secret.ts";
import { auth0Responder } from "../lib/revocation/auth0-responder.ts";
import { contain } from "../lib/revocation/contain/contain.ts";
import { lock } from "../lib/revocation/contain/lock.ts";
import { openIncident } from "../lib/revocation/incident/open-incident.ts";
import type { IncidentParts } from "../lib/revocation/parts.ts";
import { startSandbox } from "../lib/sandbox/start-sandbox.ts";
import type { TenantSeed } from "../lib/sandbox/tenant-seed.ts";

const GRANTS = [1, 10, 100];
const LATENCY = 100;
const DOMAIN = "bench.auth0.example";
const BOT = "bot";
const RESPONDER = { id: "responder", secret: "only-of-this-bench" };

/** Longer than the slowest plan needs. Milliseconds. */
const LONGEST = 600_000;

/** Prints for each plan and number of grants how many requests it takes, and how long. */
export async function measureIncidents(): Promise<void> {
  const rows: string[][] = [];
  for (const plan of PLANS) for (const grants of GRANTS) rows.push(await measured(plan, grants));
  console.log(plainTable([["plan", "grants", "locked after", "requests", "contained after", "requests"], ...rows]));
}

async function measured(plan: Plan, grants: number): Promise<string[]> {
  await using sandbox = await startSandbox({ tenants: [seedOf(plan, grants)] });
  using table = openSqliteTable(":memory:");
  let requests = 0;
  const slowly: typeof fetch = async (...request) => {
    requests += 1;
    await systemClock.sleep(LATENCY);
    return fetch(...request);
  };
  const { signal } = new AbortController();
  const login = { method: "client-secret" as const, clientId: RESPONDER.id, secret: new Secret(RESPONDER.secret) };
  const address = { domain: DOMAIN, origin: sandbox.tenant("bench").origin };
  const access = { address, plan, login, signal, clock: systemClock, random: Math.random, fetch: slowly };
  const parts: IncidentParts = {
    settings: { tenant: "bench", domain: DOMAIN, owner: null, egress: null, own: new Map() },
    tenant: auth0Responder({ ...access, role: "responder", clientId: BOT }),
    table,
    evidence: evidenceFolder(".curfew"),
    publisher: { publish: async () => undefined },
    clock: systemClock,
    deadline: systemClock.now() + LONGEST,
    signal,
  };
  const begun = systemClock.now();
  const took = (): string => `${((systemClock.now() - begun) / 1_000).toFixed(1)} s`;
  const start = { tenant: "bench", clientId: BOT, drill: false, openedAt: begun, reason: "bench", openedBy: "bench" };
  const opened = await openIncident(table, { ...start, leakedSince: null, token: null });
  const locked = await lock(opened, parts);
  const first = [took(), String(requests)];
  const contained = await contain(locked, parts);
  if (contained.steps.lock?.outcome !== "done" || contained.steps.contain?.outcome !== "done") {
    throw new Error(`Not contained: ${JSON.stringify(contained.steps)}`);
  }
  return [plan, String(grants), ...first, took(), String(requests)];
}

function seedOf(plan: Plan, grants: number): TenantSeed {
  const machine = (client_id: string, client_secret: string) => ({
    name: client_id,
    client_id,
    client_secret,
    app_type: "non_interactive",
    token_endpoint_auth_method: "client_secret_post",
    grant_types: ["client_credentials"],
  });
  const audiences = Array.from({ length: grants }, (_, index) => `https://api-${index}.example/`);
  return {
    name: "bench",
    domain: DOMAIN,
    plan,
    resourceServers: audiences.map((identifier) => ({ name: identifier, identifier, scopes: [{ value: "read" }] })),
    clients: [machine(RESPONDER.id, RESPONDER.secret), machine(BOT, "leaked")],
    clientGrants: [
      { client_id: RESPONDER.id, audience: managementAudience(DOMAIN), scope: [...RESPONDER_SCOPES] },
      ...audiences.map((audience) => ({ client_id: BOT, audience, scope: ["read"] })),
    ],
  };
}
