import type { Login } from "../../lib/auth0/login.ts";
import type { TenantAccess } from "../../lib/auth0/tenant-access.ts";
import { fastClock } from "../../lib/model/clock.ts";
import { Secret } from "../../lib/model/secret.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { aSandbox, DOMAIN, MANAGEMENT_API, machine } from "../sandbox/support/a-sandbox.ts";
import { QUICK_RETRIES } from "./audited-sandbox.ts";

/** Every request with a body, as it went over the wire. */
export interface SentRequest {
  method: string;
  path: string;
  query: string[];
  body: unknown;
}

/** A login by secret; by default the sandbox's own for that client. */
export const secretLogin = (clientId: string, secret = `${clientId}-secret`): Login => ({
  method: "client-secret",
  clientId,
  secret: new Secret(secret),
});

/** How fast the clock runs that tenant and Curfew share: waiting costs little. */
const SPEED = 50;

/** A tenant in which one of Curfew's applications has these scopes, reached over HTTP. */
export async function wiredSandbox(own: string, seed: Partial<TenantSeed>, scopes: readonly string[]) {
  const grant = { client_id: own, audience: MANAGEMENT_API, scope: [...scopes] };
  const clients = [machine(own), ...(seed.clients ?? [])];
  const clientGrants = [grant, ...(seed.clientGrants ?? [])];
  const world = await aSandbox({ ...seed, clients, clientGrants }, fastClock(SPEED));
  const { tenant, sandbox } = world;
  const sent: SentRequest[] = [];
  const recording: typeof fetch = async (input, init) => {
    const { pathname, searchParams } = new URL(String(input));
    const text = String(init?.body ?? "");
    const isJson = new Headers(init?.headers).get("content-type") === "application/json";
    const body = isJson ? JSON.parse(text) : text;
    sent.push({ method: init?.method ?? "GET", path: pathname, query: [...searchParams.keys()], body });
    return fetch(input, init);
  };
  const access: TenantAccess = {
    address: { domain: DOMAIN, origin: tenant.origin },
    plan: "enterprise",
    login: secretLogin(own),
    signal: new AbortController().signal,
    clock: sandbox.clock,
    random: () => 0,
    fetch: recording,
    timeout: 10_000 * SPEED, // on a busy machine a request must not be given up
    retryPolicy: QUICK_RETRIES,
  };
  return {
    tenant,
    clock: sandbox.clock,
    /** What was sent to the Management API. */
    managed: () => sent.filter(({ path }) => path.startsWith("/api/v2/")),
    sent,
    access,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
