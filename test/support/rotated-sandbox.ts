import type { Login } from "../../lib/auth0/login.ts";
import { fastClock } from "../../lib/model/clock.ts";
import { Secret } from "../../lib/model/secret.ts";
import { type Auth0TenantOptions, auth0Tenant } from "../../lib/rotation/auth0-tenant.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { aSandbox, DOMAIN, MANAGEMENT_API, machine } from "../sandbox/support/a-sandbox.ts";
import { QUICK_RETRIES } from "./audited-sandbox.ts";

/** The scopes of a rotator, as documented. */
export const ROTATOR_SCOPES = [
  "read:clients",
  "update:clients",
  "update:client_keys",
  "read:client_credentials",
  "create:client_credentials",
  "update:client_credentials",
  "delete:client_credentials",
];

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

/** A login by the text of a private JSON Web Key. */
export const keyLogin = (clientId: string, jwk: string): Login => ({
  method: "private-key",
  clientId,
  privateKeyJwk: new Secret(jwk),
});

/** How fast the clock runs that tenant and rotator share: waiting costs little. */
const SPEED = 50;

/** A tenant with a rotator in it, reached over HTTP. */
export async function rotatedSandbox(
  seed: Partial<TenantSeed> = {},
  scopes: readonly string[] = ROTATOR_SCOPES,
  options: Partial<Auth0TenantOptions> = {},
) {
  const grant = { client_id: "rotator", audience: MANAGEMENT_API, scope: [...scopes] };
  const clients = [machine("rotator"), ...(seed.clients ?? [])];
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
  return {
    tenant,
    clock: sandbox.clock,
    /** What was sent to the Management API. */
    managed: () => sent.filter(({ path }) => path.startsWith("/api/v2/")),
    sent,
    rotated: (clientId: string, others: Partial<Auth0TenantOptions> = {}) =>
      auth0Tenant({
        address: { domain: DOMAIN, origin: tenant.origin },
        plan: "enterprise",
        login: secretLogin("rotator"),
        clientId,
        signal: new AbortController().signal,
        clock: sandbox.clock,
        random: () => 0,
        fetch: recording,
        timeout: 10_000 * SPEED, // on a busy machine a request must not be given up
        retryPolicy: QUICK_RETRIES,
        ...options,
        ...others,
      }),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
