import { randomBytes } from "node:crypto";
import { managementAudience } from "../../auth0/tenant-address.ts";
import { scopesFor } from "../../inventory/section-scopes.ts";
import { type Sandbox, startSandbox } from "../start-sandbox.ts";
import type { TenantSeed } from "../tenant-seed.ts";
import { HALF_OPEN_SCOPES, halfOpenTenant } from "./half-open-tenant.ts";
import { neglectedTenant } from "./neglected-tenant.ts";
import { wellKeptTenant } from "./well-kept-tenant.ts";

/** Three running tenants with a story each, and what a person needs to audit them. */
export interface StoryWorld {
  sandbox: Sandbox;
  /** A complete `curfew.yaml` for these tenants. */
  config: string;
  /** The secrets that it refers to, by name in Secrets Manager; their values are good for this sandbox only. */
  secrets: Readonly<Record<string, string>>;
}

/** All sections, and the log. */
const EVERYTHING = scopesFor(undefined, { logs: true });

/** A tenant of the story, and what its auditor may read. */
const STORY: readonly { seed: TenantSeed; scopes: readonly string[] }[] = [
  { seed: wellKeptTenant, scopes: EVERYTHING },
  { seed: neglectedTenant, scopes: EVERYTHING },
  { seed: halfOpenTenant, scopes: HALF_OPEN_SCOPES },
];

/** How the story's tenants are started. */
export interface StoryOptions {
  /** The first loopback port; the tenants take this and the next ones, the control endpoint the last. Free ones when left out. */
  firstPort?: number;
  /** Whether to open the control endpoint. */
  control?: boolean;
  /** What the control endpoint runs on `POST /audits`. */
  audit?: (input: { tenants?: string[] }) => Promise<unknown>;
}

/** Starts the three tenants, each with an auditor of its own. */
export async function startStoryWorld({ firstPort, control = false, audit }: StoryOptions = {}): Promise<StoryWorld> {
  const cast = STORY.map(({ seed, scopes }) => withAuditor(seed, scopes));
  const names = [...cast.map(({ seed }) => seed.name), "control"];
  const ports =
    firstPort === undefined ? {} : Object.fromEntries(names.map((name, index) => [name, firstPort + index]));
  const sandbox = await startSandbox({
    tenants: cast.map(({ seed }) => seed),
    control,
    ports,
    ...(audit ? { audit } : {}),
  });
  return {
    sandbox,
    config: configFor(sandbox, cast),
    secrets: Object.fromEntries(cast.map(({ name, secret }) => [name, secret])),
  };
}

interface Cast {
  seed: TenantSeed;
  clientId: string;
  /** Of the secret in Secrets Manager. */
  name: string;
  secret: string;
}

function withAuditor(seed: TenantSeed, scopes: readonly string[]): Cast {
  const clientId = `auditor-of-${seed.name}`;
  const secret = randomBytes(48).toString("base64url");
  const auditor = {
    name: "Curfew auditor",
    client_id: clientId,
    client_secret: secret,
    app_type: "non_interactive",
    token_endpoint_auth_method: "client_secret_post",
    grant_types: ["client_credentials"],
  };
  const grant = { client_id: clientId, audience: managementAudience(seed.domain), scope: [...scopes] };
  return {
    seed: {
      ...seed,
      clients: [...(seed.clients ?? []), auditor],
      clientGrants: [...(seed.clientGrants ?? []), grant],
    },
    clientId,
    name: `curfew/${seed.name}/auditor`,
    secret,
  };
}

function configFor(sandbox: Sandbox, cast: readonly Cast[]): string {
  const tenants = cast.map(({ seed, clientId, name }) => {
    const { domain, origin } = sandbox.tenant(seed.name);
    return `  - name: ${seed.name}
    domain: ${domain}
    origin: ${origin}
    plan: ${seed.plan}
    auditor: { clientId: ${clientId}, secret: secretsmanager:${name} }
`;
  });
  return `version: 1\ntenants:\n${tenants.join("")}`;
}
