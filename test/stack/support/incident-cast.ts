import { RESPONDER_SCOPES } from "../../../lib/auth0/responder-endpoints.ts";
import { ROTATOR_SCOPES } from "../../../lib/auth0/rotation-endpoints.ts";
import { managementAudience } from "../../../lib/auth0/tenant-address.ts";
import { minutes } from "../../../lib/model/duration.ts";
import type { Plan } from "../../../lib/sandbox/plan.ts";
import type { ClientSeed, TenantSeed } from "../../../lib/sandbox/tenant-seed.ts";
import { machine } from "../../sandbox/support/a-sandbox.ts";
import { keyPair } from "../../support/keys.ts";
import { CANARY, ONCALL } from "./cast.ts";
import { privatePartsOf } from "./rotation-cast.ts";

/**
 * The tenants: one in which all is well; one whose responder lacks a scope; one that nobody reaches; one that goes away
 * for a while; one whose plan has no network ACLs; two whose responder or rotator leaks, the first with a spare.
 */
const TENANTS: Readonly<Record<LeakyTenant, { plan?: Plan; more?: string }>> = {
  acme: {},
  half: {},
  gone: {},
  dark: {},
  lite: { plan: "professional", more: "containment: { networkAcl: { egress: [127.0.0.1/32] } }" },
  spare: {
    more: "spareResponder: { clientId: responder-spare-of-spare, secret: secretsmanager:curfew/spare/responder-spare }",
  },
  bank: {},
};
export const LEAKY_TENANTS = ["acme", "half", "gone", "dark", "lite", "spare", "bank"] as const;
export type LeakyTenant = (typeof LEAKY_TENANTS)[number];

/** Curfew's own applications in a tenant, with what they may do; a spare where there is one. */
const ROLES = { responder: RESPONDER_SCOPES, rotator: ROTATOR_SCOPES, "responder-spare": RESPONDER_SCOPES } as const;
const rolesOf = (tenant: LeakyTenant) =>
  Object.entries(ROLES).filter(([role]) => role !== "responder-spare" || tenant === "spare");

/** The API whose tokens leak: they live so briefly that a test can see their end. */
export const ORDERS = { name: "Orders API", identifier: "https://orders.example/", token_lifetime: minutes(2) };

/** What is missing in one of the tenants. */
const MISSING_SCOPE = "delete:client_grants";

/** An application that leaks: its secret is stored, unless nobody manages it. */
interface Leaking {
  tenant: LeakyTenant;
  managed?: false;
  /** What differs at Auth0. */
  client?: Partial<ClientSeed>;
  /** What it is granted, where that is not the Orders API; nothing where it is null. */
  audience?: string | null;
  /** Registered keys in place of a secret: the first one is stored. */
  keys?: readonly [string, string];
}

const acme = (differs: Partial<Leaking> = {}): Leaking => ({ tenant: "acme", ...differs });

/** By client id; each test has one of its own. */
const LEAKING: Readonly<Record<string, Leaking>> = {
  checkout: acme(),
  billing: acme(),
  stocked: acme(),
  drilled: acme(),
  grantless: acme({ audience: null }),
  stranger: acme({ managed: false }),
  twice: acme(),
  broken: acme(),
  website: acme({
    managed: false,
    audience: null,
    client: {
      app_type: "spa",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
    },
  }),
  shop: { tenant: "half" },
  till: acme(),
  depot: { tenant: "gone" },
  signer: acme({ keys: ["leaked-key", "other-key"] }),
  courier: acme({ audience: managementAudience("acme.auth0.example") }),
  explorer: acme({ managed: false, client: { name: "API Explorer Application" } }),
  portal: acme({ client: { grant_types: ["client_credentials", "authorization_code", "refresh_token"] } }),
  leaver: acme(),
  hidden: acme(),
  stuck: acme(),
  returned: acme(),
  refused: acme(),
  unanswered: acme(),
  changed: acme(),
  beacon: { tenant: "dark" },
  kiosk: { tenant: "lite" },
};

export const domainOf = (tenant: string): string => `${tenant}.auth0.example`;
const own = (role: string, tenant: string) => ({
  id: `${role}-of-${tenant}`,
  secret: `${CANARY}-${role}-of-${tenant}`,
});
const secretOf = (app: string): string => `${CANARY}-first-of-${app}`;
export const secretName = (app: string): string => `apps/${app}/auth0`;

/** Curfew's own applications are named after their tenant. */
export const tenantOf = (app: string): LeakyTenant =>
  LEAKING[app]?.tenant ?? LEAKY_TENANTS.find((tenant) => app.endsWith(`-of-${tenant}`)) ?? "acme";
const roleOf = (app: string): string => app.slice(0, app.indexOf("-of-"));
export const leakedSecret = (app: string): string =>
  LEAKING[app] ? secretOf(app) : own(roleOf(app), tenantOf(app)).secret;

/** Who calls the desk, by access key. */
export const CALLERS = {
  ASIAONCALL: "arn:aws:sts::111122223333:assumed-role/oncall/dana",
  ASIALEAD: "arn:aws:sts::111122223333:assumed-role/security-lead/kim",
  ASIABOTH: "arn:aws:sts::111122223333:assumed-role/security-lead/dana",
  ASIASTRANGER: "arn:aws:sts::111122223333:assumed-role/developer/sam",
} as const;
export type AccessKey = keyof typeof CALLERS;

