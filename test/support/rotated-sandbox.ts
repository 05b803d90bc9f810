import type { Login } from "../../lib/auth0/login.ts";
import { Secret } from "../../lib/model/secret.ts";
import { type Auth0TenantOptions, auth0Tenant } from "../../lib/rotation/auth0-tenant.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { wiredSandbox } from "./wired-sandbox.ts";

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

/** A login by the text of a private JSON Web Key. */
export const keyLogin = (clientId: string, jwk: string): Login => ({
  method: "private-key",
  clientId,
  privateKeyJwk: new Secret(jwk),
});

/** A tenant with a rotator in it, reached over HTTP. */
export async function rotatedSandbox(
  seed: Partial<TenantSeed> = {},
  scopes: readonly string[] = ROTATOR_SCOPES,
  options: Partial<Auth0TenantOptions> = {},
) {
  const world = await wiredSandbox("rotator", seed, scopes);
  return {
    ...world,
    rotated: (clientId: string, others: Partial<Auth0TenantOptions> = {}) =>
      auth0Tenant({ ...world.access, clientId, ...options, ...others }),
  };
}
