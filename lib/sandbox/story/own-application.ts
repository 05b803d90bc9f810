import { randomBytes } from "node:crypto";
import { managementAudience } from "../../auth0/tenant-address.ts";
import type { TenantSeed } from "../tenant-seed.ts";

/** One of the applications that Curfew itself logs in with, and where its secret is. */
export interface OwnApplication {
  role: "auditor" | "rotator" | "responder";
  clientId: string;
  /** The id of its grant for the Management API. */
  grantId: string;
  secret: StorySecret;
}

/** A secret to be stored in Secrets Manager. */
export interface StorySecret {
  name: string;
  value: string;
}

/** Plants an application that may use the Management API with these scopes. */
export function withOwnApplication(
  seed: TenantSeed,
  role: OwnApplication["role"],
  scopes: readonly string[],
): { seed: TenantSeed; application: OwnApplication } {
  const clientId = `${role}-of-${seed.name}`;
  const value = randomBytes(48).toString("base64url");
  const client = {
    name: `Curfew ${role}`,
    client_id: clientId,
    client_secret: value,
    app_type: "non_interactive",
    token_endpoint_auth_method: "client_secret_post",
    grant_types: ["client_credentials"],
  };
  const grantId = `cgr_${role}_of_${seed.name}`;
  const grant = { id: grantId, client_id: clientId, audience: managementAudience(seed.domain), scope: [...scopes] };
  return {
    seed: {
      ...seed,
      clients: [...(seed.clients ?? []), client],
      clientGrants: [...(seed.clientGrants ?? []), grant],
    },
    application: { role, clientId, grantId, secret: { name: `curfew/${seed.name}/${role}`, value } },
  };
}
