import { obtainsToken } from "../auth0/obtains-token.ts";
import { calibrate, probeCredential } from "../auth0/probe.ts";
import {
  deleteRegisteredKey,
  listRegisteredKeys,
  missingChangeScopes,
  type RegisteredKeyAnswer,
  type RotatedClientAnswer,
  readRotatedClient,
  registerPublicKey,
  setClientKeys,
  setClientSecret,
} from "../auth0/rotation-endpoints.ts";
import { openTenant, type TenantAccess } from "../auth0/tenant-access.ts";
import type { RegisteredKey, RotatedClient, RotationTenant } from "./ports.ts";

/** Which client of which tenant, with the rotator's login. */
export interface Auth0TenantOptions extends TenantAccess {
  /** The application whose credential is rotated. */
  clientId: string;
}

/** One client of one tenant with the rotator's login. Nothing is sent before the first call. */
export function auth0Tenant(options: Auth0TenantOptions): RotationTenant {
  const { address, clientId, signal } = options;
  const { api, probes, timeout, lastChange } = openTenant(options);
  return {
    client: async () => {
      const answer = await readRotatedClient(api, clientId, signal);
      return answer && rotatedClient(answer);
    },
    missingScopes: (kind) => missingChangeScopes(api, kind),
    calibrate: (login) => calibrate(address, login, probes, signal),
    probe: (login, endpoint) => probeCredential(address, login, probes, signal, endpoint),
    obtainToken: (login) => obtainsToken(address, login, probes, signal),
    setSecret: (secret, notAfter) =>
      setClientSecret(api, clientId, secret, Math.min(lastChange, notAfter - timeout), signal),
    keys: async () => (await listRegisteredKeys(api, clientId, signal)).map(registered),
    registerKey: async (key) => registered(await registerPublicKey(api, clientId, key, lastChange, signal)),
    attachKeys: (ids) => setClientKeys(api, clientId, ids, lastChange, signal),
    deleteKey: (id) => deleteRegisteredKey(api, clientId, id, lastChange, signal),
  };
}

function rotatedClient(answer: RotatedClientAnswer): RotatedClient {
  const { private_key_jwt: jwt, ...others } = answer.client_authentication_methods ?? {};
  const { signed_request_object: signed, token_vault_privileged_access: worker } = answer;
  const references = [jwt, others.tls_client_auth, others.self_signed_tls_client_auth, signed, worker];
  return {
    clientId: answer.client_id,
    isGlobal: answer.global ?? false, // absent on most applications (recordings), and true on that one alone
    tokenEndpointAuthMethod: answer.token_endpoint_auth_method,
    appType: answer.app_type,
    grantTypes: answer.grant_types,
    idTokenAlgorithm: answer.jwt_configuration?.alg,
    attachedKeys: jwt?.credentials.map(({ id }) => id),
    usesMtls: others.tls_client_auth !== undefined || others.self_signed_tls_client_auth !== undefined,
    referencedKeys: [...new Set(references.flatMap((place) => place?.credentials?.map(({ id }) => id) ?? []))],
  };
}

const registered = ({ id, kid, name }: RegisteredKeyAnswer): RegisteredKey => ({ id, kid, name });
