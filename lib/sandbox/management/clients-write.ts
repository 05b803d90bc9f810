import * as z from "zod";
import { emptyResponse, jsonResponse, type SandboxResponse } from "../http/message.ts";
import { defaultRefreshToken, newClient } from "../state/new-client.ts";
import type { ClientRecord, JsonObject } from "../state/records.ts";
import { rememberSecret } from "../state/secret-history.ts";
import { tenantNameOf } from "../state/tenant-name.ts";
import type { TenantContext } from "../tenant-context.ts";
import { apiError, insufficientScope, invalidBody } from "./api-error.ts";
import { applyPatch } from "./apply-patch.ts";
import { checkAuthenticationChange } from "./client-authentication-change.ts";
import { showClient } from "./client-view.ts";
import { noSuchClient, secretsIn } from "./clients-read.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { isObject } from "./projection.ts";
import { validate } from "./validate.ts";

const credentialList = z.strictObject({
  credentials: z
    .array(z.strictObject({ id: z.string() }))
    .min(1)
    .max(2),
});
const change = z.looseObject({
  name: z.string().min(1).exactOptional(),
  client_secret: z.string().min(1).exactOptional(),
  grant_types: z.array(z.string()).exactOptional(),
  token_endpoint_auth_method: z.enum(["none", "client_secret_post", "client_secret_basic"]).nullable().exactOptional(),
  client_authentication_methods: z
    .strictObject({
      private_key_jwt: credentialList.exactOptional(),
      tls_client_auth: credentialList.exactOptional(),
      self_signed_tls_client_auth: credentialList.exactOptional(),
    })
    .nullable()
    .exactOptional(),
  jwt_configuration: z
    .looseObject({ lifetime_in_seconds: z.int().min(0).exactOptional() })
    .nullable()
    .exactOptional(),
  refresh_token: z.looseObject({}).nullable().exactOptional(),
  client_id: z.never().exactOptional(),
  global: z.never().exactOptional(),
});
const creation = change.extend({ name: z.string().min(1) });

/** The scope that a field of a PATCH needs; every other field needs `update:clients`. */
const FIELD_SCOPES: Record<string, string> = {
  client_secret: "update:client_keys",
  client_authentication_methods: "update:client_credentials",
};

/** Objects of which a PATCH replaces only the properties it names. */
const MERGED_FIELDS = ["jwt_configuration", "refresh_token", "client_metadata"];

/** Creating, changing and deleting applications, and their secrets. */
export const CLIENT_WRITE_ENDPOINTS: Endpoint[] = [
  { method: "POST", path: "/clients", scopes: ["create:clients"], logged: "Create a client", handle: create },
  {
    method: "PATCH",
    path: "/clients/{id}",
    scopes: ["update:clients", "update:client_keys", "update:client_credentials"],
    logged: "Update a client",
    handle: update,
  },
  { method: "DELETE", path: "/clients/{id}", scopes: ["delete:clients"], logged: "Delete a client", handle: remove },
  {
    method: "POST",
    path: "/clients/{id}/rotate-secret",
    scopes: ["update:client_keys"],
    logged: "Rotate a client secret",
    handle: rotateSecret,
  },
];

/** The new client's secret is in the answer whatever the token may read. */
function create({ context, body }: ApiCall) {
  const { value, refusal } = validate(creation, body);
  if (refusal) return refusal;
  if (value.client_authentication_methods) return invalidBody("keys can be attached once they are registered");
  const tenantName = tenantNameOf(context.domain);
  const refreshToken = newRefreshToken(value);
  const client = newClient(
    { ...value, ...(refreshToken ? { refresh_token: refreshToken } : {}) },
    tenantName,
    context.text,
  );
  context.state.clients.set(client.client_id, client);
  return { response: jsonResponse(201, client), secrets: secretsIn(client) };
}

/** What is not said of refresh tokens is filled in; whether they end follows from `expiration_type`. */
function newRefreshToken({ refresh_token: given, app_type: appType }: JsonObject): JsonObject | undefined {
  if (!isObject(given)) return undefined;
  const ends = given.expiration_type === "expiring";
  const infinite = { infinite_token_lifetime: !ends, infinite_idle_token_lifetime: !ends };
  return { ...defaultRefreshToken(typeof appType === "string" ? appType : undefined), ...infinite, ...given };
}

function update({ context, parameters, body, scopes }: ApiCall) {
  const client = context.state.clients.get(parameters.id ?? "");
  if (!client) return noSuchClient();
  const { value, refusal } = validate(change, body);
  if (refusal) return refusal;
  const refused = checkFieldScopes(value, scopes) ?? checkAuthenticationChange(context, client, value);
  if (refused) return refused;
  if (typeof value.client_secret === "string") setSecret(context, client, value.client_secret);
  applyPatch(client, value, MERGED_FIELDS);
  return shownTo(scopes, client);
}

function checkFieldScopes(patch: JsonObject, scopes: ReadonlySet<string>): SandboxResponse | undefined {
  const needed = new Set(Object.keys(patch).map((field) => FIELD_SCOPES[field] ?? "update:clients"));
  const missing = [...needed].find((scope) => !scopes.has(scope));
  return missing === undefined ? undefined : insufficientScope([missing]);
}

function shownTo(scopes: ReadonlySet<string>, client: ClientRecord) {
  const shown = showClient(client, { fields: [], include: true }, scopes);
  return { response: jsonResponse(200, shown), secrets: secretsIn(shown) };
}

/** The old secret goes on being accepted as the tenant's propagation says. Setting the same one changes nothing. */
function setSecret({ state, clock }: TenantContext, client: ClientRecord, secret: string): void {
  if (client.client_secret === secret) return;
  if (client.client_secret !== undefined) {
    rememberSecret(state.secretHistory, client.client_id, client.client_secret, clock.now());
  }
  client.client_secret = secret;
}

/** Not idempotent: every call makes another secret. It is in the answer, this once, whatever the token may read. */
function rotateSecret({ context, parameters }: ApiCall) {
  const client = context.state.clients.get(parameters.id ?? "");
  if (!client) return noSuchClient();
  if (client.client_authentication_methods) {
    return apiError(400, "The client authenticates with keys and has no secret to rotate.", "operation_not_supported");
  }
  setSecret(context, client, context.text.clientSecret());
  return { response: jsonResponse(200, client), secrets: secretsIn(client) };
}

/** Deleting a client that is gone is no error. Its grants, keys and refresh tokens go with it. */
function remove({ context, parameters }: ApiCall) {
  const id = parameters.id ?? "";
  const { clients, clientGrants, credentials, refreshTokens } = context.state;
  if (clients.get(id)?.global) return apiError(400, "The global client cannot be deleted.", "operation_not_supported");
  clients.delete(id);
  credentials.delete(id);
  for (const grant of [...clientGrants.values()]) if (grant.client_id === id) clientGrants.delete(grant.id);
  for (const token of refreshTokens.values()) if (token.clientId === id) token.revoked = true;
  return emptyResponse(204);
}
