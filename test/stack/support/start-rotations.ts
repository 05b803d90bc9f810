import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { vi } from "vitest";
import { dynamodbTable } from "../../../lib/aws/dynamodb-table.ts";
import { fastClock } from "../../../lib/model/clock.ts";
import { changeRotation, orderRotation, readRotation, writeTarget } from "../../../lib/rotation/ledger/ledger.ts";
import type { RotationOrder, RotationRecord, RotationStep } from "../../../lib/rotation/ledger/rotation-record.ts";
import type { RotationTarget } from "../../../lib/rotation/ledger/target.ts";
import { rotationFunctionArn } from "../../../lib/rotation/vault/function-arn.ts";
import { type Deployment, deploy } from "../../../lib/sandbox/cloud/deploy.ts";
import { type CallGate, type Strike, startCallGate } from "../../../lib/sandbox/cloud/gate/start-call-gate.ts";
import { type LambdaHost, openLambda } from "../../../lib/sandbox/cloud/lambda/open-lambda.ts";
import type { RotationReport } from "../../../lib/sandbox/cloud/secrets-manager/rotations.ts";
import type { TemplateLambda } from "../../../lib/sandbox/cloud/template/template-lambdas.ts";
import type { SandboxTenant } from "../../../lib/sandbox/sandbox-tenant.ts";
import { startSandbox } from "../../../lib/sandbox/start-sandbox.ts";
import type { Table } from "../../../lib/store/table.ts";
import { bundledAssembly } from "./bundled-assembly.ts";
import { ONCALL } from "./cast.ts";
import {
  PARTS,
  type Part,
  type PartName,
  privatePartsOf,
  type RotatedTenant,
  rotationCast,
  secretNameOfPart,
} from "./rotation-cast.ts";
import { ACCESS, type Snapshot, storedBy } from "./stored.ts";
import { type Watched, type Witness, witnessOf } from "./witness.ts";

/** The rotation function as synthesized and bundled, two tenants, and a Secrets Manager that calls it. */
export interface Rotations extends AsyncDisposable {
  deployment: Deployment;
  tenant(name: RotatedTenant): SandboxTenant;
  /** In front of the tenants. */
  auth0: Readonly<Record<RotatedTenant, CallGate>>;
  table: Table;
  /** One of the applications; each has instances of the function of its own, which nobody else's kill ends. */
  application(name: PartName): Application;
  snapshot(): Promise<Snapshot>;
  /** A witness that knows every value that is stored by now. */
  witness(): Witness;
}

/** An application and its secret. */
export interface Application {
  clientId: string;
  part: Part;
  /** In front of AWS, as its function sees it. */
  gate: CallGate;
  /** A strike that kills its function at the first call of an operation. */
  death(operation: string, moment: Strike["moment"], also?: () => void): Strike;
  target: RotationTarget;
  /** Says whose secret it is, and that it was accepted, as `adopt` does. */
  adopt(): Promise<void>;
  /** Records who asks; the version's id. */
  order(by: RotationOrder["by"], extra?: Pick<RotationOrder, "overwrite">): Promise<string>;
  /** Calls RotateSecret, and waits until the service has done with it. */
  rotate(version?: string, input?: { RotateImmediately: boolean }): Promise<RotationReport>;
  /** Calls one step, as the service would. */
  step(step: RotationStep, version: string): Promise<unknown>;
  /** Puts the end of the overlap into the past, and lets the function look after the former key, as the next audit does. */
  passOverlap(version: string): Promise<void>;
  record(): Promise<RotationRecord | undefined>;
  /** The version that bears a label. */
  version(label: string): string | undefined;
  /** The stored credential under a label; a key's `kid`. */
  credential(label: string): string | undefined;
  /** What Auth0 knows: the secret, or the attached keys. */
  atAuth0(): unknown;
  /** What its function printed. */
  output(): string;
}

/** Times as fast as the machine's clock: a request that is given up after 10 s still has 0.8 real ones. */
const SPEED = 12;

/** Of the sandbox's clock: Secrets Manager itself waits longer before it tries again. Milliseconds. */
const PAUSE = 15_000;

const SERVICES = ["SECRETS_MANAGER", "DYNAMODB", "S3", "SNS"] as const;

