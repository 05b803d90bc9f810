import { vi } from "vitest";
import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { s3EvidenceStore } from "../../lib/aws/s3-evidence-store.ts";
import { secretsManagerClient } from "../../lib/aws/secrets-manager-client.ts";
import { secretsManagerSource } from "../../lib/aws/secrets-manager-references.ts";
import { secretsManagerVault } from "../../lib/aws/secrets-manager-vault.ts";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { fastClock } from "../../lib/model/clock.ts";
import { configuredRotation } from "../../lib/rotation/from-config.ts";
import { newKey, newSecret } from "../../lib/rotation/kinds/new-credential.ts";
import type { RotationParts } from "../../lib/rotation/parts.ts";
import { rotationStep } from "../../lib/rotation/rotation-step.ts";
import { ROTATION_FUNCTION } from "../../lib/rotation/vault/function-arn.ts";
import type { RotationEvent } from "../../lib/sandbox/cloud/secrets-manager/rotations.ts";
import { type Cloud, startCloud } from "../../lib/sandbox/cloud/start-cloud.ts";
import type { SandboxTenant } from "../../lib/sandbox/sandbox-tenant.ts";
import { startSandbox } from "../../lib/sandbox/start-sandbox.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import type { Table } from "../../lib/store/table.ts";
import { DOMAIN, MANAGEMENT_API, machine } from "../sandbox/support/a-sandbox.ts";
import { curfew, type Run, temporaryFolder } from "./command-line.ts";
import { ROTATOR_SCOPES } from "./rotated-sandbox.ts";

const TABLE = "curfew";
const EVIDENCE = "evidence";

/** The longest that a step may take, as deployed. Milliseconds. */
const TIME_OF_A_STEP = 300_000;

/** A tenant, AWS, and the rotation function that Secrets Manager calls; the command line runs against them. */
export interface DeployedRotationWorld extends AsyncDisposable {
  tenant: SandboxTenant;
  cloud: Cloud;
  table: Table;
  /** What the command line runs with. */
  env: Record<string, string>;
  /** Runs `curfew rotate …` in a process of its own. */
  rotate(args: readonly string[], options?: Partial<Parameters<typeof curfew>[1]>): Promise<Run>;
  /** Writes the configuration anew: what stands under `credentials` of the tenant `acme`. */
  configure(credentials: string): Promise<void>;
  /** Every row of the table, as text. */
  rows(): Promise<string>;
}

/** How the world is started. */
interface WorldOptions {
  /** How much faster than the command line's own time runs that of the tenant, of AWS and of the function. */
  speed?: number;
  /** Called before each step; what it rejects with is what the function fails with. */
  onStep?: (event: RotationEvent) => Promise<void>;
}

/** Starts everything on loopback. Auth0 knows of a change at once. */
export async function deployedRotation(
  seed: Partial<TenantSeed>,
  { speed = 20, onStep = async () => undefined }: WorldOptions = {},
): Promise<DeployedRotationWorld> {
  await using started = new AsyncDisposableStack();
  const clock = fastClock(speed);
  const sandbox = started.use(await startSandbox({ clock, tenants: [tenantSeed(seed)] }));
  const tenant = sandbox.tenant("acme");
  const folder = started.use(await temporaryFolder());
  const configure = (credentials: string) => folder.write("curfew.yaml", configOf(tenant.origin, credentials));
  await configure("");

  const parts = async (): Promise<RotationParts> => {
    const { tenants } = await loadConfig(`${folder.path}/curfew.yaml`, {
      catalogue: CATALOGUE,
      today: new Date(clock.now()),
    });
    const sources = { env: {}, secretsManager: secretsManagerSource() };
    const signal = new AbortController().signal;
    return {
      vault: secretsManagerVault(() => secretsManagerClient()),
      table: dynamodbTable(TABLE),
      evidence: s3EvidenceStore(EVIDENCE),
      ...configuredRotation(tenants, sources, { clock, random: Math.random, signal, timeout: 20_000 }),
      clock,
      random: Math.random,
      newSecret,
      newKey,
    };
  };
  const rotate = async (event: RotationEvent, functionArn: string): Promise<void> => {
    if (!functionArn.endsWith(`:function:${ROTATION_FUNCTION}`)) throw new Error(`There is no ${functionArn}.`);
    await onStep(event);
    const { Step: step, SecretId: arn, ClientRequestToken: version } = event;
    await rotationStep({ step, arn, version, deadline: clock.now() + TIME_OF_A_STEP }, await parts());
  };
  const cloud = started.use(
    await startCloud({ tables: [TABLE], buckets: [EVIDENCE], clock, secretsManager: { rotate, rotationAttempts: 1 } }),
  );
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  for (const login of ["auditor", "rotator"]) {
    cloud.secretsManager.call("CreateSecret", { Name: `curfew/acme/${login}`, SecretString: `${login}-secret` });
  }
  const table = dynamodbTable(TABLE);
  const env = { ...cloud.env, CURFEW_TABLE: TABLE, CURFEW_EVIDENCE_BUCKET: EVIDENCE };
  const running = started.move();
  return {
    env,
    tenant,
    cloud,
    table,
    configure,
    rotate: (args, options = {}) =>
      curfew(["rotate", ...args], {
        cwd: folder.path,
        env,
        ...options,
      }),
    rows: () => rowsOf(table),
    [Symbol.asyncDispose]: async () => {
      await cloud.secretsManager.rotations.settled();
      await running.disposeAsync();
      vi.unstubAllEnvs();
    },
  };
}

const tenantSeed = (seed: Partial<TenantSeed>): TenantSeed => ({
  name: "acme",
  domain: DOMAIN,
  rateLimits: false,
  propagation: { mode: "new-at-once", seconds: 0 },
  ...seed,
  clients: [machine("auditor"), machine("rotator"), ...(seed.clients ?? [])],
  clientGrants: [
    { client_id: "rotator", audience: MANAGEMENT_API, scope: ROTATOR_SCOPES },
    ...(seed.clientGrants ?? []),
  ],
});

const configOf = (origin: string, credentials: string): string => `version: 1
tenants:
  - name: acme
    domain: ${DOMAIN}
    origin: ${origin}
    plan: enterprise
    owner: identity@acme.example
    auditor: { clientId: auditor, secret: secretsmanager:curfew/acme/auditor }
    rotator: { clientId: rotator, secret: secretsmanager:curfew/acme/rotator }
${credentials}`;

async function rowsOf(table: Table): Promise<string> {
  const rows: unknown[] = [];
  for await (const row of table.list("TENANT#acme", { prefix: "" })) rows.push(row);
  return JSON.stringify(rows);
}
