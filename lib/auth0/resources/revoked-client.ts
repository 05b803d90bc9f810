import * as z from "zod";
import { readable, reported } from "../../model/reported.ts";
import { type ClientAuthentication, client, clientAuthentication } from "./client.ts";
import { deciding } from "./deciding.ts";

/**
 * The slice of an application that an incident is about. What is given back later, and whether it may be touched at
 * all, must be understood; the rest may be odd: an application must be closed whatever somebody did to it.
 * Source: Management API, `GET /api/v2/clients/{id}`.
 */
export const revokedClient = z.object({
  client_id: z.string().min(1),
  name: reported(z.string()),
  app_type: client.shape.app_type,
  token_endpoint_auth_method: client.shape.token_endpoint_auth_method,
  global: deciding(z.boolean()),
  grant_types: deciding(z.array(z.string())),
});

/** The same, for tokens with `read:client_credentials`: others are not told how an application authenticates. */
export const revokedClientWithKeys = revokedClient.extend({
  client_authentication_methods: clientAuthentication.shape.client_authentication_methods,
});

/**
 * The ids of the registered keys, and of the certificates (mTLS), that an application authenticates with; each is
 * undefined, or left out, where it does not.
 */
export function attachedTo({ client_authentication_methods: all }: Partial<ClientAuthentication>): {
  attachedKeys: readonly string[] | undefined;
  certificates?: readonly string[];
} {
  const methods = readable(all);
  const ids = (method: NonNullable<typeof methods>["private_key_jwt"]) =>
    readable(method)?.credentials.map(({ id }) => id);
  const certificates = [ids(methods?.tls_client_auth), ids(methods?.self_signed_tls_client_auth)];
  const isMtls = certificates.some((one) => one !== undefined);
  return {
    attachedKeys: ids(methods?.private_key_jwt),
    ...(isMtls ? { certificates: certificates.flatMap((one) => one ?? []) } : {}),
  };
}