/** A world in which things leak. */
export function incidentCast() {
  const apps = Object.entries(LEAKING);
  const keys = new Map(
    apps.flatMap(([app, { keys: kids = [] }]) => kids.map((kid) => [`${app} ${kid}`, keyPair(kid)])),
  );
  const firstKey = (app: string): string | undefined => keys.get(`${app} ${LEAKING[app]?.keys?.[0]}`)?.jwk;
  const stored = ([app, { tenant }]: [string, Leaking]) => {
    const jwk = firstKey(app);
    const credential = jwk ? { privateKeyJwk: JSON.parse(jwk) } : { clientSecret: secretOf(app) };
    return [secretName(app), JSON.stringify({ domain: domainOf(tenant), clientId: app, ...credential })];
  };
  return {
    apps: LEAKING,
    seeds: LEAKY_TENANTS.map((tenant) => seedOf(tenant, keys)),
    own: Object.fromEntries(
      LEAKY_TENANTS.flatMap((tenant) =>
        rolesOf(tenant).map(([role]) => [`curfew/${tenant}/${role}`, own(role, tenant).secret]),
      ),
    ),
    managed: Object.fromEntries(apps.filter(([, { managed = true }]) => managed).map(stored)),
    jwk: (app: string, kid: string): string => keys.get(`${app} ${kid}`)?.jwk ?? "",
    /** What nobody may see: parts of texts. */
    secrets: [CANARY, ...[...keys.values()].flatMap(({ jwk }) => privatePartsOf(jwk))],
    config,
  };
}

function seedOf(tenant: LeakyTenant, keys: ReadonlyMap<string, { pem: string }>): TenantSeed {
  const domain = domainOf(tenant);
  const apps = Object.entries(LEAKING).filter(([, app]) => app.tenant === tenant);
  const audience = managementAudience(domain);
  const isMissing = (scope: string): boolean => tenant === "half" && scope === MISSING_SCOPE;
  const { plan } = TENANTS[tenant];
  return {
    name: tenant,
    domain,
    ...(plan ? { plan } : {}),
    rateLimits: false,
    managementApi: { token_lifetime: ORDERS.token_lifetime },
    resourceServers: [{ ...ORDERS, scopes: [{ value: "read:orders" }, { value: "write:orders" }] }],
    clients: [
      ...rolesOf(tenant).map(([role]) => {
        const { id, secret } = own(role, tenant);
        return machine(id, { client_secret: secret });
      }),
      ...apps.map(([app, leaking]) => clientOf(app, leaking, keys)),
    ],
    clientGrants: [
      ...rolesOf(tenant).map(([role, scopes]) => ({
        client_id: own(role, tenant).id,
        audience,
        scope: scopes.filter((scope) => !isMissing(scope)),
      })),
      ...apps.flatMap(([app, { audience: granted = ORDERS.identifier }]) =>
        granted === null ? [] : [{ client_id: app, audience: granted, scope: scopesFor(granted) }],
      ),
    ],
  };
}

const scopesFor = (audience: string): string[] =>
  audience === ORDERS.identifier ? ["read:orders", "write:orders"] : ["read:clients", "create:clients"];

function clientOf(
  app: string,
  { client = {}, keys: kids }: Leaking,
  keys: ReadonlyMap<string, { pem: string }>,
): ClientSeed {
  const { client_secret: _, ...isPublic } = machine(app, client);
  if (client.token_endpoint_auth_method === "none") return isPublic;
  if (!kids) return { ...machine(app, client), client_secret: secretOf(app) };
  const { token_endpoint_auth_method: __, ...bare } = isPublic;
  return { ...bare, credentials: kids.map((kid) => ({ name: kid, kid, pem: keys.get(`${app} ${kid}`)?.pem ?? "" })) };
}

/** @param origins where the tenants listen */
function config(origins: Readonly<Record<string, string>>): string {
  const tenants = LEAKY_TENANTS.map((tenant) => {
    const { plan = "enterprise", more = "" } = TENANTS[tenant];
    const credentials = Object.entries(LEAKING).flatMap(([app, { tenant: at, managed = true, keys }]) =>
      at === tenant && managed
        ? [
            `      - { clientId: ${app}, kind: ${keys ? "private-key" : "client-secret"}, secret: ${secretName(app)}, rotate: auto, consumers: confirmed }\n`,
          ]
        : [],
    );
    return `  - name: ${tenant}
    domain: ${domainOf(tenant)}
    origin: ${origins[tenant]}
    plan: ${plan}
    auditor: { clientId: auditor, secret: secretsmanager:curfew/${tenant}/auditor }
    rotator: { clientId: rotator-of-${tenant}, secret: secretsmanager:curfew/${tenant}/rotator }
    responder: { clientId: responder-of-${tenant}, secret: secretsmanager:curfew/${tenant}/responder }
${more === "" ? "" : `    ${more}\n`}    credentials:${credentials.length === 0 ? " []\n" : `\n${credentials.join("")}`}`;
  });
  return `version: 1
tenants:
${tenants.join("")}alerts: { email: [${ONCALL}] }
incidents:
  requesters: [arn:aws:iam::111122223333:role/oncall]
  approvers: [arn:aws:iam::111122223333:role/on/duty/security-lead]
`;
}
