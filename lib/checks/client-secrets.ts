import type { Client, ClientAuthentication } from "../auth0/resources/client.ts";
import { isUnreadable } from "../model/reported.ts";
import { type NotSaid, notReported, unreadable } from "./outcome.ts";
import { isPublic } from "./refresh-tokens.ts";

/** Ways to authenticate that need no shared secret, where an application registered itself by these names. */
const KEY_METHODS: ReadonlySet<unknown> = new Set([
  "private_key_jwt",
  "tls_client_auth",
  "self_signed_tls_client_auth",
]);

/**
 * Whether an application authenticates with its secret: a confidential one for which no other method is set.
 * An absent `token_endpoint_auth_method` then means `client_secret_post`. The global client stands for the tenant.
 */
export function usesSecret(client: Client, authentication: ClientAuthentication | undefined): boolean | NotSaid {
  const open = isPublic(client);
  if (client.global === true || open === true || KEY_METHODS.has(client.token_endpoint_auth_method)) return false;
  if (authentication === undefined) return notReported("Auth0 does not report how the application authenticates");
  const methods = authentication.client_authentication_methods;
  if (isUnreadable(methods)) return unreadable("client_authentication_methods", methods);
  if (methods !== undefined) return false;
  return open === false ? true : unreadable(open.field, open.value);
}