/** Starts everything, with the secrets stored and tagged. */
export async function startRotations(): Promise<Rotations> {
  await using started = new AsyncDisposableStack();
  const cast = rotationCast();
  const sandbox = started.use(await startSandbox({ tenants: cast.seeds, clock: fastClock(SPEED) }));
  const { clock } = sandbox;
  const gateOf = async (name: RotatedTenant) =>
    started.use(await startCallGate({ [name]: sandbox.tenant(name).origin }));
  const auth0 = { shop: await gateOf("shop"), slow: await gateOf("slow") };
  const origins = { shop: auth0.shop.origin("shop"), slow: auth0.slow.origin("slow") };
  const assembly = await bundledAssembly(cast.config(origins));

  const exchanged: { name: string; text: string }[] = [];
  const hosts = new Map<string, LambdaHost>();
  const gates = new Map<string, CallGate>();
  let lambda: TemplateLambda | undefined;
  const invoke = async (event: unknown): Promise<unknown> => {
    const name = clientOf(event);
    exchanged.push({ name, text: JSON.stringify(event) });
    try {
      const result = await hosts.get(name)?.invoke(event);
      exchanged.push({ name, text: JSON.stringify(result) ?? "" });
      return result;
    } catch (error) {
      exchanged.push({ name, text: `${(error as Error).message} ${JSON.stringify(error)}` });
      throw error;
    }
  };
  const deployment = started.use(
    await deploy({
      assembly,
      clock,
      rotation: { rotationPause: PAUSE },
      secrets: () => cast.own,
      host: (each) => {
        if (each.logicalId.startsWith("RotateSecret")) lambda = each;
        return invoke;
      },
    }),
  );
  const { cloud } = deployment;
  if (!lambda) throw new TypeError("The template has no function that rotates.");
  const env = lambda.env;
  for (const name of Object.keys(PARTS)) {
    const gate = started.use(await startCallGate(targetsOf(env)));
    const closed = name === "misfiled" ? { AWS_ENDPOINT_URL_SNS: await silentOrigin(started) } : {};
    const wired = { ...env, ...through(gate), ...closed };
    gates.set(name, gate);
    hosts.set(name, started.use(openLambda({ ...lambda, env: wired, time: { clock, speed: SPEED } })));
  }
  await cloud.messaging.confirm(ONCALL);
  Object.assign(process.env, cloud.env);
  const table = dynamodbTable(env.CURFEW_TABLE ?? "");
  const client = new SecretsManagerClient({ ...ACCESS, endpoint: cloud.secretsManager.origin });
  started.defer(() => client.destroy());

  const Tags = [{ Key: "curfew:managed", Value: "true" }];
  const arns = new Map<string, string>();
  for (const [Name, SecretString] of Object.entries(cast.managed)) {
    arns.set(Name, String(cloud.secretsManager.call("CreateSecret", { Name, SecretString, Tags }).ARN));
  }

  const application = (name: PartName): Application => {
    const part: Part = PARTS[name];
    const arn = arns.get(secretNameOfPart(name)) ?? "";
    const target: RotationTarget = {
      arn,
      tenant: part.tenant,
      clientId: name,
      kind: part.kind,
      writtenBy: "adopt",
      at: 0,
    };
    const [gate, host] = [gates.get(name), hosts.get(name)];
    if (!gate || !host) throw new TypeError(`There is no application ${name}.`);
    const stages = (): Record<string, string[]> =>
      cloud.secretsManager.call("DescribeSecret", { SecretId: arn }).VersionIdsToStages as Record<string, string[]>;
    const version = (label: string) => Object.entries(stages()).find(([, labels]) => labels.includes(label))?.[0];
    return {
      clientId: name,
      part,
      gate,
      death: (wanted, moment, also) => ({
        at: 1,
        only: ({ operation }) => operation === wanted,
        moment,
        run: () => {
          host.kill();
          also?.();
        },
      }),
      target,
      adopt: async () => {
        await writeTarget(table, target);
        await changeRotation(table, target, (record) => ({ ...record, acceptedAt: Math.round(clock.now()) }));
      },
      order: async (by, extra = {}) => {
        const id = crypto.randomUUID();
        await orderRotation(table, target, { version: id, by, at: Math.round(clock.now()), ...extra });
        return id;
      },
      rotate: async (ClientRequestToken = crypto.randomUUID(), input = { RotateImmediately: true }) => {
        const RotationLambdaARN = rotationFunctionArn(arn);
        await client.send(new RotateSecretCommand({ SecretId: arn, ClientRequestToken, RotationLambdaARN, ...input }));
        const isOver = () =>
          cloud.secretsManager.rotations.reports.find(
            ({ token, outcome }) => token === ClientRequestToken && outcome !== "running",
          );
        return vi.waitUntil(isOver, { timeout: 120_000, interval: 50 });
      },
      passOverlap: async (version) => {
        const now = Math.round(clock.now());
        await changeRotation(table, target, ({ aftercare, ...record }) => ({
          ...record,
          aftercare: aftercare.map((care) => ({ ...care, from: Math.min(care.from, now) })),
        }));
        await invoke({ Step: "finishSecret", SecretId: arn, ClientRequestToken: version });
      },
      step: (Step, token) => invoke({ Step, SecretId: arn, ClientRequestToken: token }),
      record: () => readRotation(table, target),
      version,
      credential: (label) => {
        const id = version(label);
        return id === undefined ? undefined : credentialOf(storedValue(cloud.secretsManager, arn, id));
      },
      atAuth0: () => knownAt(sandbox.tenant(part.tenant), name),
      output: () => host.output(),
    };
  };

  const stored = storedBy(deployment);
  const witness = (): Witness => {
    const watched: Watched = { deployment, lambdas: Object.fromEntries(hosts), exchanged, executions: [] };
    const values = [...arns.values()].flatMap((arn) => allValues(cloud.secretsManager, arn));
    const texts = [...cast.secrets, ...values.flatMap(secretTextsIn)];
    return witnessOf(watched, new Map(texts.map((text, index) => [text, `secret ${index}`])));
  };
  const running = started.move();
  return {
    deployment,
    tenant: (name) => sandbox.tenant(name),
    auth0,
    table,
    application,
    snapshot: () => stored.snapshot(),
    witness,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Whoever asks there never hears anything. */
async function silentOrigin(stack: AsyncDisposableStack): Promise<string> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const variableOf = (service: string): string => `AWS_ENDPOINT_URL_${service}`;

const targetsOf = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(SERVICES.map((service) => [service, env[variableOf(service)] ?? ""]));

const through = (gate: CallGate): Record<string, string> =>
  Object.fromEntries(SERVICES.map((service) => [variableOf(service), gate.origin(service)]));

/** Whose secret an event is about, by the secret's name. */
const clientOf = (event: unknown): string =>
  /:secret:apps\/([^/]+)\//.exec((event as { SecretId?: string }).SecretId ?? "")?.[1] ?? "nobody";

type SecretsManager = Deployment["cloud"]["secretsManager"];

const storedValue = (service: SecretsManager, SecretId: string, VersionId: string): string | undefined => {
  try {
    return String(service.call("GetSecretValue", { SecretId, VersionId }).SecretString);
  } catch {
    return undefined; // announced, and never filled
  }
};

const allValues = (service: SecretsManager, SecretId: string): string[] => {
  const { Versions } = service.call("ListSecretVersionIds", { SecretId, IncludeDeprecated: true });
  const ids = (Versions as { VersionId: string }[]).map(({ VersionId }) => VersionId);
  return ids.flatMap((id) => storedValue(service, SecretId, id) ?? []);
};

interface StoredValue {
  clientSecret?: string;
  privateKeyJwk?: { kid: string };
}

function credentialOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const { clientSecret, privateKeyJwk } = JSON.parse(text) as StoredValue;
  return clientSecret ?? privateKeyJwk?.kid;
}

function secretTextsIn(text: string): string[] {
  const { clientSecret, privateKeyJwk } = JSON.parse(text) as StoredValue;
  return privateKeyJwk
    ? privatePartsOf(JSON.stringify(privateKeyJwk))
    : clientSecret === undefined
      ? []
      : [clientSecret];
}

function knownAt({ state }: SandboxTenant, clientId: string): unknown {
  const client = state.clients.get(clientId);
  const attached = client?.client_authentication_methods?.private_key_jwt?.credentials.map(({ id }) => id);
  if (!attached) return client?.client_secret;
  return (state.credentials.get(clientId) ?? []).map(({ id, kid }) => `${kid}${attached.includes(id) ? "" : " loose"}`);
}
