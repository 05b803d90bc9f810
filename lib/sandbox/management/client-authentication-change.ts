import type { SandboxResponse } from "../http/message.ts";
import type { ClientRecord, JsonObject } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import { featureMissing, invalidBody } from "./api-error.ts";
import { isObject } from "./projection.ts";

/**
 * Refuses a PATCH that would leave a client with two ways to authenticate, or attach a key that it does not
 * have. Auth0 docs: `token_endpoint_auth_method` and `client_authentication_methods` exclude each other.
 */
export function checkAuthenticationChange(
  context: TenantContext,
  client: ClientRecord,
  patch: JsonObject,
): SandboxResponse | undefined {
  const after = (field: string) => (Object.hasOwn(patch, field) ? patch[field] : client[field]) ?? undefined;
  const methods = after("client_authentication_methods");
  if (methods !== undefined && after("token_endpoint_auth_method") !== undefined) {
    return invalidBody("token_endpoint_auth_method and client_authentication_methods exclude each other");
  }
  const attached = isObject(patch.client_authentication_methods)
    ? attachedIds(patch.client_authentication_methods)
    : [];
  if (attached.length === 0) return undefined;
  const { privateKeyJwt } = context.state.features;
  if (privateKeyJwt !== true) return featureMissing(privateKeyJwt === false ? "feature_not_enabled" : privateKeyJwt);
  const registered = context.state.credentials.get(client.client_id)?.map(({ id }) => id) ?? [];
  const unknown = attached.filter((id) => !registered.includes(id));
  return unknown.length > 0 ? invalidBody(`the client has no credential ${unknown.join(", ")}`) : undefined;
}

/** The ids of the registered keys that authentication methods refer to. */
export function attachedIds(methods: JsonObject): string[] {
  return Object.values(methods).flatMap((method) => {
    if (!isObject(method) || !Array.isArray(method.credentials)) return [];
    return method.credentials.filter(isObject).map(({ id }) => String(id));
  });
}
