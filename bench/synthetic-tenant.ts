import type { Plan } from "../lib/sandbox/plan.ts";
import type { TenantSeed } from "../lib/sandbox/tenant-seed.ts";

/** How much of everything a tenant holds. */
export interface TenantSize {
  clients: number;
  grants: number;
  apis: number;
}

/** A tenant as it grows with its number of applications: one grant for every two, one API for every fifty. */
export const sizeFor = (clients: number): TenantSize => ({
  clients,
  grants: Math.ceil(clients / 2),
  apis: Math.min(1_000, Math.ceil(clients / 50)),
});

/** How many requests an audit of such a tenant makes, by the formula of docs/performance.md. */
export function expectedRequests({ clients, grants, apis }: TenantSize): number {
  const pages = (count: number): number => Math.max(1, Math.ceil(count / 100));
  const [auditor, managementApi] = [1, 1];
  return 1 + pages(clients + auditor) + pages(grants + auditor) + pages(apis + managementApi) + 1 + 1 + 1 + 1 + 4;
}

/** The seed of such a tenant; generated while it is planted, so that it does not stand in memory twice. */
export function syntheticTenant(
  plan: Plan,
  size: TenantSize,
  auditor: { clientId: string; secret: string },
): TenantSeed {
  const domain = "bench.auth0.example";
  return {
    name: "bench",
    domain,
    plan,
    clients: clients(size.clients, auditor),
    clientGrants: grants(size, domain, auditor.clientId),
    resourceServers: apis(size.apis),
  };
}

function* clients(count: number, auditor: { clientId: string; secret: string }) {
  yield {
    name: "auditor",
    client_id: auditor.clientId,
    client_secret: auditor.secret,
    app_type: "non_interactive",
    token_endpoint_auth_method: "client_secret_post",
    grant_types: ["client_credentials"],
  };
  for (let index = 0; index < count; index += 1) {
    yield { name: `application ${index}`, client_id: `client-${index}`, app_type: "regular_web" };
  }
}

function* grants({ grants: count }: TenantSize, domain: string, auditor: string) {
  yield { client_id: auditor, audience: `https://${domain}/api/v2/`, scope: SCOPES };
  for (let index = 0; index < count; index += 1) {
    yield { client_id: `client-${index}`, audience: "https://api-0.example/", scope: ["read:all"] };
  }
}

function* apis(count: number) {
  for (let index = 0; index < count; index += 1) {
    yield { name: `API ${index}`, identifier: `https://api-${index}.example/`, allow_offline_access: index === 0 };
  }
}

const SCOPES = [
  ...["read:tenant_settings", "read:clients", "read:client_credentials", "read:resource_servers", "read:client_grants"],
  ...["read:signing_keys", "read:actions", "read:network_acls", "read:email_templates"],
];
