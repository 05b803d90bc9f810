import { RESPONDER_SCOPES } from "../../lib/auth0/responder-endpoints.ts";
import { auth0Responder, type ResponderOptions } from "../../lib/revocation/auth0-responder.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { wiredSandbox } from "./wired-sandbox.ts";

/** A tenant with a responder in it, reached over HTTP. */
export async function respondedSandbox(seed: Partial<TenantSeed> = {}, scopes: readonly string[] = RESPONDER_SCOPES) {
  const world = await wiredSandbox("responder", seed, scopes);
  return {
    ...world,
    responder: (clientId: string, others: Partial<ResponderOptions> = {}) =>
      auth0Responder({ ...world.access, role: "responder", clientId, ...others }),
  };
}
