import type { LogEvent } from "../logs/log-event.ts";
import type { Features, Plan } from "../plan.ts";
import type { Collection } from "./collection.ts";
import type {
  ActionRecord,
  ClientGrantRecord,
  ClientRecord,
  CredentialRecord,
  EmailTemplateRecord,
  JsonObject,
  NetworkAclRecord,
  OrganizationRecord,
  RefreshTokenRecord,
  ResourceServerRecord,
  SessionRecord,
  SigningKeyRecord,
} from "./records.ts";
import type { Propagation, SecretHistory } from "./secret-history.ts";

/** Everything a tenant holds. Tests may change it at any time, as somebody with a dashboard could. */
export interface TenantState {
  plan: Plan;
  features: Features;
  settings: JsonObject;
  /** By client id, the global client included. */
  clients: Collection<ClientRecord>;
  /** Registered keys by client id. */
  credentials: Map<string, CredentialRecord[]>;
  /** By id. */
  resourceServers: Collection<ResourceServerRecord>;
  clientGrants: Collection<ClientGrantRecord>;
  organizations: Collection<OrganizationRecord>;
  /** Ids of organizations by grant id. */
  grantOrganizations: Map<string, Set<string>>;
  actions: Collection<ActionRecord>;
  networkAcls: Collection<NetworkAclRecord>;
  /** By template name; one that is missing was never configured. */
  emailTemplates: Map<string, EmailTemplateRecord>;
  signingKeys: SigningKeyRecord[];
  /** Which key pair of the process-wide pool belongs to a `kid`. */
  keyPairs: Map<string, number>;
  /** By id. */
  refreshTokens: Map<string, RefreshTokenRecord>;
  sessions: Map<string, SessionRecord>;
  logs: LogEvent[];
  propagation: Propagation;
  secretHistory: SecretHistory;
  /** `jti` of client assertions that were used, and when they may be forgotten (milliseconds). */
  usedAssertions: Map<string, number>;
  /** Seconds after which a log event becomes readable. */
  logDelay: number;
  /** Whether `/oauth/revoke` checks the secret of every confidential client or of regular web applications only. */
  revokeAuthentication: RevokeAuthentication;
}

/** Auth0's page on token revocation and RFC 7009 disagree; a tenant can be either. */
export type RevokeAuthentication = "every-client" | "regular-web-only";
