import { ROTATOR_SCOPES } from "../../../lib/auth0/rotation-endpoints.ts";
import { managementAudience } from "../../../lib/auth0/tenant-address.ts";
import type { CredentialKind } from "../../../lib/rotation/ledger/target.ts";
import type { ClientSeed, TenantSeed } from "../../../lib/sandbox/tenant-seed.ts";
import { machine } from "../../sandbox/support/a-sandbox.ts";
import { keyPair } from "../../support/keys.ts";
import { CANARY, ONCALL } from "./cast.ts";

/** The tenants: in one a changed secret flaps for 30 s, in the other the old one holds until the end. */
export const ROTATED_TENANTS = ["shop", "slow"] as const;
export type RotatedTenant = (typeof ROTATED_TENANTS)[number];

/** An application, which one test rotates. */
export interface Part {
  tenant: RotatedTenant;
  kind: CredentialKind;
  rotate: "auto" | "off";
  /** What differs at Auth0. */
  client: Partial<ClientSeed>;
  /** The client that the stored value names, and the secret that the configuration names; its own when left out. */
  names?: string;
  configured?: string;
}

const part = (differs: Partial<Part> = {}): Part => ({
  tenant: "shop",
  kind: "client-secret",
  rotate: "auto",
  client: {},
  ...differs,
});

const key = (tenant: RotatedTenant): Part => part({ tenant, kind: "private-key" });
const byHand = (): Part => part({ client: { client_secret: `${CANARY}-set-by-hand` } });

/** By client id; each test has one of its own, so that they do not meet. */
export const PARTS = {
  secret: part(),
  key: key("shop"),
  console: part(),
  "slow-secret": part({ tenant: "slow" }),
  "killed-storing": part(),
  "killed-telling": part(),
  "killed-promoting": part(),
  "killed-registering": key("slow"),
  "answers-lost": part(),
  repeated: part(),
  drifted: byHand(),
  overwritten: byHand(),
  signing: part({ client: { jwt_configuration: { alg: "HS256" } } }),
  "left-alone": part({ rotate: "off" }),
  stranger: part(),
  misfiled: part({ names: "somebody-else" }),
  moved: part({ configured: "apps/shop/another" }),
  cancelled: part(),
  tested: part(),
  hanging: part({ tenant: "slow" }),
} as const satisfies Readonly<Record<string, Part>>;
export type PartName = keyof typeof PARTS;

const all = Object.entries<Part>(PARTS);

const domainOf = (tenant: RotatedTenant): string => `${tenant}.auth0.example`;
export const secretNameOfPart = (clientId: string): string => `apps/${clientId}/auth0`;
const own = (role: string, tenant: string) => ({
  id: `${role}-of-${tenant}`,
  secret: `${CANARY}-${role}-of-${tenant}`,
});

/** A world of applications to be rotated. */
export interface RotationCast {
  seeds: TenantSeed[];
  /** By name, tagged or not. */
  managed: Readonly<Record<string, string>>;
  own: Readonly<Record<string, string>>;
  /** What of these is secret: parts of texts. */
  secrets: readonly string[];
  /** @param origins where the tenants listen */
  config(origins: Readonly<Record<RotatedTenant, string>>): string;
}

/** Makes it, keys included. */
export function rotationCast(): RotationCast {
  const keys = new Map(all.flatMap(([id, { kind }]) => (kind === "private-key" ? [[id, keyPair(`first-${id}`)]] : [])));
  const stored = all.map(([clientId, { tenant, names = clientId }]) => {
    const jwk = keys.get(clientId)?.jwk;
    const credential = jwk ? { privateKeyJwk: JSON.parse(jwk) } : { clientSecret: `${CANARY}-first-of-${clientId}` };
    const value = { domain: domainOf(tenant), clientId: names, ...credential, note: `${CANARY}-note` };
    return [secretNameOfPart(clientId), JSON.stringify(value)] as const;
  });
  const seedOf = (clientId: string, { client }: Part): ClientSeed => {
    const pem = keys.get(clientId)?.pem;
    const credential = pem
      ? { credentials: [{ name: "first", kid: `first-${clientId}`, pem }] }
      : { client_secret: `${CANARY}-first-of-${clientId}` };
    const { client_secret: _, token_endpoint_auth_method: __, ...bare } = machine(clientId);
    return { ...(pem ? bare : machine(clientId)), ...credential, ...client };
  };
  return {
    seeds: ROTATED_TENANTS.map((name) =>
      tenantSeed(
        name,
        all.flatMap((each) => (each[1].tenant === name ? [seedOf(...each)] : [])),
      ),
    ),
    managed: Object.fromEntries(stored),
    own: Object.fromEntries(ROTATED_TENANTS.map((name) => [`curfew/${name}/rotator`, own("rotator", name).secret])),
    secrets: [CANARY, ...[...keys.values()].flatMap(({ jwk }) => privatePartsOf(jwk))],
    config,
  };
}

/** What of a private key nobody may see. */
export function privatePartsOf(jwk: string): string[] {
  const { d, p, q } = JSON.parse(jwk) as Record<string, string>;
  return [d, p, q].flatMap((text) => text ?? []);
}

function tenantSeed(name: RotatedTenant, clients: ClientSeed[]): TenantSeed {
  const { id, secret } = own("rotator", name);
  const domain = domainOf(name);
  return {
    name,
    domain,
    rateLimits: false,
    propagation: name === "slow" ? { mode: "old-until-end", seconds: 30 } : { mode: "flapping", seconds: 30 },
    clients: [machine(id, { client_secret: secret }), ...clients],
    clientGrants: [{ client_id: id, audience: managementAudience(domain), scope: [...ROTATOR_SCOPES] }],
  };
}

function config(origins: Readonly<Record<RotatedTenant, string>>): string {
  const tenants = ROTATED_TENANTS.map((name) => {
    const credentials = all.flatMap(([clientId, { tenant, kind, rotate, configured = secretNameOfPart(clientId) }]) =>
      tenant === name
        ? `      - { clientId: ${clientId}, kind: ${kind}, secret: ${configured}, rotate: ${rotate}, consumers: confirmed }\n`
        : [],
    );
    return `  - name: ${name}
    domain: ${domainOf(name)}
    origin: ${origins[name]}
    plan: enterprise
    auditor: { clientId: auditor, secret: secretsmanager:curfew/${name}/auditor }
    rotator: { clientId: rotator-of-${name}, secret: secretsmanager:curfew/${name}/rotator }
    credentials:
${credentials.join("")}`;
  });
  return `version: 1\ntenants:\n${tenants.join("")}alerts: { email: [${ONCALL}] }\n`;
}
