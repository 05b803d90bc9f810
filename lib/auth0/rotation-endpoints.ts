import * as z from "zod";
import { CurfewError, hasCode } from "../model/curfew-error.ts";
import type { Secret } from "../model/secret.ts";
import { FIELDS_REFUSED } from "./answer-error.ts";
import { ofClient, readClient } from "./client-requests.ts";
import type { ManagementApi } from "./management-api.ts";
import { registeredKey, rotatedClient } from "./resources/rotated-client.ts";
import { unlessGone } from "./unless-gone.ts";

/**
 * Everything a rotation asks of Auth0, one request each. No request asks for a secret, and no answer's body is kept:
 * what changes an application is answered with the application, its secret included.
 *
 * What changes something takes the moment after which it is not sent any more, in milliseconds since the epoch.
 */

/** The documented scope of each. Source: the Management API's OpenAPI document. */
const ROTATION_SCOPES = {
  readAuthentication: "read:client_credentials",
  setSecret: "update:client_keys",
  readKeys: "read:client_credentials",
  registerKey: "create:client_credentials",
  attachKeys: "update:client_credentials",
  deleteKey: "delete:client_credentials",
} as const;

/**
 * Every scope of a rotator: with which an application is read and changed at all, and those. Never `read:client_keys`: it
 * sets secrets, and reads none.
 */
export const ROTATOR_SCOPES: readonly string[] = [
  ...new Set(["read:clients", "update:clients", ...Object.values(ROTATION_SCOPES)]),
];

/** What changes a credential of each kind, with what takes an old key away again. */
const CHANGES = {
  "client-secret": ["setSecret"],
  "private-key": ["registerKey", "attachKeys", "deleteKey"],
} as const;

/**
 * The scopes that the token lacks to change a credential of a kind. Asks for nothing but the token; none where Auth0
 * does not say which scopes it has.
 */
export async function missingChangeScopes(api: ManagementApi, kind: keyof typeof CHANGES): Promise<string[]> {
  const scopes = await api.scopes();
  return scopes === undefined
    ? []
    : CHANGES[kind].map((change) => ROTATION_SCOPES[change]).filter((scope) => !scopes.has(scope));
}

export type RotatedClientAnswer = z.infer<typeof rotatedClient>;
export type RegisteredKeyAnswer = z.infer<typeof registeredKey>;

/**
 * One application, with how it authenticates; undefined when it is gone.
 *
 * @throws CurfewError `missing-scope` when the token may not see how it authenticates: Auth0 leaves out what it may
 * not see, and an application that seems to have no keys would be taken for one with a secret
 */
export async function readRotatedClient(
  api: ManagementApi,
  clientId: string,
  signal: AbortSignal,
): Promise<RotatedClientAnswer | undefined> {
  const scopes = await api.scopes();
  if (scopes && !scopes.has(ROTATION_SCOPES.readAuthentication)) throw mayNotSee();
  try {
    return await readClient(api, clientId, rotatedClient, signal);
  } catch (error) {
    if (hasCode(error, "request-refused") && error.detail === FIELDS_REFUSED) throw mayNotSee();
    throw error;
  }
}

const mayNotSee = (): CurfewError => {
  const scope = ROTATION_SCOPES.readAuthentication;
  const message = `The token lacks the scope ${scope}, without which Auth0 does not say how an application authenticates.`;
  return new CurfewError("missing-scope", message, { detail: scope });
};

/** Gives an application a secret that was chosen beforehand; the same again changes nothing. */
export async function setClientSecret(
  api: ManagementApi,
  clientId: string,
  secret: Secret,
  notAfter: number,
  signal: AbortSignal,
): Promise<void> {
  const body = { client_secret: secret.reveal() };
  await api.send(
    { ...ofClient(clientId), method: "PATCH", scope: ROTATION_SCOPES.setSecret, body, notAfter },
    z.unknown(),
    signal,
  );
}

/** Sets the registered keys that an application authenticates with (`private_key_jwt`): these, and no others. */
export async function setClientKeys(
  api: ManagementApi,
  clientId: string,
  ids: readonly string[],
  notAfter: number,
  signal: AbortSignal,
): Promise<void> {
  const body = { client_authentication_methods: { private_key_jwt: { credentials: ids.map((id) => ({ id })) } } };
  await api.send(
    { ...ofClient(clientId), method: "PATCH", scope: ROTATION_SCOPES.attachKeys, body, notAfter },
    z.unknown(),
    signal,
  );
}

/** The keys that are registered for an application, attached or not. */
export const listRegisteredKeys = (
  api: ManagementApi,
  clientId: string,
  signal: AbortSignal,
): Promise<RegisteredKeyAnswer[]> =>
  api.send(
    { ...credentialsOf(clientId), method: "GET", scope: ROTATION_SCOPES.readKeys },
    z.array(registeredKey),
    signal,
  );

/**
 * Registers a public key for RS256. Sent once: a second request would register it a second time.
 *
 * @param key `kid` 10 to 64 characters of `A-Za-z0-9_-`, `name` at most 128. Source: the OpenAPI document.
 */
export function registerPublicKey(
  api: ManagementApi,
  clientId: string,
  { kid, publicKeyPem, name }: { kid: string; publicKeyPem: string; name: string },
  notAfter: number,
  signal: AbortSignal,
): Promise<RegisteredKeyAnswer> {
  const body = { credential_type: "public_key", alg: "RS256", kid, name, pem: publicKeyPem };
  const request = { ...credentialsOf(clientId), method: "POST", scope: ROTATION_SCOPES.registerKey, body } as const;
  return api.send({ ...request, repeatable: false, notAfter }, registeredKey, signal);
}

/** Deletes a registered key that is not attached; one that is gone already is no error. */
export async function deleteRegisteredKey(
  api: ManagementApi,
  clientId: string,
  id: string,
  notAfter: number,
  signal: AbortSignal,
): Promise<void> {
  const path = `${credentialsOf(clientId).path}/${encodeURIComponent(id)}`;
  const pattern = "/clients/{client_id}/credentials/{credential_id}";
  const request = { ...credentialsOf(clientId), path, pattern, method: "DELETE" } as const;
  await unlessGone(() => api.send({ ...request, scope: ROTATION_SCOPES.deleteKey, notAfter }, z.unknown(), signal));
}

const credentialsOf = (clientId: string): ReturnType<typeof ofClient> => ({
  ...ofClient(clientId),
  path: `${ofClient(clientId).path}/credentials`,
  pattern: "/clients/{client_id}/credentials",
  group: "client-credentials",
});
