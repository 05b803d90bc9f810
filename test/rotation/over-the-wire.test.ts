import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { secretsManagerRotation } from "../../lib/aws/secrets-manager-rotation.ts";
import { secretsManagerVault } from "../../lib/aws/secrets-manager-vault.ts";
import { loginFrom } from "../../lib/config/references.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { fastClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { runAftercare } from "../../lib/rotation/aftercare/aftercare.ts";
import { auth0Tenant } from "../../lib/rotation/auth0-tenant.ts";
import { newKey, newSecret } from "../../lib/rotation/kinds/new-credential.ts";
import { orderRotation, readRotation, writeTarget } from "../../lib/rotation/ledger/ledger.ts";
import type { CredentialKind, RotationTarget } from "../../lib/rotation/ledger/target.ts";
import type { RotationParts } from "../../lib/rotation/parts.ts";
import { rotationStep } from "../../lib/rotation/rotation-step.ts";
import type { OperationFault } from "../../lib/sandbox/cloud/secrets-manager/faults.ts";
import type { RotationEvent } from "../../lib/sandbox/cloud/secrets-manager/rotations.ts";
import type { FaultRule } from "../../lib/sandbox/faults/fault.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { aSandbox, DOMAIN, MANAGEMENT_API, machine } from "../sandbox/support/a-sandbox.ts";
import { keyPair } from "../support/keys.ts";
import { memoryEvidence } from "../support/memory-evidence.ts";
import { keyLogin, ROTATOR_SCOPES } from "../support/rotated-sandbox.ts";
import { aSecretsManager } from "../support/secrets-manager.ts";
import { secretLogin } from "../support/wired-sandbox.ts";

/**
 * A rotation from end to end: Secrets Manager's fake calls the steps, which use the real SDK and HTTP against a tenant.
 * How many virtual seconds go by in a real one: a window of 45 s must not be over in a moment in which the machine is busy.
 */
const SPEED = 15;
const FUNCTION = "arn:aws:lambda:eu-central-1:000000000000:function:curfew-rotate-secret";
/** Milliseconds that one call of the function may take. */
const TIMEOUT = 900_000;
const OVERLAP = 3_600;
const OLD = keyPair("the-key-of-the-signer");

type Propagation = NonNullable<TenantSeed["propagation"]>["mode"];

interface Case {
  title: string;
  clientId: "job" | "signer" | "rotator";
  propagation?: Propagation;
  atAuth0?: FaultRule[];
  atSecretsManager?: OperationFault[];
}

const kindOf = (clientId: string): CredentialKind => (clientId === "signer" ? "private-key" : "client-secret");

