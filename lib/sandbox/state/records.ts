/** Any JSON object: the fields that the simulator does not interpret are kept and returned as they are. */
export interface JsonObject {
  [field: string]: unknown;
}

/** An application. Fields as in the Management API; absent fields stay absent. */
export interface ClientRecord extends JsonObject {
  client_id: string;
  name: string;
  global: boolean;
  client_secret?: string;
  app_type?: string;
  is_first_party?: boolean;
  token_endpoint_auth_method?: string;
  grant_types?: string[];
  refresh_token?: RefreshTokenSettings;
  client_authentication_methods?: ClientAuthenticationMethods;
}

/** How refresh tokens of a client live. Seconds. */
export interface RefreshTokenSettings extends JsonObject {
  rotation_type?: string;
  expiration_type?: string;
  leeway?: number;
  token_lifetime?: number;
  idle_token_lifetime?: number;
  infinite_token_lifetime?: boolean;
  infinite_idle_token_lifetime?: boolean;
}

/** Which registered keys a client may authenticate with. */
interface ClientAuthenticationMethods extends JsonObject {
  private_key_jwt?: { credentials: { id: string }[] };
}

/** A registered key of a client. `pem` is never returned by the API. */
export interface CredentialRecord {
  id: string;
  credential_type: string;
  kid?: string;
  alg?: string;
  name?: string;
  subject_dn?: string;
  thumbprint_sha256?: string;
  /** ISO 8601 */
  created_at: string;
  updated_at: string;
  expires_at?: string | null;
  /** The public key or certificate; kept for verification only. */
  pem?: string;
}

/** An API. Lifetimes in seconds. */
export interface ResourceServerRecord extends JsonObject {
  id: string;
  name: string;
  identifier: string;
  is_system?: boolean;
  signing_alg?: string;
  signing_secret?: string;
  token_lifetime?: number;
  token_lifetime_for_web?: number;
  token_dialect?: string;
  allow_offline_access?: boolean;
  scopes?: { value: string; description?: string }[];
  subject_type_authorization?: { user?: { policy?: string }; client?: { policy?: string } };
}

/** Which scopes of an API a client may have. */
export interface ClientGrantRecord extends JsonObject {
  id: string;
  client_id?: string;
  audience: string;
  scope?: string[];
  subject_type?: string;
  default_for?: string;
  allow_all_scopes?: boolean;
  allow_any_organization?: boolean;
  organization_usage?: string;
  is_system?: boolean;
}

export interface OrganizationRecord extends JsonObject {
  id: string;
  name: string;
}

/** An action. The values of its secrets are not kept. */
export interface ActionRecord extends JsonObject {
  id: string;
  name: string;
  secrets?: { name: string; updated_at: string }[];
}

export interface NetworkAclRecord extends JsonObject {
  id: string;
  active: boolean;
  priority: number;
  rule: NetworkAclRule;
}

export interface NetworkAclRule extends JsonObject {
  scope: string;
  action: { block?: boolean; allow?: boolean; log?: boolean; redirect?: boolean; redirect_uri?: string };
  match?: JsonObject;
  not_match?: JsonObject;
}

export interface EmailTemplateRecord extends JsonObject {
  template: string;
  urlLifetimeInSeconds?: number | null;
}

/** A tenant signing key as the Management API shows it. */
export interface SigningKeyRecord {
  kid: string;
  cert: string;
  pkcs7: string;
  fingerprint: string;
  thumbprint: string;
  current: boolean;
  next: boolean;
  previous: boolean;
  revoked: boolean;
  /** ISO 8601 */
  current_since?: string;
  current_until?: string;
  revoked_at?: string;
}

/** A user's refresh token. Times in milliseconds since the Unix epoch. */
export interface RefreshTokenRecord {
  id: string;
  /** The token itself; never returned by the Management API. */
  value: string;
  userId: string;
  clientId: string;
  sessionId: string;
  audience: string;
  scope: string;
  rotating: boolean;
  createdAt: number;
  lastExchangedAt: number | null;
  /** Fixed when the token is issued; null is never. */
  expiresAt: number | null;
  revoked: boolean;
  /** For a rotated token: when it was replaced. Using it after the leeway revokes the whole family. */
  replacedAt: number | null;
  family: string;
}

/** A user's session. Times in milliseconds since the Unix epoch. */
export interface SessionRecord {
  id: string;
  userId: string;
  clientIds: string[];
  createdAt: number;
}
