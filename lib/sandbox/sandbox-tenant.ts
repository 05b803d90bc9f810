import { handleAuthentication } from "./authentication/handle-authentication.ts";
import { createUserTokenIssuer, type IssueUserTokens } from "./authentication/issue-user-tokens.ts";
import { applyFaults } from "./faults/apply-faults.ts";
import { createFaultPlan, type FaultPlan } from "./faults/fault-plan.ts";
import { fetchInMemory } from "./http/fetch-in-memory.ts";
import type { Outcome, SandboxRequest } from "./http/message.ts";
import { serve } from "./http/serve.ts";
import { createRateLimiter } from "./limits/rate-limiter.ts";
import type { LogEntry, LogEvent } from "./logs/log-event.ts";
import { createLogWriter } from "./logs/write-log.ts";
import { createManagementApi, MANAGEMENT_PREFIX } from "./management/dispatch.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import type { SandboxClock } from "./sandbox-clock.ts";
import { plantTenant } from "./state/plant-tenant.ts";
import type { RandomText } from "./state/random-text.ts";
import type { TenantState } from "./state/tenant-state.ts";
import type { TenantContext } from "./tenant-context.ts";
import type { TenantSeed } from "./tenant-seed.ts";

/** A simulated tenant. */
export interface SandboxTenant {
  readonly name: string;
  readonly domain: string;
  /** Where it listens: `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** Everything in it; may be changed at any time. */
  readonly state: TenantState;
  /** What goes wrong. */
  readonly faults: FaultPlan;
  /** What was asked, oldest first. */
  readonly requests: RecordedRequest[];
  /** The tenant log, oldest first. */
  readonly logs: LogEvent[];
  /** Milliseconds of the sandbox's clock that every answer takes. */
  latency: number;
  /** The same tenant without HTTP: takes its origin, and `https://<domain>` too. */
  readonly fetch: typeof fetch;
  /** {@link fetch}, seeming to come from another address. */
  fetchFrom(address: string): typeof fetch;
  /** Logs a user in through a client and returns what the browser would hold. */
  readonly issueUserTokens: IssueUserTokens;
}

/** Starts a tenant on a loopback port of its own. */
export async function startTenant(
  seed: TenantSeed,
  clock: SandboxClock,
  text: RandomText,
  port: number,
): Promise<{ tenant: SandboxTenant; close: () => Promise<void> }> {
  const context = await createContext(seed, clock, text);
  const faults = createFaultPlan();
  const requests: RecordedRequest[] = [];
  const limiter = seed.rateLimits === false ? null : createRateLimiter(context.state.plan, seed.rateLimitReset);
  const managementApi = createManagementApi(context);
  const respond = (request: SandboxRequest) =>
    isManagement(request) ? managementApi(request, limiter) : handleAuthentication(context, request);
  const handle = async (request: SandboxRequest): Promise<Outcome> => {
    const record = recordRequest(request, clock.now());
    requests.push(record);
    if (tenant.latency > 0) await clock.sleep(tenant.latency, request.signal ?? undefined);
    const outcome = await applyFaults(faults.strike(request), request, clock, () => respond(request));
    if (outcome.kind === "answered") {
      record.status = outcome.response.status;
      // The tenant's own clock, by which its rate limit headers count.
      outcome.response.headers.date ??= new Date(clock.now()).toUTCString();
    }
    return outcome;
  };
  const server = await serve(handle, port);
  const reaches = (url: URL) => url.origin === server.origin || url.hostname === seed.domain;
  const fetchFrom = (address: string) => fetchInMemory(handle, reaches, address);
  const tenant: SandboxTenant = {
    name: seed.name,
    domain: seed.domain,
    origin: server.origin,
    state: context.state,
    faults,
    requests,
    logs: context.state.logs,
    latency: seed.latency ?? 0,
    fetch: fetchFrom("127.0.0.1"),
    fetchFrom,
    issueUserTokens: createUserTokenIssuer(context),
  };
  return { tenant, close: server.close };
}

function isManagement({ path }: SandboxRequest): boolean {
  return path === MANAGEMENT_PREFIX || path.startsWith(`${MANAGEMENT_PREFIX}/`);
}

async function createContext(seed: TenantSeed, clock: SandboxClock, text: RandomText): Promise<TenantContext> {
  const state = await plantTenant(seed, text, clock.now());
  const append = (event: LogEvent) => state.logs.push(event);
  const log = createLogWriter({ domain: seed.domain, now: clock.now, append });
  for (const { date, ago = 0, ...entry } of seed.logs ?? []) {
    log(entry, date === undefined ? clock.now() - ago * 1_000 : Date.parse(date));
  }
  return {
    name: seed.name,
    domain: seed.domain,
    issuer: `https://${seed.domain}/`,
    managementAudience: `https://${seed.domain}/api/v2/`,
    state,
    clock,
    text,
    log: (entry: LogEntry) => log(entry),
  };
}

function recordRequest({ method, path, query }: SandboxRequest, at: number): RecordedRequest {
  return { method, path, query: Object.fromEntries(query), status: null, at };
}
