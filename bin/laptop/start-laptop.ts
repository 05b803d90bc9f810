import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import type { RunRef } from "../../lib/findings/ledger/run-record.ts";
import { markAdopted } from "../../lib/rotation/credentials/adopted-secrets.ts";
import { writeTarget } from "../../lib/rotation/ledger/ledger.ts";
import { rotationFunctionArn } from "../../lib/rotation/vault/function-arn.ts";
import { type Deployment, deploy } from "../../lib/sandbox/cloud/deploy.ts";
import type { Callers } from "../../lib/sandbox/cloud/lambda/start-function-url.ts";
import type { Cloud } from "../../lib/sandbox/cloud/start-cloud.ts";
import type { LambdaFunction } from "../../lib/sandbox/cloud/state-machine/task-functions.ts";
import type { TemplateLambda } from "../../lib/sandbox/cloud/template/template-lambdas.ts";
import type { SandboxClock } from "../../lib/sandbox/sandbox-clock.ts";
import type { RotatedApplication } from "../../lib/sandbox/story/rotated-application.ts";
import { type StoryOptions, type StoryWorld, startStoryWorld } from "../../lib/sandbox/story/story-world.ts";
import type { Table } from "../../lib/store/table.ts";
import { hurry } from "./hurry.ts";
import { localFunction } from "./local-function.ts";
import { synthesizeHere } from "./synthesize-here.ts";

/** The deployed Curfew on this machine: simulated tenants, emulated AWS, and the stack as synthesized. */
export interface Laptop<World extends StoryWorld = StoryWorld> extends AsyncDisposable {
  world: World;
  deployment: Deployment;
  /** Of tenants, executions and functions alike, so what waits for the next morning can be had now. */
  clock: SandboxClock;
  /** Everything that the deployed audit remembers. */
  table: Table;
  /** Runs the state machine *Audit* to its end, alerts included; rejects when it did not succeed. */
  audit(input?: AuditInput): Promise<RunRef>;
}

/** What the state machine is started with. */
export interface AuditInput {
  tenants?: string[];
}

/** How the laptop is started. */
interface LaptopOptions extends StoryOptions {
  /** Who may call functions by their URLs. */
  callers?: Callers;
  /** Hears of each tenant when its audit is recorded. */
  onTenant?: (run: RunRef, tenant: string) => Promise<void>;
  /** Hears when a step of a rotation has ended, whatever came of it. */
  onStep?: () => Promise<void>;
  /** Whether the sandbox's time passes quickly while credentials are rotated. */
  hurry?: boolean;
}

/** Names of people who hear; nobody gets real mail. */
const ALERTS = `schedule: { audit: cron(0 6 * * ? *), timezone: Europe/Berlin }
alerts:
  email: [oncall@acme.example]
  slack: { webhook: secretsmanager:curfew/slack-webhook, minimum: high }
  digest: { email: [security@acme.example] }
`;

/**
 * Starts everything side by side; ready within a few seconds.
 *
 * @param signal ends the synthesis
 */
export const startLaptop = (options: LaptopOptions, signal: AbortSignal): Promise<Laptop> =>
  startLaptopWith(startStoryWorld, options, signal);

