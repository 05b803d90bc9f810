import * as z from "zod";
import { deciding } from "./deciding.ts";

const keyIds = z.array(z.object({ id: z.string().min(1) }));
const keyReferences = deciding(z.object({ credentials: keyIds }));
const optionalKeyReferences = deciding(z.object({ credentials: deciding(keyIds) }));

/**
 * The slice of an application that a rotation is decided by. Source: Management API, `GET /api/v2/clients/{id}`.
 * `client_authentication_methods` is returned to tokens with `read:client_credentials` only.
 */
export const rotatedClient = z.object({
  client_id: z.string().min(1),
  global: deciding(z.boolean()),
  app_type: deciding(z.string()),
  token_endpoint_auth_method: deciding(z.string()),
  grant_types: deciding(z.array(z.string())),
  jwt_configuration: deciding(z.object({ alg: deciding(z.string()) })),
  client_authentication_methods: deciding(
    z.object({
      private_key_jwt: keyReferences,
      tls_client_auth: keyReferences,
      self_signed_tls_client_auth: keyReferences,
    }),
  ),
  signed_request_object: optionalKeyReferences,
  token_vault_privileged_access: optionalKeyReferences,
});

/** A key registered for an application. Source: `GET` and `POST /api/v2/clients/{client_id}/credentials`. */
export const registeredKey = z.object({
  id: z.string().min(1),
  kid: deciding(z.string()),
  name: deciding(z.string()),
});
