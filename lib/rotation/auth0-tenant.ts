import type { Login } from "../auth0/login.ts";
import { type ManagementApi, openManagementApi } from "../auth0/management-api.ts";
import { obtainsToken } from "../auth0/obtains-token.ts";
import { calibrate, type ProbeParts, probeCredential } from "../auth0/probe.ts";
import type { Plan } from "../auth0/rate-limits.ts";
import { RETRY_POLICY, type RetryPolicy } from "../auth0/retry.ts";
import {
  deleteRegisteredKey,
  listRegisteredKeys,
  type RegisteredKeyAnswer,
  type RotatedClientAnswer,
  readRotatedClient,
  registerPublicKey,
  setClientKeys,
  setClientSecret,
} from "../auth0/rotation-endpoints.ts";
import type { TenantAddress } from "../auth0/tenant-address.ts";
import type { Instant } from "../history/history.ts";
import type { Clock } from "../model/clock.ts";
import type { RegisteredKey, RotatedClient, RotationTenant } from "./ports.ts";

/** Which client of which tenant, who changes it, and everything that comes from outside. */
export interface Auth0TenantOptions {
  address: TenantAddress;
  plan: Plan;
  /** The rotator's. */
  login: Login;
  /** The application whose credential is rotated. */
  clientId: string;
  /** Ends everything: the deadline of a Lambda, or an interrupt by a person. */
  signal: AbortSignal;
  /**
   * When this process may be stopped: no change is under way any more then. A Lambda that has answered stands still
   * until it is called again, and would go on then with what it had left: a change that is hours late.
   */
  deadline?: Instant;
  clock: Clock;
  /** Uniform in [0, 1): the jitter between retries. */
  random: () => number;
  fetch?: typeof fetch;
  /** Milliseconds after which an unanswered request is given up. */
  timeout?: number;
  retryPolicy?: RetryPolicy;
}

/** Milliseconds after which an unanswered request is given up, as for an audit. */
const REQUEST_TIMEOUT = 10_000;

/** One client of one tenant with the rotator's login. Nothing is sent before the first call. */
export function auth0Tenant(options: Auth0TenantOptions): RotationTenant {
  const { address, clientId, signal, timeout = REQUEST_TIMEOUT, deadline = Number.POSITIVE_INFINITY } = options;
  const lastChange = deadline - timeout; // what is sent then is answered, or given up, by the deadline
  const api = openApi(options);
  const probes = probeParts(options);
  return {
    client: async () => {
      const answer = await readRotatedClient(api, clientId, signal);
      return answer && rotatedClient(answer);
    },
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

function openApi({ clientId: _, deadline: __, ...options }: Auth0TenantOptions): ManagementApi {
  return openManagementApi({ timeout: REQUEST_TIMEOUT, ...options });
}

const probeParts = (options: Auth0TenantOptions): ProbeParts => ({
  fetch: options.fetch ?? fetch,
  clock: options.clock,
  timeout: options.timeout ?? REQUEST_TIMEOUT,
  random: options.random,
  retryPolicy: options.retryPolicy ?? RETRY_POLICY,
});

function rotatedClient(answer: RotatedClientAnswer): RotatedClient {
  const { private_key_jwt: jwt, ...others } = answer.client_authentication_methods ?? {};
  const references = [jwt, others.tls_client_auth, others.self_signed_tls_client_auth, answer.signed_request_object];
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
