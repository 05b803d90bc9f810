import type { JsonObject } from "../../../lib/sandbox/state/records.ts";
import type { NetworkAclSeed, TenantSeed } from "../../../lib/sandbox/tenant-seed.ts";
import { ALL_SCOPES, AUDITOR } from "../audited-sandbox.ts";
import { drawApi, drawManagementApi, type PlantedApi, type PlantedManagementApi } from "./apis.ts";
import { drawClient, type PlantedClient } from "./clients.ts";
import type { Dealer } from "./dealer.ts";
import { drawApiGrant, drawManagementGrant, type PlantedGrant } from "./grants.ts";
import { drawMemory, type PlantedMemory } from "./memory.ts";
import { drawResponders, type PlantedResponder } from "./responders.ts";
import {
  drawAction,
  drawMails,
  drawNetworkAcls,
  drawSettings,
  drawSigningKeys,
  type PlantedAction,
  type PlantedMail,
  type PlantedSettings,
  type PlantedSigningKey,
} from "./settings.ts";
import type { Card } from "./verdict.ts";

/** A tenant with faults in known places. */
export interface World {
  domain: string;
  clients: PlantedClient[];
  apis: PlantedApi[];
  managementApi: PlantedManagementApi;
  grants: PlantedGrant[];
  settings: PlantedSettings;
  mails: PlantedMail[];
  actions: PlantedAction[];
  signingKeys: PlantedSigningKey[];
  networkAcls: Card<NetworkAclSeed[]>;
  auditor: { scopes: string[] };
  /** Who acts in emergencies. */
  responders: readonly PlantedResponder[];
  /** What earlier audits recorded. */
  memory: PlantedMemory;
}

/** What kind of tenant to draw. */
export interface WorldOptions {
  clients: number;
  now: number;
  /** Some application may use the implicit flow; true when left out. */
  implicit?: boolean;
  /** Some API may allow offline access; true when left out. */
  offline?: boolean;
  /** No refresh token outlives the session, which lasts as long as Auth0's default; false when left out. */
  shortRefresh?: boolean;
  /** What the auditor may do beside reading. */
  auditorExtras?: string[];
  /** Nobody but the auditor has a grant for the Management API; false when left out. */
  auditorOnly?: boolean;
}

const DOMAIN = "planted.eu.auth0.com";

/** Auth0 asks for one request an application with keys, and this many show every set of keys twice. */
const MOST_KEYED = 40;

/** Draws a tenant. */
export function drawWorld(dealer: Dealer, options: WorldOptions): World {
  const { now, implicit = true, offline = true, shortRefresh = false, auditorOnly = false } = options;
  const keyed = Math.min(MOST_KEYED, Math.ceil(options.clients / 4));
  const drawn = numbers(options.clients - 1).map((index) =>
    drawClient(dealer, index, { now, implicit, shortRefresh, keyed }),
  );
  const responders = auditorOnly ? [] : drawResponders(dealer, DOMAIN);
  const clients = [...drawn, ...responders.map(({ client }) => client), AUDITOR_CLIENT];
  const apis = numbers(1 + Math.min(150, options.clients / 4)).map((index) => drawApi(dealer, index, { offline }));
  const managementApi = drawManagementApi(dealer);
  const scopes = [...ALL_SCOPES, ...(options.auditorExtras ?? [])];
  const parties = { clients: drawn, domain: DOMAIN, apis };
  const count = Math.min(220, options.clients);
  const grants = [
    ...(auditorOnly ? [] : numbers(count).map((index) => drawManagementGrant(dealer, index, parties))),
    ...numbers(count).map((index) => drawApiGrant(dealer, index, parties)),
    ...responders.flatMap(({ grants: held }) => held),
    auditorGrant(scopes),
  ];
  const longest = Math.max(
    managementApi.seconds,
    ...apis.map(({ seconds }) => seconds),
    ...clients.map(({ idTokenSeconds }) => idTokenSeconds),
  );
  return {
    domain: DOMAIN,
    clients,
    apis,
    managementApi,
    grants,
    settings: drawSettings(dealer, shortRefresh),
    mails: drawMails(dealer),
    actions: numbers(Math.min(120, options.clients / 2)).map((index) => drawAction(dealer, index, now)),
    signingKeys: drawSigningKeys(dealer, longest, now),
    networkAcls: drawNetworkAcls(dealer),
    auditor: { scopes },
    responders,
    memory: drawMemory(dealer, clients, now),
  };
}

const numbers = (count: number): number[] =>
  Array.from({ length: Math.max(0, Math.floor(count)) }, (_, index) => index);

/** The application that reads the tenant is in it, and judged like every other. */
const AUDITOR_CLIENT: PlantedClient = {
  id: AUDITOR.clientId,
  seed: { name: "Curfew auditor" },
  isPublic: false,
  isForPeople: false,
  isFirstParty: true,
  usesSecret: true,
  publicWithSecret: false,
  usesImplicit: false,
  usesLegacyFlow: false,
  idToken: undefined,
  idTokenSeconds: 36_000,
  hs256: false,
  refresh: undefined,
  isBound: false,
  keys: [],
};

const AUDITOR_GRANT = "the auditor's";

const auditorGrant = (scopes: string[]): PlantedGrant => ({
  id: AUDITOR_GRANT,
  audience: `https://${DOMAIN}/api/v2/`,
  fields: {},
  isManagement: true,
  client: AUDITOR_CLIENT,
  isForUsers: false,
  all: false,
  scopes,
  anyOrganization: false,
});

/** The tenant as the sandbox plants it; the auditor and its grant are added there. */
export function seedOf(world: World): Partial<TenantSeed> {
  return {
    domain: world.domain,
    rateLimits: false,
    settings: world.settings.fields,
    clients: world.clients.filter(({ id }) => id !== AUDITOR.clientId).map(({ seed }) => seed),
    resourceServers: world.apis.map(({ id, identifier, fields }) => ({ id, identifier, ...fields })),
    managementApi: world.managementApi.fields,
    clientGrants: world.grants
      .filter(({ id }) => id !== AUDITOR_GRANT)
      .map(({ id, audience, fields }) => ({ id, audience, ...fields })),
    actions: world.actions.map(({ seed }) => seed),
    networkAcls: world.networkAcls.value,
    emailTemplates: world.mails.flatMap(({ template, lifetime }) =>
      lifetime === undefined ? [] : mail(template, lifetime),
    ),
    signingKeys: world.signingKeys.map(({ seed }) => seed),
  };
}

const mail = (template: string, urlLifetimeInSeconds: number): JsonObject & { template: string } => ({
  template,
  body: "",
  from: "",
  subject: "",
  syntax: "liquid",
  enabled: true,
  urlLifetimeInSeconds,
});

/** The auditor's grant is given its id by the sandbox. */
export function nameAuditorGrant(world: World, id: string): World {
  return { ...world, grants: world.grants.map((grant) => (grant.id === AUDITOR_GRANT ? { ...grant, id } : grant)) };
}
