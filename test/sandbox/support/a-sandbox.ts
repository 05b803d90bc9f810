import type { Clock } from "../../../lib/model/clock.ts";
import type { SandboxTenant } from "../../../lib/sandbox/sandbox-tenant.ts";
import { startSandbox } from "../../../lib/sandbox/start-sandbox.ts";
import { MANAGEMENT_SCOPES } from "../../../lib/sandbox/state/management-scopes.ts";
import { newClient } from "../../../lib/sandbox/state/new-client.ts";
import { createRandomText } from "../../../lib/sandbox/state/random-text.ts";
import type { ClientSeed, TenantSeed } from "../../../lib/sandbox/tenant-seed.ts";

/** The tenant that these tests are about. */
export const DOMAIN = "acme.eu.auth0.com";
export const MANAGEMENT_API = `https://${DOMAIN}/api/v2/`;
/** The moment at which the sandbox's clock stands until a test moves it. */
export const START = Date.UTC(2026, 10, 23, 6);

/** A client that may do everything. */
export const ADMIN = { id: "admin-client", secret: "admin-secret-that-is-long-enough" };

/** Time that passes only when `sandbox.clock` is moved; sleeping takes no time at all. */
function standingClock(start = START): Clock {
  let now = start;
  return {
    now: () => now,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      now += milliseconds;
    },
  };
}

/** Repeatable numbers from 0 up to 1 (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A machine client's seed. */
export function machine(id: string, fields: Partial<ClientSeed> = {}): ClientSeed {
  return {
    name: id,
    client_id: id,
    client_secret: `${id}-secret`,
    app_type: "non_interactive",
    token_endpoint_auth_method: "client_secret_post",
    grant_types: ["client_credentials"],
    ...fields,
  };
}

/** The seed of a machine client that logs in with keys. */
export const keyClient = (id: string, credentials: NonNullable<ClientSeed["credentials"]>): ClientSeed => ({
  name: id,
  client_id: id,
  app_type: "non_interactive",
  grant_types: ["client_credentials"],
  credentials,
});

/** A tenant without rate limits in which {@link ADMIN} may do everything; `seed` adds to it. */
export async function aSandbox(seed: Partial<TenantSeed> = {}, clock: Clock = standingClock()) {
  const clients = [machine(ADMIN.id, { client_secret: ADMIN.secret }), ...(seed.clients ?? [])];
  const grant = {
    client_id: ADMIN.id,
    audience: MANAGEMENT_API,
    scope: [...MANAGEMENT_SCOPES],
    subject_type: "client",
  };
  const clientGrants = [grant, ...(seed.clientGrants ?? [])];
  const tenantSeed = { name: "acme", domain: DOMAIN, rateLimits: false, ...seed, clients, clientGrants };
  const sandbox = await startSandbox({ tenants: [tenantSeed], clock, random: seededRandom(7), control: true });
  return { sandbox, tenant: sandbox.tenant("acme"), [Symbol.asyncDispose]: () => sandbox.close() };
}

/** An answer, read. Tests look into bodies freely. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of a body
  body: any;
}

/** Asks the token endpoint. */
export function askToken(
  tenant: SandboxTenant,
  parameters: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const init = { method: "POST", headers, body: new URLSearchParams(parameters) };
  return send(tenant, "/oauth/token", init);
}

/** Asks for a machine's Management API token. */
export function askManagementToken(tenant: SandboxTenant, clientId: string, secret: string): Promise<Answer> {
  const client = { client_id: clientId, client_secret: secret };
  return askToken(tenant, {
    grant_type: "client_credentials",
    ...client,
    audience: `https://${tenant.domain}/api/v2/`,
  });
}

/** A machine's Management API token, or an error when it gets none. */
export async function tokenOf(tenant: SandboxTenant, clientId = ADMIN.id, secret = ADMIN.secret): Promise<string> {
  const { status, body } = await askManagementToken(tenant, clientId, secret);
  if (status !== 200) throw new Error(`no token for ${clientId}: ${status} ${JSON.stringify(body)}`);
  return body.access_token;
}

/** How a test calls the Management API: `api("GET /clients?per_page=5")`, `api("PATCH /clients/abc", { name: "x" })`. */
export type Api = (call: string, body?: unknown) => Promise<Answer>;

/** Calls the Management API in memory with one token. */
export function apiWith(tenant: SandboxTenant, token: string): Api {
  return (call, body) => {
    const [method = "GET", path = ""] = call.split(" ");
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    return send(tenant, `/api/v2${path}`, init);
  };
}

/** The Management API as {@link ADMIN} sees it. */
export async function adminApi(tenant: SandboxTenant): Promise<Api> {
  return apiWith(tenant, await tokenOf(tenant));
}

/** The Management API as a machine with just these scopes sees it. */
export async function apiWithScopes(tenant: SandboxTenant, ...scope: string[]): Promise<Api> {
  const id = `reader-${tenant.state.clients.size}`;
  const { clients, clientGrants } = tenant.state;
  clients.set(id, newClient({ ...machine(id) }, "acme", createRandomText(seededRandom(clients.size))));
  clientGrants.set(`cgr_${id}`, {
    id: `cgr_${id}`,
    client_id: id,
    audience: `https://${tenant.domain}/api/v2/`,
    scope,
  });
  return apiWith(tenant, await tokenOf(tenant, id, `${id}-secret`));
}

/** Sends a request to the tenant in memory and reads the answer. */
export async function send(tenant: SandboxTenant, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await tenant.fetch(`${tenant.origin}${path}`, init);
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json") ?? false;
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}
