// The deployed audit over many small tenants, in this process: what a run asks of each service, and what that costs.

import { localFunction } from "../bin/laptop/local-function.ts";
import { synthesizeHere } from "../bin/laptop/synthesize-here.ts";
import { plainTable } from "../bin/plain-table.ts";
import { scopesFor } from "../lib/inventory/section-scopes.ts";
import { systemClock } from "../lib/model/clock.ts";
import { type Deployment, deploy } from "../lib/sandbox/cloud/deploy.ts";
import { type CallGate, type GateCall, startCallGate } from "../lib/sandbox/cloud/gate/start-call-gate.ts";
import type { Template } from "../lib/sandbox/cloud/template/template.ts";
import { startSandbox } from "../lib/sandbox/start-sandbox.ts";
import type { TenantSeed } from "../lib/sandbox/tenant-seed.ts";
import { monthlyCost, READ_UNIT, type TenantUse, WRITE_UNIT } from "./prices.ts";

/** Applications of a small tenant. */
const APPLICATIONS = 5;

/** As many as an audit looks back at: from then on it reads the same, however many there are. */
const EARLIER_RUNS = 3;

const numbered = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function smallTenant(index: number): TenantSeed {
  const name = `tenant-${String(index).padStart(4, "0")}`;
  const domain = `${name}.auth0.example`;
  const auditor = {
    name: "Curfew auditor",
    client_id: `auditor-${index}`,
    client_secret: `secret-of-${name}`,
    app_type: "non_interactive",
    token_endpoint_auth_method: "client_secret_post",
    grant_types: ["client_credentials"],
  };
  return {
    name,
    domain,
    plan: "enterprise",
    clients: [
      auditor,
      ...numbered(APPLICATIONS).map((each) => ({
        name: `application ${each}`,
        client_id: `c-${each}`,
        app_type: "regular_web",
      })),
    ],
    clientGrants: [
      {
        client_id: auditor.client_id,
        audience: `https://${domain}/api/v2/`,
        scope: scopesFor(undefined, { logs: true }),
      },
    ],
    resourceServers: [{ name: "API", identifier: "https://api.example/", token_lifetime: 7_200 }],
  };
}

const ALERTS = `alerts: { email: [oncall@acme.example] }
schedule: { audit: cron(0 6 * * ? *) }
`;

/**
 * Runs the state machine *Audit* over many tenants several times, with nothing changed since the first, and prints what
 * the last run took: that is what every morning costs.
 */