/** The same in another world than that of the story. */
export async function startLaptopWith<World extends StoryWorld>(
  startWorld: (options: StoryOptions) => Promise<World>,
  options: LaptopOptions,
  signal: AbortSignal,
): Promise<Laptop<World>> {
  await using started = new AsyncDisposableStack();
  let deployed: Deployment | undefined;
  const audit = async (input: AuditInput): Promise<RunRef> => {
    if (!deployed) throw new Error("The stack is still being deployed.");
    return runAudit(deployed, input, () => (options.hurry ? hurry(world.sandbox.clock) : undefined));
  };
  const world = await startWorld({ ...options, audit });
  const { clock } = started.use(world.sandbox);
  const assembly = await synthesizeHere(world.config + ALERTS, signal);
  const deployment = started.use(
    await deploy({
      assembly,
      clock,
      ...(options.callers ? { callers: options.callers } : {}),
      host: (lambda) => hostHere(lambda, { ...options, clock, confirm: () => confirmAll(world.owners, deployed) }),
      secrets: ({ slack }) => ({ ...world.secrets, "curfew/slack-webhook": slack.webhook }),
    }),
  );
  deployed = deployment;
  started.defer(() => endIncidents(deployment));
  const table = dynamodbTable(process.env.CURFEW_TABLE ?? "");
  for (const application of world.applications) await adoptCredential(application, { deployment, clock, table });
  await deployment.cloud.secretsManager.rotations.settled();
  await confirmAll(["oncall@acme.example", "security@acme.example"], deployment);
  const running = started.move();
  return {
    world: { ...world, config: world.config + ALERTS },
    deployment,
    clock,
    table,
    audit: (input = {}) => audit(input),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/**
 * As `curfew rotate adopt` leaves a secret: tagged, on record, and with a rotation that begins when Curfew says so. It
 * has been in Secrets Manager for as long as the credential is in use.
 */
async function adoptCredential(
  { tenant, clientId, kind, secret, age }: RotatedApplication,
  { deployment, clock, table }: Pick<Laptop, "deployment" | "clock" | "table">,
): Promise<void> {
  const { secretsManager } = deployment.cloud;
  const Tags = [{ Key: "curfew:managed", Value: "true" }];
  clock.advance(-age * 1000);
  const { ARN } = secretsManager.call("CreateSecret", { Name: secret.name, SecretString: secret.value, Tags });
  clock.advance(age * 1000);
  const arn = String(ARN);
  const target = { arn, tenant, clientId, kind, writtenBy: "adopt" as const, at: clock.now() };
  await writeTarget(table, target);
  await markAdopted(table, target);
  const RotationRules = { AutomaticallyAfterDays: 1000 };
  const rotation = { RotationLambdaARN: rotationFunctionArn(arn), RotationRules, RotateImmediately: false };
  secretsManager.call("RotateSecret", { SecretId: arn, ...rotation });
}

/** People click the link in the mail that SNS sends them. */
async function confirmAll(addresses: readonly string[], deployment: Deployment | undefined): Promise<void> {
  for (const address of addresses) await deployment?.cloud.messaging.confirm(address);
}

/** What happens around the functions on a laptop. */
interface Surroundings extends LaptopOptions {
  clock: SandboxClock;
  /** The owners of tenants confirm that they want to hear. */
  confirm: () => Promise<void>;
}

/** A function of this process, with what happens around it. */
function hostHere(lambda: TemplateLambda, surroundings: Surroundings): LambdaFunction {
  const call = localFunction(lambda, surroundings.clock);
  const [, around] = Object.entries(AROUND).find(([prefix]) => lambda.logicalId.startsWith(prefix)) ?? [];
  return around?.(call, surroundings) ?? call;
}

/** By the beginning of a function's logical id. */
const AROUND: Readonly<
  Record<string, (call: LambdaFunction, surroundings: Surroundings) => LambdaFunction | undefined>
> = {
  PlanAudit: (call, { confirm }) => followedBy(call, confirm), // it is what subscribes them
  AuditTenant: (call, { onTenant }) => onTenant && heard(call, onTenant),
  RotateDue: (call, { clock, hurry: isHurried }) => (isHurried ? hurried(call, clock) : undefined),
  RotateSecret: (call, { onStep }) => onStep && followedBy(call, onStep),
};

function followedBy(call: LambdaFunction, next: () => Promise<void>): LambdaFunction {
  return async (event) => {
    try {
      return await call(event);
    } finally {
      await next();
    }
  };
}

function heard(call: LambdaFunction, onTenant: NonNullable<LaptopOptions["onTenant"]>): LambdaFunction {
  return async (event) => {
    const result = await call(event);
    const { run, tenant } = event as { run: RunRef; tenant: string };
    await onTenant({ ...run, startedAt: new Date(run.startedAt).toISOString() }, tenant);
    return result;
  };
}

function hurried(call: LambdaFunction, clock: SandboxClock): LambdaFunction {
  return async (event) => {
    using _ = hurry(clock);
    return await call(event);
  };
}

/** An incident may wait for weeks, and whoever ends the laptop does not. */
function endIncidents({ incident }: Deployment): void {
  for (const { name } of incident?.executions() ?? []) incident?.stop(name);
}

async function runAudit(
  { audit, cloud, settled }: Deployment,
  input: AuditInput,
  hurried: () => Disposable | undefined,
): Promise<RunRef> {
  const execution = audit.start(input);
  const { status, output, error, cause } = await execution.result;
  if (status !== "SUCCEEDED") throw new Error(`The state machine ended as ${status}: ${error} ${cause}`);
  await rotationsDone(cloud, hurried);
  await settled();
  return (output as { run: RunRef }).run;
}

/** A run does not wait for the last proof of a rotation that it began. */
async function rotationsDone({ secretsManager }: Cloud, hurried: () => Disposable | undefined): Promise<void> {
  using _ = hurried();
  await secretsManager.rotations.settled();
}
