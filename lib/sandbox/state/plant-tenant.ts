import { newSigningKey } from "../keys/signing-keys.ts";
import { featuresOfPlan } from "../plan.ts";
import type { ActionSeed, ClientSeed, NetworkAclSeed, SigningKeySeed, TenantSeed } from "../tenant-seed.ts";
import { Collection } from "./collection.ts";
import { newClient, newGlobalClient } from "./new-client.ts";
import { newCredential } from "./new-credential.ts";
import { managementApi, newResourceServer } from "./new-resource-server.ts";
import type { RandomText } from "./random-text.ts";
import type {
  ActionRecord,
  ClientRecord,
  CredentialRecord,
  JsonObject,
  NetworkAclRecord,
  SigningKeyRecord,
} from "./records.ts";
import { tenantNameOf } from "./tenant-name.ts";
import type { TenantState } from "./tenant-state.ts";

/** What seeds are planted with. `now` in milliseconds since the Unix epoch. */
interface Soil {
  seed: TenantSeed;
  text: RandomText;
  now: number;
}

/** Builds the state of a tenant from its seed, filling in what every real tenant has. */
export async function plantTenant(seed: TenantSeed, text: RandomText, now: number): Promise<TenantState> {
  const soil = { seed, text, now };
  const plan = seed.plan ?? "enterprise";
  const state: TenantState = {
    plan,
    features: { ...featuresOfPlan(plan), ...seed.features },
    settings: structuredClone(seed.settings ?? newSettings(seed.name)),
    clients: new Collection(),
    credentials: new Map(),
    resourceServers: new Collection(),
    clientGrants: new Collection(),
    organizations: new Collection(),
    grantOrganizations: new Map(),
    actions: new Collection(),
    networkAcls: new Collection(),
    emailTemplates: new Map(),
    signingKeys: plantSigningKeys(soil),
    keyPairs: new Map(),
    refreshTokens: new Map(),
    sessions: new Map(),
    logs: [],
    propagation: { mode: "flapping", seconds: 30, ...seed.propagation },
    secretHistory: new Map(),
    usedAssertions: new Map(),
    logDelay: seed.logDelay ?? 0,
    revokeAuthentication: seed.revokeAuthentication ?? "every-client",
  };
  await plantClients(soil, state);
  plantResourceServers(soil, state);
  plantGrants(soil, state);
  for (const action of seed.actions ?? []) add(state.actions, plantAction(soil, action));
  let priority = 0;
  for (const acl of seed.networkAcls ?? []) add(state.networkAcls, plantNetworkAcl(soil, acl, ++priority));
  for (const template of seed.emailTemplates ?? []) state.emailTemplates.set(template.template, { ...template });
  return state;
}

function add<Value extends { id: string }>(collection: Map<string, Value>, value: Value): void {
  collection.set(value.id, value);
}

async function plantClients({ seed, text, now }: Soil, state: TenantState): Promise<void> {
  const tenantName = tenantNameOf(seed.domain);
  let hasGlobal = false;
  for (const clientSeed of seed.clients ?? []) {
    const client = plantClient(clientSeed, tenantName, text);
    hasGlobal ||= client.global;
    if (clientSeed.credentials) await plantCredentials(clientSeed, client, state, text, now);
    state.clients.set(client.client_id, client);
  }
  if (hasGlobal) return;
  const global = newGlobalClient(tenantName, text);
  state.clients.set(global.client_id, global);
}

function plantClient(seed: ClientSeed, tenantName: string, text: RandomText): ClientRecord {
  const { omit = [], credentials: _, ...fields } = seed;
  const client = newClient(fields, tenantName, text);
  for (const field of omit) delete client[field];
  return client;
}

async function plantCredentials(
  seed: ClientSeed,
  client: ClientRecord,
  state: TenantState,
  text: RandomText,
  now: number,
): Promise<void> {
  const planted: CredentialRecord[] = [];
  const attached: { id: string }[] = [];
  for (const { id = text.credentialId(), attached: isAttached = true, created_at, ...given } of seed.credentials ??
    []) {
    const at = created_at === undefined ? now : Date.parse(created_at);
    const credential = await newCredential({ credential_type: "public_key", ...given }, id, at);
    if (!credential)
      throw new TypeError(`The seed of client ${client.name} has a credential whose pem cannot be read.`);
    planted.push(credential);
    if (isAttached) attached.push({ id });
  }
  state.credentials.set(client.client_id, planted);
  if (attached.length === 0 || client.client_authentication_methods) return;
  client.client_authentication_methods = { private_key_jwt: { credentials: attached } };
  delete client.token_endpoint_auth_method;
}

function plantResourceServers({ seed, text }: Soil, state: TenantState): void {
  const identifier = `https://${seed.domain}/api/v2/`;
  const given = [...(seed.resourceServers ?? [])];
  const own = given.find((fields) => fields.identifier === identifier);
  add(state.resourceServers, { ...managementApi(identifier, text), ...own, ...seed.managementApi });
  for (const fields of given) if (fields !== own) add(state.resourceServers, newResourceServer({ ...fields }, text));
}

function plantGrants({ seed, text }: Soil, state: TenantState): void {
  for (const organization of seed.organizations ?? []) add(state.organizations, { ...organization });
  for (const { organizations, ...fields } of seed.clientGrants ?? []) {
    const grant = { ...fields, id: fields.id ?? text.grantId() };
    add(state.clientGrants, grant);
    if (organizations) state.grantOrganizations.set(grant.id, new Set(organizations));
  }
}

function plantAction({ text, now }: Soil, { secrets, ...fields }: ActionSeed): ActionRecord {
  const at = new Date(now).toISOString();
  const dated = secrets?.map(({ name, updated_at = at }) => ({ name, updated_at }));
  const given = { status: "built", created_at: at, updated_at: at, all_changes_deployed: true, ...fields };
  return { id: text.uuid(), ...given, ...(dated ? { secrets: dated } : {}) };
}

function plantNetworkAcl({ text, now }: Soil, seed: NetworkAclSeed, priority: number): NetworkAclRecord {
  const at = new Date(now).toISOString();
  return { id: text.networkAclId(), description: "", active: true, priority, created_at: at, updated_at: at, ...seed };
}

/** The seed's keys; a current and a next one are added where they are missing. */
function plantSigningKeys({ seed, text, now }: Soil): SigningKeyRecord[] {
  const given = seed.signingKeys ?? [];
  const missing: SigningKeySeed[] = [];
  if (!given.some((key) => key.current)) missing.push({ current: true, current_since: new Date(now).toISOString() });
  if (!given.some((key) => key.next)) missing.push({ next: true });
  return [...given, ...missing].map(({ kid = text.keyId(), ...fields }) => newSigningKey(kid, fields));
}

/** The settings of a new tenant. Session lifetimes are absent: Auth0's defaults apply. */
function newSettings(name: string): JsonObject {
  return {
    enabled_locales: ["en"],
    flags: {
      allow_changing_enable_sso: false,
      disable_impersonation: true,
      enable_sso: true,
      universal_login: true,
      revoke_refresh_token_grant: false,
      disable_clickjack_protection_headers: false,
    },
    friendly_name: name,
    sandbox_version: "22",
    oidc_logout: { rp_logout_end_session_endpoint_discovery: true },
    universal_login: {},
    resource_parameter_profile: "audience",
    phone_consolidated_experience: false,
    client_id_metadata_document_supported: false,
    sandbox_versions_available: ["22", "18"],
  };
}
