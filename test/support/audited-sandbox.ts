import { type AuditRules, type AuditTarget, auditTenant } from "../../lib/audit/audit-tenant.ts";
import type { Login } from "../../lib/auth0/login.ts";
import type { RetryPolicy } from "../../lib/auth0/retry.ts";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { resolvePolicy } from "../../lib/config/policy.ts";
import type { TenantAudit } from "../../lib/findings/tenant-audit.ts";
import { scopesFor } from "../../lib/inventory/section-scopes.ts";
import { type Clock, fastClock } from "../../lib/model/clock.ts";
import { Secret } from "../../lib/model/secret.ts";
import type { SandboxTenant } from "../../lib/sandbox/sandbox-tenant.ts";
import { startSandbox } from "../../lib/sandbox/start-sandbox.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";

export const AUDITOR = { clientId: "curfew-auditor", secret: "auditor-secret-canary-7f3a" };

/** Everything an auditor may read. */
export const ALL_SCOPES = scopesFor(undefined, { logs: true });

/** A tenant on loopback with an auditor in it, and audits of it. */
export interface AuditedSandbox extends AsyncDisposable {
  tenant: SandboxTenant;
  clock: Clock;
  target: AuditTarget;
  audit(rules?: Partial<AuditRules>, signal?: AbortSignal): Promise<TenantAudit>;
}

/** Retries with pauses that a test can wait for, and patience for a busy machine: the clock runs fast. */
export const QUICK_RETRIES: RetryPolicy = { attempts: 4, patience: 600_000, throttlePatience: 60_000, pause: 20 };

const neverAborted = new AbortController().signal;

/** Rules as a config file without a policy gives them. */
export const baselineRules = (clock: Clock): AuditRules => ({
  checks: CATALOGUE,
  policy: resolvePolicy({ profile: "baseline", checks: {} }, CATALOGUE),
  exceptions: { exceptions: [], tenants: [] },
  clock,
});

/** What an audit of a sandbox is given. */
interface SandboxOptions {
  /** What the auditor may do; everything that an audit reads when left out. */
  scopes?: readonly string[];
  /** How fast the clock runs that tenant and auditor share: waiting for a rate limit costs little. */
  speed?: number;
  /** Who is configured to act in emergencies, by client id. */
  responders?: readonly string[];
}

/** Starts a tenant and an auditor in it. */
export async function auditedSandbox(
  seed: Partial<TenantSeed> = {},
  { scopes = ALL_SCOPES, speed = 50, responders = [] }: SandboxOptions = {},
): Promise<AuditedSandbox> {
  const clock = fastClock(speed);
  const domain = seed.domain ?? "acme.eu.auth0.com";
  const sandbox = await startSandbox({
    clock,
    tenants: [
      {
        name: "acme",
        domain,
        ...seed,
        clients: [...(seed.clients ?? []), AUDITOR_CLIENT],
        clientGrants: [
          ...(seed.clientGrants ?? []),
          { client_id: AUDITOR.clientId, audience: `https://${domain}/api/v2/`, scope: [...scopes] },
        ],
      },
    ],
  });
  const tenant = sandbox.tenant(seed.name ?? "acme");
  const login: Login = { method: "client-secret", clientId: AUDITOR.clientId, secret: new Secret(AUDITOR.secret) };
  const target: AuditTarget = {
    name: tenant.name,
    domain,
    origin: tenant.origin,
    plan: seed.plan ?? "enterprise",
    login: async () => login,
    responders,
  };
  return {
    tenant,
    clock,
    target,
    audit: (rules, signal = neverAborted) =>
      auditTenant(
        target,
        { ...baselineRules(clock), retryPolicy: QUICK_RETRIES, timeout: 10_000 * speed, ...rules },
        signal,
      ),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

const AUDITOR_CLIENT = {
  name: "Curfew auditor",
  client_id: AUDITOR.clientId,
  client_secret: AUDITOR.secret,
  app_type: "non_interactive",
  token_endpoint_auth_method: "client_secret_post",
  grant_types: ["client_credentials"],
};

/** `count` numbers from 0. */
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