async function aWorld({ clientId, propagation = "flapping" }: Case) {
  const clients = [
    machine("rotator"),
    machine("job"),
    {
      name: "signer",
      client_id: "signer",
      app_type: "non_interactive",
      grant_types: ["client_credentials"],
      credentials: [{ kid: "the-key-of-the-signer", pem: OLD.pem }],
    },
  ];
  const clientGrants = [{ client_id: "rotator", audience: MANAGEMENT_API, scope: ROTATOR_SCOPES }];
  const seed = { clients, clientGrants, propagation: { mode: propagation, seconds: 30 } } as Partial<TenantSeed>;
  const auth0 = await aSandbox(seed, fastClock(SPEED));
  const { clock } = auth0.sandbox;
  const table = openSqliteTable(":memory:");
  const evidence = memoryEvidence();
  const errors: unknown[] = [];

  const parts = (deadline: number): RotationParts => ({
    vault: secretsManagerVault(vault.client, { clock, deadline }),
    table,
    evidence,
    settings: ({ tenant, kind }) => ({
      tenant,
      domain: DOMAIN,
      clientId,
      kind,
      rotate: "auto",
      overlap: OVERLAP,
      allowHs256: false,
    }),
    tenant: async () =>
      auth0Tenant({
        address: { domain: DOMAIN, origin: auth0.tenant.origin },
        plan: "enterprise",
        login: await loginFrom({ clientId: "rotator", secret: "secretsmanager:rotator" }, DOMAIN, sources),
        clientId,
        signal: new AbortController().signal,
        deadline,
        clock,
        random: Math.random,
        timeout: 20_000, // leaves 25 of the 45 s in which a secret is set
      }),
    clock,
    random: Math.random,
    newSecret,
    newKey,
  });
  const rotate = async ({ Step: step, SecretId: arn, ClientRequestToken: version }: RotationEvent) => {
    const deadline = clock.now() + TIMEOUT;
    await rotationStep({ step, arn, version, deadline }, parts(deadline)).catch((error: unknown) => {
      errors.push(error);
      throw error;
    });
  };

  const vault = await aSecretsManager({ clock, rotate, rotationPause: 20_000 });
  const { service } = vault;
  const first = clientId === "signer" ? { privateKeyJwk: JSON.parse(OLD.jwk) } : { clientSecret: `${clientId}-secret` };
  const stored = JSON.stringify({ note: "kept", ...first });
  const made = service.call("CreateSecret", { Name: clientId, SecretString: stored });
  if (clientId !== "rotator") service.call("CreateSecret", { Name: "rotator", SecretString: "rotator-secret" });
  const sources = { env: {}, secretsManager: (name: string, label = "AWSCURRENT") => read(name, label) };
  const read = async (name: string, label: string): Promise<string> => {
    try {
      return String(service.call("GetSecretValue", { SecretId: name, VersionStage: label }).SecretString);
    } catch {
      throw new CurfewError("not-found", "no such label");
    }
  };
  const at = Math.round(clock.now());
  const arn = String(made.ARN);
  const target: RotationTarget = { arn, tenant: "acme", clientId, kind: kindOf(clientId), writtenBy: "adopt", at };
  await writeTarget(table, target);
  const rotation = secretsManagerRotation(vault.client);
  return {
    ...auth0,
    clock,
    table,
    evidence,
    errors,
    service,
    target,
    first: String(made.VersionId),
    parts,
    rotation,
    stored: () => JSON.parse(String(service.call("GetSecretValue", { SecretId: clientId }).SecretString)),
    labels: () => service.call("DescribeSecret", { SecretId: clientId }).VersionIdsToStages,
    record: () => readRotation(table, target),
    [Symbol.asyncDispose]: async () => {
      await vault[Symbol.asyncDispose]();
      await auth0[Symbol.asyncDispose]();
      table[Symbol.dispose]();
    },
  };
}

const lost = (method: string, path: string): FaultRule => ({
  match: { method, path },
  times: 4, // more often than one step asks again
  effect: { kind: "drop", when: "after" },
});
const lostAt = (operation: string, skip = 0): OperationFault => ({
  operation,
  skip,
  times: 3, // as often as the SDK tries
  effect: { kind: "drop", when: "after" },
});

const MODES: Propagation[] = ["new-at-once", "old-until-end", "both", "flapping"];
const CASES: Case[] = [
  ...MODES.map((propagation): Case => ({ title: `a secret, ${propagation}`, clientId: "job", propagation })),
  { title: "the rotator's own secret", clientId: "rotator", propagation: "flapping" },
  { title: "a secret whose setting is not answered", clientId: "job", atAuth0: [lost("PATCH", "/api/v2/clients/job")] },
  { title: "a secret whose storing is not answered", clientId: "job", atSecretsManager: [lostAt("PutSecretValue")] },
  {
    title: "a secret whose promotion is not answered",
    clientId: "job",
    atSecretsManager: [lostAt("UpdateSecretVersionStage")],
  },
  {
    title: "a secret while Auth0 is throttled",
    clientId: "job",
    atAuth0: [{ match: { path: "/api/v2/*" }, times: 3, effect: { kind: "throttle", retryAfter: 10 } }],
  },
  { title: "a key", clientId: "signer" },
  {
    title: "a key whose registration is not answered",
    clientId: "signer",
    atAuth0: [{ ...lost("POST", "/api/v2/clients/signer/credentials"), times: 1 }],
  },
  {
    title: "a key whose attaching is not answered",
    clientId: "signer",
    atAuth0: [lost("PATCH", "/api/v2/clients/signer")],
  },
];

