import { jsonResponse } from "../http/message.ts";
import { rotateSigningKeys } from "../keys/signing-keys.ts";
import { apiError, inexistent } from "./api-error.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";

/** Tenant signing keys. Auth0 docs: revoking is irreversible, and only a previous key can be revoked. */
export const SIGNING_KEY_ENDPOINTS: Endpoint[] = [
  { method: "GET", path: "/keys/signing", scopes: ["read:signing_keys"], feature: "signingKeys", handle: list },
  { method: "GET", path: "/keys/signing/{kid}", scopes: ["read:signing_keys"], feature: "signingKeys", handle: get },
  {
    method: "POST",
    path: "/keys/signing/rotate",
    scopes: ["create:signing_keys", "update:signing_keys"],
    feature: "signingKeys",
    logged: "Rotate the tenant signing key",
    handle: rotate,
  },
  {
    method: "PUT",
    path: "/keys/signing/{kid}/revoke",
    scopes: ["update:signing_keys"],
    feature: "signingKeys",
    logged: "Revoke a tenant signing key",
    handle: revoke,
  },
];

const notFound = () => inexistent("signing_key", "The signing key does not exist.");

function find({ context, parameters }: ApiCall) {
  return context.state.signingKeys.find(({ kid }) => kid === parameters.kid);
}

function list({ context }: ApiCall) {
  return jsonResponse(200, context.state.signingKeys);
}

function get(call: ApiCall) {
  const key = find(call);
  return key ? jsonResponse(200, key) : notFound();
}

function rotate({ context }: ApiCall) {
  const { kid, cert } = rotateSigningKeys(context);
  return jsonResponse(201, { kid, cert });
}

function revoke(call: ApiCall) {
  const key = find(call);
  if (!key) return notFound();
  if (!key.previous) return apiError(400, "Only a previous signing key can be revoked.", "operation_not_supported");
  key.revoked = true;
  key.revoked_at ??= new Date(call.context.clock.now()).toISOString();
  return jsonResponse(200, { kid: key.kid, cert: key.cert });
}