export async function measureDeployedRun(count: number): Promise<void> {
  const seeds = numbered(count).map(smallTenant);
  await using sandbox = await startSandbox({ tenants: seeds });
  const tenants = seeds.map(({ name, domain, plan }, index) => {
    const { origin } = sandbox.tenant(name);
    return `  - name: ${name}\n    domain: ${domain}\n    origin: ${origin}\n    plan: ${plan}\n    auditor: { clientId: auditor-${index}, secret: secretsmanager:curfew/${name}/auditor }\n`;
  });
  const assembly = await synthesizeHere(
    `version: 1\ntenants:\n${tenants.join("")}${ALERTS}`,
    new AbortController().signal,
  );
  const seconds = new Map<string, number>();
  let gate: CallGate | undefined;
  await using deployment = await deploy({
    assembly,
    host: (lambda) => {
      const call = localFunction(lambda, systemClock);
      return async (event) => {
        const startedAt = performance.now();
        try {
          return await call(event);
        } finally {
          const used = ((performance.now() - startedAt) / 1_000) * (lambda.memory / 1_024);
          seconds.set(lambda.logicalId, (seconds.get(lambda.logicalId) ?? 0) + used);
        }
      };
    },
    secrets: () => Object.fromEntries(seeds.map(({ name }) => [`curfew/${name}/auditor`, `secret-of-${name}`])),
    rewire: async (environment) => {
      const targets = Object.fromEntries(
        Object.entries(environment).filter(([name]) => name.startsWith("AWS_ENDPOINT_URL_")),
      );
      gate = await startCallGate(targets);
      return {
        ...environment,
        ...Object.fromEntries(Object.keys(targets).map((name) => [name, gate?.origin(name) ?? ""])),
      };
    },
  });
  for (let earlier = 0; earlier < EARLIER_RUNS; earlier += 1) await run(deployment);
  gate?.reset();
  seconds.clear();
  const { took, transitions, startedAt } = await run(deployment);
  const calls = [...(gate?.calls ?? [])];
  await gate?.close();
  const evidenceBytes = await evidenceOf(deployment, startedAt);
  const gigabyteSeconds = sum([...seconds.values()]);
  report(count, assembly.template, { took, transitions, calls, gigabyteSeconds, evidenceBytes });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

async function run({ audit, settled }: Deployment): Promise<{ took: number; transitions: number; startedAt: string }> {
  const begun = performance.now();
  const execution = audit.start({});
  const { status, output, error, cause } = await execution.result;
  if (status !== "SUCCEEDED") throw new Error(`The run ended as ${status}: ${error} ${cause}`);
  const took = (performance.now() - begun) / 1_000;
  await settled();
  // A child execution's start is a transition, too.
  const entered = execution.history.filter(({ type }) => /StateEntered$/.test(type)).length;
  const children = new Set(execution.history.map((event) => event.execution)).size - 1;
  const { startedAt } = (output as { run: { startedAt: string } }).run;
  return { took, transitions: entered + children, startedAt };
}

/** What a run keeps in the bucket, in bytes; S3 lists a thousand objects at a time. */
async function evidenceOf({ cloud, lambdas }: Deployment, startedAt: string): Promise<number> {
  const bucket = lambdas.find(({ env }) => env.CURFEW_EVIDENCE_BUCKET)?.env.CURFEW_EVIDENCE_BUCKET;
  let bytes = 0;
  let token: string | undefined;
  do {
    const query = new URLSearchParams({
      "list-type": "2",
      prefix: `runs/${startedAt}/`,
      ...(token && { "continuation-token": token }),
    });
    const page = await (await fetch(`${cloud.messaging.origin}/${bucket}?${query}`)).text();
    bytes += sum([...page.matchAll(/<Size>(\d+)<\/Size>/g)].map(([, size]) => Number(size)));
    token = /<NextContinuationToken>([^<]+)</.exec(page)?.[1];
  } while (token !== undefined);
  return bytes;
}

interface Measured {
  took: number;
  transitions: number;
  calls: readonly GateCall[];
  gigabyteSeconds: number;
  evidenceBytes: number;
}

function report(count: number, template: Template, measured: Measured): void {
  const { took, transitions, calls, gigabyteSeconds, evidenceBytes } = measured;
  const units = (target: string, operation: RegExp, size: (call: GateCall) => number): number => {
    const these = calls.filter((call) => call.target.endsWith(target) && operation.test(call.operation));
    return sum(these.map((call) => Math.max(1, Math.ceil(size(call))))) / count;
  };
  const by = (target: string, operation: RegExp): number => units(target, operation, () => 1);
  const use: TenantUse = {
    stateTransitions: transitions / count,
    lambdaRequests: 1,
    gigabyteSeconds: gigabyteSeconds / count,
    writeUnits: units("_DYNAMODB", WRITES, ({ sent }) => sent / WRITE_UNIT),
    readUnits: units("_DYNAMODB", READS, ({ received }) => received / READ_UNIT),
    s3Puts: by("_S3", /^PUT/),
    s3Gets: by("_S3", /^(?:GET|HEAD)/),
    secretRequests: by("_SECRETS_MANAGER", /./),
    evidenceBytes: evidenceBytes / count,
  };
  const each = (value: number): string => value.toFixed(1);
  console.log(
    plainTable([
      [`a run over ${count.toLocaleString("en")} tenants, nothing changed`, "in all", "a tenant"],
      ["wall time on this machine", `${took.toFixed(0)} s`, `${((took / count) * 1_000).toFixed(0)} ms`],
      ["state transitions", transitions.toLocaleString("en"), each(use.stateTransitions)],
      ["DynamoDB writes", `${by("_DYNAMODB", WRITES) * count}`, each(by("_DYNAMODB", WRITES))],
      ["DynamoDB write units", `${use.writeUnits * count}`, each(use.writeUnits)],
      ["DynamoDB reads", `${by("_DYNAMODB", READS) * count}`, each(by("_DYNAMODB", READS))],
      ["DynamoDB read units", `${use.readUnits * count}`, each(use.readUnits)],
      ["S3 writes", `${use.s3Puts * count}`, each(use.s3Puts)],
      ["S3 reads", `${use.s3Gets * count}`, each(use.s3Gets)],
      ["Secrets Manager requests", `${use.secretRequests * count}`, each(use.secretRequests)],
      ["evidence", `${(evidenceBytes / 1e6).toFixed(1)} MB`, `${(use.evidenceBytes / 1e3).toFixed(0)} KB`],
    ]),
  );
  const resources = Object.values(template.Resources);
  const stack = {
    alarms: resources.filter(({ Type }) => Type === "AWS::CloudWatch::Alarm").length,
    keys: resources.filter(({ Type }) => Type === "AWS::KMS::Key").length,
    // One of the seven is about credentials, and these tenants have none.
    metrics: 6,
  };
  const sizes = [1, 10, 100, 1_000];
  // On Lambda a tenant is waited for, not worked on: three seconds of a function with a gigabyte.
  const deployed = { ...use, gigabyteSeconds: Math.max(use.gigabyteSeconds, LAMBDA_SECONDS) };
  const costs = sizes.map((tenants) => monthlyCost(tenants, deployed, stack));
  const names = Object.keys(costs[0] ?? {});
  const dollars = (value: number): string => value.toFixed(2);
  console.log(
    `\n${plainTable([
      [
        "USD a month at list price, audited daily",
        ...sizes.map((tenants) => `${tenants.toLocaleString("en")} tenants`),
      ],
      ...names.map((name) => [name, ...costs.map((cost) => dollars(cost[name] ?? 0))]),
      ["in all", ...costs.map((cost) => dollars(sum(Object.values(cost))))],
    ])}`,
  );
}

const WRITES = /^(?:PutItem|UpdateItem|DeleteItem)$/;
const READS = /^(?:GetItem|Query)$/;

/** Gigabyte-seconds: about twenty requests to Auth0 at 150 ms, several side by side, in a function with one gigabyte. */
const LAMBDA_SECONDS = 3;
