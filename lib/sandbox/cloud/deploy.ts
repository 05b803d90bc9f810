import type { Clock } from "../../model/clock.ts";
import { type Callers, startFunctionUrl } from "./lambda/start-function-url.ts";
import type { PublishParameters } from "./messaging/publish.ts";
import type { RotationFunction } from "./secrets-manager/rotations.ts";
import type { SecretsManagerOptions } from "./secrets-manager/start-secrets-manager.ts";
import { type Cloud, startCloud } from "./start-cloud.ts";
import { openStateMachine, type StateMachineHost } from "./state-machine/open-state-machine.ts";
import type { LambdaFunction } from "./state-machine/task-functions.ts";
import { cloudPlanOf, functionUrlsOf, queueConsumersOf } from "./template/cloud-plan.ts";
import { resourcesOfType } from "./template/resolve.ts";
import type { Template } from "./template/template.ts";
import { lambdasOf, type TemplateLambda } from "./template/template-lambdas.ts";

/** A stack as CDK synthesized it. */
export interface Assembly {
  template: Template;
  /** The folder that it was synthesized to. */
  folder: string;
  /** The files that functions read from the bucket of the CDK bootstrap, by key. */
  files: Readonly<Record<string, string>>;
}

/** What is deployed, and how. */
export interface DeploymentOptions {
  assembly: Assembly;
  /** Puts a function where it can be called. Its environment has the endpoints of this world already. */
  host(lambda: TemplateLambda): LambdaFunction;
  /** Of Secrets Manager, Slack and the executions' dates; the machine's when left out. */
  clock?: Clock;
  /** How often and after which pause Secrets Manager tries a rotation again. */
  rotation?: Pick<SecretsManagerOptions, "rotationAttempts" | "rotationPause">;
  /** Secrets to begin with, by name, once the addresses of this world are known. */
  secrets(cloud: Cloud): Readonly<Record<string, string>>;
  /** Who may call the functions that have a URL. Nobody when left out. */
  callers?: Callers;
  /** Changes the endpoints that the functions see: to put something in between. */
  rewire?(environment: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>>;
}

/** A synthesized stack that runs on this machine. */
export interface Deployment extends AsyncDisposable {
  readonly cloud: Cloud;
  /** The state machine *Audit*. */
  readonly audit: StateMachineHost;
  /** The state machine of emergency revocation; undefined where the stack has none. Its waits are the clock's. */
  readonly incident: StateMachineHost | undefined;
  /** Where functions are called by people: their URLs, by logical id. */
  readonly urls: Readonly<Record<string, string>>;
  readonly lambdas: readonly TemplateLambda[];
  /** Resolves when the queues in front of functions are empty. */
  settled(): Promise<void>;
}

/**
 * Deploys a synthesized stack to this machine: the same definitions, functions and environments as on AWS, and
 * emulators of the services behind them.
 */
export async function deploy(options: DeploymentOptions): Promise<Deployment> {
  const { assembly, clock, rotation, rewire = async (environment) => environment } = options;
  const { template, folder, files } = assembly;
  await using started = new AsyncDisposableStack();
  const lambdas = lambdasOf(template, folder);
  const bootstrap = new Set(lambdas.flatMap(({ env }) => env.CURFEW_CONFIG_BUCKET ?? []));
  const plan = cloudPlanOf(template);
  const time = clock ? { clock } : {};
  let functions: Readonly<Record<string, LambdaFunction>> = {};
  const rotate: RotationFunction = (event, arn) => functionByArn(lambdas, functions, arn)(event);
  const buckets = [...(plan.buckets ?? []), ...bootstrap];
  const cloud = started.use(await startCloud({ ...plan, ...time, buckets, secretsManager: { ...rotation, rotate } }));
  for (const bucket of bootstrap) await upload(cloud, bucket, files);
  for (const [Name, SecretString] of Object.entries(options.secrets(cloud))) {
    cloud.secretsManager.call("CreateSecret", { Name, SecretString });
  }
  const endpoints = await rewire(cloud.env);
  const wired = lambdas.map((lambda) => ({ ...lambda, env: { ...lambda.env, ...endpoints } }));
  functions = Object.fromEntries(wired.map((lambda) => [lambda.logicalId, options.host(lambda)]));
  const bridges = await bridgeQueues(template, cloud, functions);
  const services = { publish: (parameters: unknown) => cloud.messaging.publish(parameters as PublishParameters) };
  const audit = openStateMachine(template, { machine: "Audit", functions, ...time });
  const incident = hasMachine(template, "Incident")
    ? openStateMachine(template, { machine: "Incident", functions, services, wait: "by-clock", ...time })
    : undefined;
  for (const machine of [audit, incident]) if (machine) cloud.stepFunctions.add(machine);
  const urls = await serveUrls(started, options, functions);
  const running = started.move();
  return {
    cloud,
    audit,
    incident,
    urls,
    lambdas: wired,
    settled: async () => {
      for (const bridge of bridges) await bridge.settled();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** @throws TypeError for a function that the template does not have: the service sees a step that failed */
function functionByArn(
  lambdas: readonly TemplateLambda[],
  functions: Readonly<Record<string, LambdaFunction>>,
  arn: string,
): LambdaFunction {
  const lambda = lambdas.find(({ name }) => arn.endsWith(`:function:${name}`));
  const found = lambda && functions[lambda.logicalId];
  if (!found) throw new TypeError(`The template has no function ${arn}.`);
  return found;
}

async function upload(cloud: Cloud, bucket: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [key, body] of Object.entries(files)) {
    const { ok, status } = await fetch(`${cloud.messaging.origin}/${bucket}/${key}`, { method: "PUT", body });
    if (!ok) throw new TypeError(`S3 refused ${key} in the sandbox (status ${status}).`);
  }
}

const hasMachine = (template: Template, prefix: string): boolean =>
  resourcesOfType(template, "AWS::StepFunctions::StateMachine").some(({ logicalId }) => logicalId.startsWith(prefix));

async function serveUrls(
  started: AsyncDisposableStack,
  { assembly, callers = {}, clock }: DeploymentOptions,
  functions: Readonly<Record<string, LambdaFunction>>,
): Promise<Record<string, string>> {
  const urls: Record<string, string> = {};
  for (const logicalId of functionUrlsOf(assembly.template)) {
    const handler = functions[logicalId];
    if (!handler) throw new TypeError(`The template has no function ${logicalId}.`);
    urls[logicalId] = started.use(await startFunctionUrl(handler, callers, clock ? { clock } : {})).url;
  }
  return urls;
}

/** Connects queues with the functions behind them. */
function bridgeQueues(template: Template, cloud: Cloud, functions: Readonly<Record<string, LambdaFunction>>) {
  return Promise.all(
    queueConsumersOf(template).map(({ logicalId, ...consumer }) => {
      const handler = functions[logicalId];
      if (!handler) throw new TypeError(`The template has no function ${logicalId}.`);
      return cloud.messaging.bridge({ ...consumer, handler });
    }),
  );
}
