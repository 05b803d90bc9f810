import * as z from "zod";
import { reported } from "../../model/reported.ts";

const duration = reported(z.number().nonnegative());

/**
 * The slice of an application that checks read. Source: Management API, `GET /api/v2/clients`.
 * Durations are in seconds. Absent fields mean Auth0's default, except where a check says otherwise.
 */
export const client = z.object({
  client_id: z.string().min(1),
  name: reported(z.string()),
  app_type: reported(z.string()),
  token_endpoint_auth_method: reported(z.string()),
  is_first_party: reported(z.boolean()),
  global: reported(z.boolean()),
  grant_types: reported(z.array(z.string())),
  require_proof_of_possession: reported(z.boolean()),
  jwt_configuration: reported(z.object({ alg: reported(z.string()), lifetime_in_seconds: duration })),
  refresh_token: reported(
    z.object({
      rotation_type: reported(z.string()),
      expiration_type: reported(z.string()),
      leeway: duration,
      token_lifetime: duration,
      idle_token_lifetime: duration,
      infinite_token_lifetime: reported(z.boolean()),
      infinite_idle_token_lifetime: reported(z.boolean()),
    }),
  ),
});

export type Client = z.infer<typeof client>;

const keyIds = z.array(z.object({ id: z.string().min(1) }));
const keyReferences = reported(z.object({ credentials: keyIds }));
const optionalKeyReferences = reported(z.object({ credentials: reported(keyIds) }));

/**
 * How an application authenticates. Auth0 returns these fields only to tokens that hold
 * `read:client_credentials` (or `read:client_keys`, which Curfew refuses to ask for).
 */
export const clientAuthentication = z.object({
  client_id: z.string().min(1),
  client_authentication_methods: reported(
    z.object({
      private_key_jwt: keyReferences,
      tls_client_auth: keyReferences,
      self_signed_tls_client_auth: keyReferences,
    }),
  ),
  signed_request_object: optionalKeyReferences,
  token_vault_privileged_access: optionalKeyReferences,
});

export type ClientAuthentication = z.infer<typeof clientAuthentication>;

/** A key registered for an application. Source: `GET /api/v2/clients/{id}/credentials`. */
export const clientCredential = z.object({
  id: z.string().min(1),
  kid: reported(z.string()),
  credential_type: reported(z.string()),
  name: reported(z.string()),
  created_at: reported(z.string()),
  expires_at: reported(z.string()),
});

/** A registered key together with the application it belongs to. */
export type ClientCredential = z.infer<typeof clientCredential> & { client_id: string };
