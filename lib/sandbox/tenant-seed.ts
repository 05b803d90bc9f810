import type { ResetMeaning } from "./limits/rate-limiter.ts";
import type { LogEntry } from "./logs/log-event.ts";
import type { Features, Plan } from "./plan.ts";
import type { CredentialFields } from "./state/new-credential.ts";
import type {
  ClientGrantRecord,
  ClientRecord,
  EmailTemplateRecord,
  JsonObject,
  NetworkAclRule,
  ResourceServerRecord,
  SigningKeyRecord,
} from "./state/records.ts";
import type { Propagation } from "./state/secret-history.ts";
import type { RevokeAuthentication } from "./state/tenant-state.ts";

/** Fields of a record, of which some must be given. */
type Fields<Rec, Required extends string> = JsonObject & Partial<Rec> & { [K in Required]: string };

/** An application to begin with. What is not given is as on a new application. */
export interface ClientSeed extends Fields<ClientRecord, "name"> {
  name: string;
  /** Fields that this application lacks, though new ones have them. */
  omit?: string[];
  /** Registered keys; the attached ones become the client's `private_key_jwt` credentials. */
  credentials?: CredentialSeed[];
}

/** A registered key to begin with. */
interface CredentialSeed extends Partial<CredentialFields> {
  id?: string;
  pem: string;
  /** ISO 8601; now when left out. */
  created_at?: string;
  /** Whether the client authenticates with it; true when left out. */
  attached?: boolean;
}

type ResourceServerSeed = Fields<ResourceServerRecord, "identifier">;

/** A client grant to begin with. Nothing is added but an id. */
interface ClientGrantSeed extends Fields<ClientGrantRecord, "audience"> {
  audience: string;
  /** Ids of the organizations it is associated with. */
  organizations?: string[];
}

/** An action to begin with; the values of secrets are not kept. */
export interface ActionSeed extends JsonObject {
  name: string;
  secrets?: { name: string; updated_at?: string }[];
}

export interface NetworkAclSeed extends JsonObject {
  rule: NetworkAclRule;
  active?: boolean;
  priority?: number;
}

/** A signing key to begin with, in the order previous, current, next as far as given. */
export type SigningKeySeed = Partial<SigningKeyRecord>;

/** A tenant to simulate. */
export interface TenantSeed {
  /** How `Sandbox.tenant` and the control endpoint find it. */
  name: string;
  /** The canonical domain; its tokens' issuer is `https://<domain>/`. */
  domain: string;
  /** `enterprise` when left out. Sets rate limits, features and log retention. */
  plan?: Plan;
  features?: Partial<Features>;
  /** False takes every rate limit away. */
  rateLimits?: boolean;
  /** What `x-ratelimit-reset` says; `bucket-full` when left out. */
  rateLimitReset?: ResetMeaning;
  /** Milliseconds that every answer takes; 0 when left out. */
  latency?: number;
  /** How changed secrets spread; flapping for 30 seconds when left out. */
  propagation?: Partial<Propagation>;
  /** `every-client` when left out. */
  revokeAuthentication?: RevokeAuthentication;
  /** Seconds until a log event can be read; 0 when left out. */
  logDelay?: number;
  /** Replaces the settings of a new tenant. */
  settings?: JsonObject;
  clients?: Iterable<ClientSeed>;
  resourceServers?: Iterable<ResourceServerSeed>;
  /** What differs on the Management API's own entry, which every tenant has; its lifetime for instance. */
  managementApi?: Partial<ResourceServerRecord>;
  clientGrants?: Iterable<ClientGrantSeed>;
  organizations?: Iterable<JsonObject & { id: string; name: string }>;
  actions?: Iterable<ActionSeed>;
  networkAcls?: Iterable<NetworkAclSeed>;
  emailTemplates?: Iterable<EmailTemplateRecord>;
  signingKeys?: SigningKeySeed[];
  /** Dated by `date` (ISO 8601), or by `ago`: so many seconds before the start; else by the start itself. */
  logs?: Iterable<LogEntry & { date?: string; ago?: number }>;
}
