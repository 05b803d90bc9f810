import { ROTATOR_SCOPES } from "../../auth0/rotation-endpoints.ts";
import { managementAudience } from "../../auth0/tenant-address.ts";
import { scopesFor } from "../../inventory/section-scopes.ts";
import { systemClock } from "../../model/clock.ts";
import { days } from "../../model/duration.ts";
import { type Sandbox, startSandbox } from "../start-sandbox.ts";
import type { TenantSeed } from "../tenant-seed.ts";
import { HALF_OPEN_SCOPES, halfOpenTenant } from "./half-open-tenant.ts";
import { neglectedTenant } from "./neglected-tenant.ts";
import { type OwnApplication, withOwnApplication } from "./own-application.ts";
import { MAX_AGE, type RotatedApplication, withCredential } from "./rotated-application.ts";
import { wellKeptTenant } from "./well-kept-tenant.ts";

/** Three running tenants with a story each, and what a person needs to audit them. */
export interface StoryWorld {
  sandbox: Sandbox;
  /** A complete `curfew.yaml` for these tenants. */
  config: string;
  /** The secrets of Curfew's own applications, by name in Secrets Manager; their values are good for this sandbox only. */
  secrets: Readonly<Record<string, string>>;
  /** Whose credentials are rotated. */
  applications: readonly RotatedApplication[];
  /** The tenants' owners, who get a mail to confirm when the first audit begins. */
  owners: readonly string[];
}

/** All sections, and the log. */
const EVERYTHING = scopesFor(undefined, { logs: true });

/** A tenant of the story, what its auditor may read, and whose credential is rotated there. */
interface Part {
  seed: TenantSeed;
  scopes: readonly string[];
  /** Hears about the tenant. */
  owner?: string;
  rotated?: Pick<RotatedApplication, "clientId" | "kind" | "audience">;
}

const STORY: readonly Part[] = [
  {
    seed: wellKeptTenant,
    scopes: EVERYTHING,
    owner: "identity@harbour.example",
    rotated: { clientId: "statement-printer", kind: "private-key", audience: "https://accounts.harbour.example/" },
  },
  {
    seed: neglectedTenant,
    scopes: EVERYTHING,
    rotated: {
      clientId: "nightly-export",
      kind: "client-secret",
      audience: managementAudience(neglectedTenant.domain),
    },
  },
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
  const cast = STORY.map((part) => castOf(part, systemClock.now()));
  const names = [...cast.map(({ seed }) => seed.name), "control"];
  const ports =
    firstPort === undefined ? {} : Object.fromEntries(names.map((name, index) => [name, firstPort + index]));
  const sandbox = await startSandbox({
    tenants: cast.map(({ seed }) => seed),
    control,
    ports,
    ...(audit ? { audit } : {}),
  });
  const secrets = cast.flatMap(({ own }) => own.map(({ secret }) => secret));
  return {
    sandbox,
    config: configFor(sandbox, cast),
    secrets: Object.fromEntries(secrets.map(({ name, value }) => [name, value])),
    applications: cast.flatMap(({ rotated }) => rotated ?? []),
    owners: STORY.flatMap(({ owner }) => owner ?? []),
  };
}

/** A tenant as it is started, with everybody who has a part in it. */
interface Cast extends Pick<Part, "seed" | "owner"> {
  own: readonly OwnApplication[];
  rotated?: RotatedApplication;
}

function castOf({ seed, scopes, owner, rotated }: Part, now: number): Cast {
  const audited = withOwnApplication(seed, "auditor", scopes);
  const known = owner === undefined ? {} : { owner };
  if (!rotated) return { seed: audited.seed, own: [audited.application], ...known };
  const rotator = withOwnApplication(audited.seed, "rotator", ROTATOR_SCOPES);
  const credential = withCredential(rotator.seed, rotated, now);
  return {
    seed: credential.seed,
    own: [audited.application, rotator.application],
    rotated: credential.application,
    ...known,
  };
}

function configFor(sandbox: Sandbox, cast: readonly Cast[]): string {
  const tenants = cast.map(({ seed, own, owner, rotated }) => {
    const { domain, origin } = sandbox.tenant(seed.name);
    const logins = own.map(
      ({ role, clientId, secret }) => `    ${role}: { clientId: ${clientId}, secret: secretsmanager:${secret.name} }\n`,
    );
    return `  - name: ${seed.name}
    domain: ${domain}
    origin: ${origin}
    plan: ${seed.plan}
${owner === undefined ? "" : `    owner: ${owner}\n`}${logins.join("")}${rotated ? credentialLines(rotated) : ""}`;
  });
  const rotators = cast.flatMap(({ seed, own }) =>
    own.flatMap(({ role, grantId }) => (role === "rotator" ? [{ tenant: seed.name, grantId }] : [])),
  );
  // Both of the story's credentials may be rotated in one run: a tenth of two would be one.
  return `version: 1
tenants:
${tenants.join("")}rotation: { maxPercentPerRun: 100 }
exceptions:
${rotators.map((rotator) => exceptionLines(rotator, sandbox.clock.now())).join("")}`;
}

/** Curfew's own applications are judged like any other, and what a rotator may do is much. */
const exceptionLines = ({ tenant, grantId }: { tenant: string; grantId: string }, now: number): string =>
  ["grant.management.escalation-path", "grant.management.write-scopes"]
    .map(
      (check) => `  - check: ${check}
    tenant: ${tenant}
    resource: ${grantId}
    reason: Curfew's rotator sets new secrets and keys
    owner: security@acme.example
    expires: ${new Date(now + days(300) * 1000).toISOString().slice(0, 10)}
`,
    )
    .join("");

const credentialLines = ({ clientId, kind, secret }: RotatedApplication): string => `    credentials:
      - clientId: ${clientId}
        kind: ${kind}
        secret: ${secret.name}
        maxAge: ${MAX_AGE / 86_400}d
        rotate: auto
        consumers: confirmed
${kind === "private-key" ? "        overlap: 12h\n" : ""}`;