test.concurrent.each(CASES)("$title is rotated, and the old one proven dead", async (one) => {
  await using world = await aWorld(one);
  const { service, tenant, target, clock } = world;
  const { clientId, kind } = target;
  const before = world.stored();

  // Rotation is switched on: the function is tried, and nothing changes.
  await world.rotation.enableRotation(target.arn, FUNCTION);
  await service.rotations.settled();
  expect(world.labels()).toEqual({ [world.first]: ["AWSCURRENT"] });
  expect(world.stored()).toEqual(before);
  expect(tenant.requests.filter(({ path }) => path.startsWith("/api/v2/"))).toEqual([]);
  world.errors.length = 0;

  for (const fault of one.atAuth0 ?? []) tenant.faults.add(fault);
  for (const fault of one.atSecretsManager ?? []) service.faults.add(fault);
  const version = randomUUID();
  await orderRotation(world.table, target, { version, by: "person", at: Math.round(clock.now()) });
  expect(await world.rotation.startRotation(target.arn, version)).toEqual({ outcome: "started" });
  await service.rotations.settled();

  const told = world.errors.map((error) => (error as Error).message);
  expect({ outcome: service.rotations.reports.at(-1)?.outcome, told }).toMatchObject({ outcome: "succeeded" });
  if (one.atAuth0 === undefined && one.atSecretsManager === undefined) expect(told).toEqual([]);
  expect(world.labels()).toEqual({ [world.first]: ["AWSPREVIOUS"], [version]: ["AWSCURRENT"] });
  const after = world.stored();
  expect(after).toMatchObject({ note: "kept" });

  if (kind === "private-key") {
    expect(tenant.state.credentials.get("signer")).toHaveLength(2); // registered once
    const both = await world.parts(clock.now() + TIMEOUT).tenant(target);
    for (const { privateKeyJwk } of [before, after]) {
      expect(await both.obtainToken(keyLogin(clientId, JSON.stringify(privateKeyJwk)))).toEqual({ answer: "accepted" });
    }
    clock.advance(OVERLAP * 1_000);
    const deadline = clock.now() + TIMEOUT;
    expect(await runAftercare(target, deadline, world.parts(deadline))).toEqual([]);
    expect(tenant.state.credentials.get("signer")).toMatchObject([{ kid: after.privateKeyJwk.kid }]);
  } else {
    expect(tenant.state.clients.get(clientId)?.client_secret).toBe(after.clientSecret);
  }

  // Whoever follows the vault gets in, whoever does not is refused; and that was proven.
  const deadline = clock.now() + TIMEOUT;
  const client = await world.parts(deadline).tenant(target);
  const loginOf = (value: typeof after) =>
    kind === "private-key"
      ? keyLogin(clientId, JSON.stringify(value.privateKeyJwk))
      : secretLogin(clientId, value.clientSecret);
  expect(await client.obtainToken(loginOf(after))).toEqual({ answer: "accepted" });
  expect(await client.obtainToken(loginOf(before))).toEqual({ answer: "refused" });
  const record = await world.record();
  expect(record).toMatchObject({ failures: 0, promoted: { version }, aftercare: [], lastProof: { current: version } });
  expect(record?.lastProof?.answers.filter(({ old }) => old === "refused").length).toBeGreaterThanOrEqual(5);
  expect([...world.evidence.documents.keys()]).toEqual([`rotations/acme/${clientId}/${version}.json`]);

  // No value is anywhere but in Secrets Manager and at the tenant; the secret was never made by Auth0.
  const values = [before, after].map((value) => value.clientSecret ?? value.privateKeyJwk.d);
  const traces = JSON.stringify([
    record,
    [...world.evidence.documents.values()].map((versions) => versions.map((body) => Buffer.from(body).toString())),
    world.errors.map((error) => `${(error as Error).stack} ${JSON.stringify(error)}`),
    tenant.requests.map(({ path, query }) => [path, query]),
  ]);
  for (const value of values) expect(traces).not.toContain(value);
  expect(tenant.requests.filter(({ path }) => path.endsWith("/rotate-secret"))).toEqual([]);
  const management = tenant.requests.filter(({ path }) => path.startsWith("/api/v2/")).length;
  const steps = service.rotations.reports.at(-1)?.calls.length;
  console.info(
    `over the wire: ${one.title}: ${steps} steps, ${management} management requests of ${tenant.requests.length}, ${service.requests.length} of Secrets Manager`,
  );
});
