import type { Alert } from "../../lib/alerts/alert.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { Incident, StepResult } from "../../lib/revocation/incident/incident.ts";
import { incidentKey } from "../../lib/revocation/incident/incident.ts";
import { classify } from "../../lib/revocation/leak/classify.ts";
import type { IncidentParts } from "../../lib/revocation/parts.ts";
import type { LogEvent, ResponderTenant, RevokedClient } from "../../lib/revocation/ports.ts";
import { type MemoryEvidence, memoryEvidence } from "../support/memory-evidence.ts";
import { type MemoryTable, memoryTable } from "../support/memory-table.ts";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.ts";

export const THREE_AM = Date.UTC(2026, 10, 23, 3);
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

export const CLIENT: RevokedClient = {
  clientId: "job",
  isGlobal: false,
  name: "Nightly job",
  appType: "non_interactive",
  tokenEndpointAuthMethod: "client_secret_post",
  grantTypes: ["client_credentials"],
  attachedKeys: undefined,
};

export const done = (at: number, message = "Done."): StepResult => ({ at, outcome: "done", message });

/** An incident about a client secret that is contained since 03:05. */
export function incidentOf(changes: Partial<Incident> = {}): Incident {
  return {
    id: "2026-11-23-acme-5d41402abc",
    tenant: "acme",
    clientId: "job",
    reason: "The secret was in a public repository.",
    openedAt: THREE_AM,
    openedBy: "arn:aws:sts::111122223333:assumed-role/oncall/dana",
    leakedSince: THREE_AM - 2 * HOUR,
    drill: false,
    token: null,
    leak: classify({ clientId: "job", token: null, client: CLIENT, own: null }),
    steps: { lock: done(THREE_AM + 10 * SECOND), contain: done(THREE_AM + MINUTE), prove: done(THREE_AM + 5 * MINUTE) },
    window: { state: "closes", at: THREE_AM + DAY, apis: [], others: 0, tokenUntil: null },
    closedAt: null,
    ...changes,
  };
}

let count = 0;

/** An event of the log; ids are in the order in which they were made. */
export function logEvent(at: number, changes: Partial<LogEvent> = {}): LogEvent {
  count += 1;
  return {
    id: `900${String(count).padStart(12, "0")}`,
    at,
    type: "sapi",
    clientId: "job",
    userId: undefined,
    ip: "198.51.100.7",
    userAgent: "python-requests/2.32",
    description: undefined,
    audience: undefined,
    scope: undefined,
    request: { method: "post", path: "/api/v2/clients" },
    tokenId: undefined,
    accessedSecrets: [],
    ...changes,
  };
}

/** A tenant's log, and what else a test says of the tenant. What it does not say fails as a defect would. */
export interface TestTenant {
  log: LogEvent[];
  /** Events on a page. */
  pageSize: number;
  /** Refuses everything with this. */
  failure: CurfewError | undefined;
  /** Whether an event that is dropped may still be read on from. */
  knowsDropped: boolean;
  port: ResponderTenant;
}

export function testTenant(parts: Partial<ResponderTenant> = {}): TestTenant {
  const dropped = new Set<string>();
  const tenant: TestTenant = {
    log: [],
    pageSize: 100,
    failure: undefined,
    knowsDropped: true,
    port: {} as ResponderTenant,
  };
  const check = (): void => {
    if (tenant.failure) throw tenant.failure;
  };
  let seen: readonly LogEvent[] = [];
  async function* logEvents(from: string | undefined): AsyncGenerator<readonly LogEvent[]> {
    check();
    for (const { id } of seen) if (!tenant.log.some((event) => event.id === id)) dropped.add(id);
    seen = [...tenant.log];
    if (from !== undefined && dropped.has(from) && !tenant.knowsDropped) {
      throw new CurfewError("request-refused", "Auth0 does not know this event.", { detail: "status 400" });
    }
    const events = tenant.log.filter(({ id }) => from === undefined || id > from);
    for (let start = 0; start < events.length; start += tenant.pageSize) {
      check();
      yield events.slice(start, start + tenant.pageSize);
    }
  }
  const known: Partial<ResponderTenant> = { logEvents, ...parts };
  tenant.port = new Proxy(known as ResponderTenant, {
    get: (_, name) =>
      known[name as keyof ResponderTenant] ??
      (() => Promise.reject(new Error(`No test says what ${String(name)} does.`))),
  });
  return tenant;
}

/** Parts of an incident over memory, and what people heard. */
export interface TestParts {
  parts: IncidentParts;
  table: MemoryTable;
  evidence: MemoryEvidence;
  clock: VirtualClock;
  heard: Alert[];
  /** Publishing fails with this. */
  refuse(error: Error | undefined): void;
}

export function testParts(tenant: TestTenant, clock: VirtualClock = virtualClock(THREE_AM + 10 * MINUTE)): TestParts {
  const table = memoryTable();
  const evidence = memoryEvidence();
  const heard: Alert[] = [];
  let refusal: Error | undefined;
  const parts: IncidentParts = {
    settings: { tenant: "acme", domain: "acme.eu.auth0.com", owner: "dana@acme.example", egress: null, own: new Map() },
    tenant: tenant.port,
    table,
    evidence,
    publisher: {
      publish: async (alert) => {
        if (refusal) throw refusal;
        heard.push(alert);
      },
    },
    clock,
    deadline: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
  };
  return { parts, table, evidence, clock, heard, refuse: (error) => (refusal = error) };
}

export const putIncident = (table: MemoryTable, incident: Incident): Promise<boolean> =>
  table.put(incidentKey(incident.id), incident);
