import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { managementAudience } from "../../../lib/auth0/tenant-address.ts";
import { days } from "../../../lib/model/duration.ts";
import { HALF_OPEN_SCOPES } from "../../../lib/sandbox/story/half-open-tenant.ts";
import { wellKeptTenant } from "../../../lib/sandbox/story/well-kept-tenant.ts";
import type { ClientSeed, TenantSeed } from "../../../lib/sandbox/tenant-seed.ts";
import { ALL_SCOPES, numbers } from "../../support/audited-sandbox.ts";

/** What no log, row, object, message or event may hold; every secret of the cast begins with it. */
export const CANARY = "canary-9d41c7";

/** A tenant of the cast, and what its configuration says beside name, domain and auditor. */
interface Player {
  name: string;
  /** Undefined for the one that cannot be reached. */
  seed?: Partial<TenantSeed>;
  scopes?: readonly string[];
  owner?: string;
  /** Applications whose secrets are stored: accepted as stored, or changed at Auth0 since. */
  credentials?: readonly { clientId: string; drifted: boolean }[];
}

/** Nobody listens there. */
export const UNREACHABLE = "burnt-down";
/** Refuses requests for their rate, again and again, and lets them pass in the end. */
export const STORMY = "stormy";
/** Its auditor was granted two scopes. */
export const HALF_OPEN = "acquired";
/** The one whose functions are killed: with a bit of everything, and small. */
export const SMALL = "small-shop";

/** Its month-long access tokens are accepted for a while. */
export const MONTH_LONG = "month-long";

const OWNER = "identity@acme.example";
export const OWNERS: readonly string[] = [OWNER, "shop@acme.example"];
export const ONCALL = "oncall@acme.example";
export const SECURITY = "security@acme.example";

/** Access tokens that live for a month: a finding that people hear of at once. */
const ORDERS = {
  resourceServers: [{ name: "Orders API", identifier: "https://orders.example/", token_lifetime: days(30) }],
};

const PLAYERS: readonly Player[] = [
  { name: UNREACHABLE, owner: OWNER },
  { name: STORMY, seed: {} },
  { name: HALF_OPEN, seed: { plan: "free" }, scopes: HALF_OPEN_SCOPES },
  {
    name: SMALL,
    seed: { ...ORDERS, emailTemplates: [], networkAcls: [] },
    owner: "shop@acme.example",
    credentials: [{ clientId: "checkout", drifted: true }],
  },
  {
    name: "bank",
    seed: {},
    owner: OWNER,
    credentials: [
      { clientId: "payments", drifted: false },
      { clientId: "statements", drifted: true },
    ],
  },
  { name: MONTH_LONG, seed: ORDERS, owner: OWNER },
  ...numbers(14).map((index) => ({ name: `branch-${String(index + 1).padStart(2, "0")}`, seed: {} })),
];

/** The names of all tenants, in the order of the configuration. */
export const TENANTS: readonly string[] = PLAYERS.map(({ name }) => name);

/** A world to be audited: what to simulate, what is stored in Secrets Manager, and the configuration. */
export interface Cast {
  seeds: TenantSeed[];
  /** By name; their values are canaries. */
  secrets: Readonly<Record<string, string>>;
  /** @param origins where the tenants listen, by name */
  config(origins: Readonly<Record<string, string>>): string;
}

/** Twenty tenants. */
export function cast(): Cast {
  const secrets = PLAYERS.flatMap((player) => [
    [auditorSecret(player.name), `${CANARY}-auditor-of-${player.name}`],
    ...(player.credentials ?? []).map(({ clientId }) => [credentialSecret(player.name, clientId), stored(clientId)]),
  ]);
  return {
    seeds: PLAYERS.flatMap((player) => (player.seed ? [seedOf(player, player.seed)] : [])),
    secrets: Object.fromEntries(secrets),
    config: (origins) => configOf(origins),
  };
}

const domainOf = (name: string): string => `${name}.auth0.example`;
/** The name of an auditor's secret. */
export const auditorSecret = (name: string): string => `curfew/${name}/auditor`;
const credentialSecret = (name: string, clientId: string): string => `apps/${name}/${clientId}`;
const stored = (clientId: string): string => `${CANARY}-stored-of-${clientId}`;

function seedOf({ name, scopes = ALL_SCOPES, credentials = [] }: Player, seed: Partial<TenantSeed>): TenantSeed {
  const clientId = `auditor-of-${name}`;
  const domain = domainOf(name);
  const auditor = machine(clientId, `${CANARY}-auditor-of-${name}`);
  const looked = credentials.map((each) =>
    machine(each.clientId, each.drifted ? `${CANARY}-changed-by-hand` : stored(each.clientId)),
  );
  return {
    ...wellKeptTenant,
    rateLimits: false,
    ...seed,
    name,
    domain,
    clients: [...(wellKeptTenant.clients ?? []), ...looked, auditor],
    clientGrants: [{ client_id: clientId, audience: managementAudience(domain), scope: [...scopes] }],
  };
}

const machine = (clientId: string, secret: string): ClientSeed => ({
  name: clientId,
  client_id: clientId,
  client_secret: secret,
  app_type: "non_interactive",
  token_endpoint_auth_method: "client_secret_post",
  grant_types: ["client_credentials"],
});

function configOf(origins: Readonly<Record<string, string>>): string {
  const tenants = PLAYERS.map(({ name, owner, credentials = [] }) => {
    const looked = credentials.map(
      ({ clientId }) => `{ clientId: ${clientId}, secret: ${credentialSecret(name, clientId)} }`,
    );
    return `  - name: ${name}
    domain: ${domainOf(name)}
    origin: ${origins[name]}
    plan: enterprise
    auditor: { clientId: auditor-of-${name}, secret: secretsmanager:${auditorSecret(name)} }
${owner === undefined ? "" : `    owner: ${owner}\n`}${looked.length === 0 ? "" : `    credentials: [${looked.join(", ")}]\n`}`;
  });
  return `version: 1
tenants:
${tenants.join("")}exceptions:
  - { check: grant.management.no-ip-allowlist, resource: "*", reason: Reviewed, owner: ${SECURITY}, expires: ${inDays(90)} }
  - { check: expiry.api.access-token-lifetime, tenant: ${MONTH_LONG}, resource: "*", reason: Moving house, owner: ${SECURITY}, expires: ${inDays(30)} }
schedule: { audit: cron(0 6 * * ? *), timezone: Europe/Berlin }
alerts:
  email: [${ONCALL}]
  slack: { webhook: secretsmanager:curfew/slack-webhook, minimum: high }
  digest: { email: [${SECURITY}] }
`;
}

const inDays = (count: number): string => new Date(Date.now() + days(count) * 1_000).toISOString().slice(0, 10);

/** An address on loopback where nobody listens any more. */
export async function closedOrigin(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
