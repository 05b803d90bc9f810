import { RESPONDER_SCOPES } from "../../../lib/auth0/responder-endpoints.ts";
import { managementAudience } from "../../../lib/auth0/tenant-address.ts";
import { minutes } from "../../../lib/model/duration.ts";
import { ROTATOR_SCOPES } from "../../../lib/sandbox/story/rotated-application.ts";
import type { ClientSeed, TenantSeed } from "../../../lib/sandbox/tenant-seed.ts";
import { machine } from "../../sandbox/support/a-sandbox.ts";
import { CANARY, ONCALL } from "./cast.ts";

/** The tenants: one in which all is well, one whose responder lacks a scope, one that nobody reaches. */
export const LEAKY_TENANTS = ["acme", "half", "gone"] as const;
export type LeakyTenant = (typeof LEAKY_TENANTS)[number];

/** The API whose tokens leak: they live so long that a test can see their end. */
export const ORDERS = { name: "Orders API", identifier: "https://orders.example/", token_lifetime: minutes(2) };

/** What is missing in one of the tenants. */
const MISSING_SCOPE = "delete:client_grants";

/** Applications of which each test has one of its own, by tenant: with a secret that is stored, unless they are not managed. */
const LEAKING: Readonly<Record<string, { tenant: LeakyTenant; managed?: false; client?: Partial<ClientSeed> }>> = {
  checkout: { tenant: "acme" },
  billing: { tenant: "acme" },
  stocked: { tenant: "acme" },
  drilled: { tenant: "acme" },
  grantless: { tenant: "acme" },
  stranger: { tenant: "acme", managed: false },
  twice: { tenant: "acme" },
  broken: { tenant: "acme" },
  website: {
    tenant: "acme",
    managed: false,
    client: {
      app_type: "spa",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
    },
  },
  shop: { tenant: "half" },
  till: { tenant: "acme" },
  depot: { tenant: "gone" },
};

export const domainOf = (tenant: string): string => `${tenant}.auth0.example`;
const own = (role: string, tenant: string) => ({
  id: `${role}-of-${tenant}`,
  secret: `${CANARY}-${role}-of-${tenant}`,
});
const secretOf = (app: string): string => `${CANARY}-first-of-${app}`;
const secretName = (app: string): string => `apps/${app}/auth0`;

export const tenantOf = (app: string): LeakyTenant => LEAKING[app]?.tenant ?? "acme";
export const leakedSecret = secretOf;

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
  const managed = apps.filter(([, { managed: is = true }]) => is);
  return {
    apps: LEAKING,
    seeds: LEAKY_TENANTS.map((tenant) => seedOf(tenant)),
    own: Object.fromEntries(
      LEAKY_TENANTS.flatMap((tenant) =>
        ["responder", "rotator"].map((role) => [`curfew/${tenant}/${role}`, own(role, tenant).secret]),
      ),
    ),
    managed: Object.fromEntries(
      managed.map(([app, { tenant }]) => [
        secretName(app),
        JSON.stringify({ domain: domainOf(tenant), clientId: app, clientSecret: secretOf(app) }),
      ]),
    ),
    config,
  };
}

function seedOf(tenant: LeakyTenant): TenantSeed {
  const domain = domainOf(tenant);
  const apps = Object.entries(LEAKING).filter(([, app]) => app.tenant === tenant);
  const [responder, rotator] = [own("responder", tenant), own("rotator", tenant)];
  const scopes = RESPONDER_SCOPES.filter((scope) => tenant !== "half" || scope !== MISSING_SCOPE);
  const audience = managementAudience(domain);
  return {
    name: tenant,
    domain,
    rateLimits: false,
    managementApi: { token_lifetime: ORDERS.token_lifetime },
    resourceServers: [{ ...ORDERS, scopes: [{ value: "read:orders" }, { value: "write:orders" }] }],
    clients: [
      machine(responder.id, { client_secret: responder.secret }),
      machine(rotator.id, { client_secret: rotator.secret }),
      ...apps.map(([app, { client = {} }]) => {
        const { client_secret: _, ...isPublic } = machine(app, client);
        return client.token_endpoint_auth_method === "none"
          ? isPublic
          : machine(app, { client_secret: secretOf(app), ...client });
      }),
    ],
    clientGrants: [
      { client_id: responder.id, audience, scope: [...scopes] },
      { client_id: rotator.id, audience, scope: [...ROTATOR_SCOPES] },
      ...apps.flatMap(([app, { client }]) =>
        app === "grantless" || client
          ? []
          : [{ client_id: app, audience: ORDERS.identifier, scope: ["read:orders", "write:orders"] }],
      ),
    ],
  };
}

/** @param origins where the tenants listen */
function config(origins: Readonly<Record<string, string>>): string {
  const tenants = LEAKY_TENANTS.map((tenant) => {
    const credentials = Object.entries(LEAKING).flatMap(([app, { tenant: at, managed = true }]) =>
      at === tenant && managed
        ? [`      - { clientId: ${app}, secret: ${secretName(app)}, rotate: auto, consumers: confirmed }\n`]
        : [],
    );
    return `  - name: ${tenant}
    domain: ${domainOf(tenant)}
    origin: ${origins[tenant]}
    plan: enterprise
    auditor: { clientId: auditor, secret: secretsmanager:curfew/${tenant}/auditor }
    rotator: { clientId: rotator-of-${tenant}, secret: secretsmanager:curfew/${tenant}/rotator }
    responder: { clientId: responder-of-${tenant}, secret: secretsmanager:curfew/${tenant}/responder }
    credentials:
${credentials.join("")}`;
  });
  return `version: 1
tenants:
${tenants.join("")}alerts: { email: [${ONCALL}] }
incidents:
  requesters: [arn:aws:iam::111122223333:role/oncall]
  approvers: [arn:aws:iam::111122223333:role/on/duty/security-lead]
`;
}
