import type { Login } from "../auth0/login.ts";
import type { Calibration, ProbeAnswer, ProbeEndpoint } from "../auth0/probe.ts";
import type { Instant } from "../history/history.ts";
import type { Secret } from "../model/secret.ts";

/** Names one version of a secret for good; Secrets Manager takes it from the `ClientRequestToken` of its writer. */
export type VersionId = string;

/** Secrets Manager's own staging labels. Each sits on one version at most. */
export const CURRENT = "AWSCURRENT";
export const PENDING = "AWSPENDING";
export const PREVIOUS = "AWSPREVIOUS";

/** A secret without its values. */
export interface VaultSecret {
  arn: string;
  name: string;
  /** Whether Secrets Manager calls a rotation function for it at all. */
  rotationEnabled: boolean;
  /** The ARN of the function that it calls; absent where none was ever set. */
  rotationFunction?: string;
  /** The labels of each version that bears one. */
  versions: ReadonlyMap<VersionId, readonly string[]>;
}

/**
 * Secrets Manager, as far as rotation uses it. Each function is one call of the service; whether it may be repeated is
 * said here, since a call may have its effect and its answer be lost. What writes takes until when it may: no try of it
 * is under way after its `deadline`, milliseconds since the epoch, however long the process stood still meanwhile.
 *
 * Every function rejects with CurfewError: `not-found` for a secret that is not there, `vault-failed` otherwise.
 */
export interface RotationVault {
  /** @param secret its ARN or name */
  describe(secret: string): Promise<VaultSecret>;
  /** The value of a version, labelled or not; undefined where that version holds none, or is not there. */
  read(arn: string, version: VersionId): Promise<Secret | undefined>;
  /**
   * Stores a value as version `id` under AWSPENDING and no other label. The same id and value again changes nothing.
   *
   * @throws CurfewError `version-taken` when that version already holds another value
   */
  storePending(arn: string, id: VersionId, value: Secret, deadline?: Instant): Promise<void>;
  /**
   * Moves AWSCURRENT from one version to another; AWSPREVIOUS follows to the one it left. May be repeated only after a
   * look at where the label is: `from` must bear it.
   */
  promote(arn: string, to: VersionId, from: VersionId, deadline?: Instant): Promise<void>;
  /** Takes AWSPENDING off a version that nobody will make current; one that does not bear it is no error. */
  dropPending(arn: string, version: VersionId, deadline?: Instant): Promise<void>;
  /** Takes AWSPREVIOUS off a version that nobody may fall back on; one that does not bear it is no error. */
  dropPrevious(arn: string, version: VersionId, deadline?: Instant): Promise<void>;
}

/** What became of asking Secrets Manager to rotate. */
export type RotationStart =
  /** It rotates, or has done so already: the version is pending or current. */
  | { outcome: "started" }
  /** Another version is pending, and has to be finished first. */
  | { outcome: "in-progress"; version: VersionId };

/**
 * Secrets Manager, as those use it who have secrets rotated: the audit run, the command line. May all be repeated.
 *
 * Every function rejects with CurfewError: `not-found` for a secret that is not there, `vault-failed` otherwise.
 */
export interface RotationService {
  /**
   * Has a secret rotated to a version of this id. Switches rotation on where it was switched off: look first.
   * Returns before the first step.
   */
  startRotation(arn: string, version: VersionId): Promise<RotationStart>;
  /**
   * Sets the function that rotates a secret, and the longest interval there is, without rotating now. Secrets Manager
   * tries the function's testSecret against a version without a value, which is gone again afterwards.
   */
  enableRotation(arn: string, functionArn: string): Promise<void>;
  /** Creates a secret under Curfew's care; its ARN. One of that name must not exist, except with the same value. */
  createManaged(name: string, id: VersionId, value: Secret): Promise<string>;
  /** Puts a secret that exists under Curfew's care: tags it `curfew:managed` = `true`. */
  tagManaged(arn: string): Promise<void>;
}

/** What Auth0 says of an application whose credential is to be rotated. Absent fields were not reported. */
export interface RotatedClient {
  clientId: string;
  isGlobal: boolean;
  /** `none` for a public client. */
  tokenEndpointAuthMethod: string | undefined;
  appType: string | undefined;
  grantTypes: readonly string[] | undefined;
  /** The algorithm that signs its ID tokens. */
  idTokenAlgorithm: string | undefined;
  /** Ids of the registered keys that it authenticates with (`private_key_jwt`); undefined where it does not. */
  attachedKeys: readonly string[] | undefined;
  /** Whether it authenticates by mutual TLS, with a certificate: its secret is of no use then. */
  usesMtls: boolean;
  /** Ids of registered keys that anything of the client refers to: mTLS, signed requests, `private_key_jwt`. */
  referencedKeys: readonly string[];
}

/** A public key that is registered for a client, attached or not. */
export interface RegisteredKey {
  id: string;
  kid: string | undefined;
  name: string | undefined;
}

/** A key pair of which only the public half leaves for Auth0. */
export interface NewKey {
  /** RFC 7638 thumbprint of the public key: the same pair always has the same, so it is found again after a crash. */
  kid: string;
  /** The private JSON Web Key as text, with `kid` and `alg`. */
  privateKeyJwk: Secret;
}

/**
 * One client of one tenant, seen with the rotator's login. Each function is one request, or a few that read.
 *
 * Every function rejects with one of CurfewError's codes for talking to Auth0. What a write did when its answer is lost
 * nobody knows; all but `registerKey` may be repeated.
 */
export interface RotationTenant {
  /** Undefined when the client is gone. */
  client(): Promise<RotatedClient | undefined>;
  /** Which scopes the rotator's token lacks to change a credential of this kind; none where Auth0 does not say. */
  missingScopes(kind: Login["method"]): Promise<readonly string[]>;
  /** As `calibrate` of `lib/auth0/probe.ts`. */
  calibrate(login: Login): Promise<Calibration>;
  /** As `probeCredential`. */
  probe(login: Login, endpoint: ProbeEndpoint): Promise<ProbeAnswer>;
  /** Whether the token endpoint gives this login a token, or would but for a grant; the token is dropped at once. */
  obtainToken(login: Login): Promise<ProbeAnswer>;
  /**
   * `PATCH /clients/{id}` with a chosen secret. Never `POST rotate-secret`, whose answer alone knows the new one.
   *
   * @param notAfter no try is under way any more then: its caller has seen that the present secret may be replaced, and
   * that counts for a while only
   */
  setSecret(secret: Secret, notAfter: Instant): Promise<void>;
  keys(): Promise<readonly RegisteredKey[]>;
  /** Not repeatable: look for the `kid` first. Registering alone does not let anybody in. */
  registerKey(key: { kid: string; publicKeyPem: string; name: string }): Promise<RegisteredKey>;
  /** Sets which registered keys the client authenticates with, all of them. Never switches the method. */
  attachKeys(ids: readonly string[]): Promise<void>;
  /** Deletes a key that is not attached; one that is gone already is no error. */
  deleteKey(id: string): Promise<void>;
}
