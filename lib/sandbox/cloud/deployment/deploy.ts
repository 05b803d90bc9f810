import type { Clock } from "../../../model/clock.ts";
import { type Cloud, startCloud } from "../start-cloud.ts";
import { openStateMachine, type StateMachineHost } from "../state-machine/open-state-machine.ts";
import type { LambdaFunction } from "../state-machine/task-functions.ts";
import { resourcesOfType } from "../template/resolve.ts";
import type { ResolvedResource, Template } from "../template/template.ts";
import { cloudPlanOf, nameInArn } from "./cloud-plan.ts";

/** A function of the template, ready to be hosted. */
export interface DeployedFunction {
  /** Its logical id, which begins with the construct's name: `AuditTenantFunction5A1E4B2C`. */
  logicalId: string;
  /** What it finds in its environment, endpoints of this world included. */
  environment: Readonly<Record<string, string>>;
  /** Seconds. */
  timeout: number;
  /** The folder of its bundle, as the template names it; null where it was synthesized without bundling. */
  asset: string | null;
}

/** What is deployed, and how. */
export interface DeploymentOptions {
  template: Template;
  /** The files that functions read from the bucket of the CDK bootstrap, by key. */
  assets: Readonly<Record<string, string>>;
  /** Puts a function somewhere where it can be called. */
  host(deployed: DeployedFunction): LambdaFunction;
  /** Of Secrets Manager, Slack and the executions' dates; the machine's when left out. */
  clock?: Clock;
  /** A secret's name, and its value once the addresses of this world are known. */
  secrets(cloud: Cloud): Readonly<Record<string, string>>;
}

/** A synthesized stack that runs on this machine. */
export interface Deployment extends AsyncDisposable {
  readonly cloud: Cloud;
  /** The state machine *Audit*. */
  readonly audit: StateMachineHost;
  /** Every function of the template. */
  readonly functions: readonly DeployedFunction[];
  /** Resolves when the queues in front of functions are empty. */
  settled(): Promise<void>;
}

/**
 * Deploys a synthesized template to this machine: the same definitions, functions and environments as on AWS, and
 * emulators of the services behind them.
 */
export async function deploy(options: DeploymentOptions): Promise<Deployment> {
  const { template, assets, clock } = options;
  await using started = new AsyncDisposableStack();
  const functions = functionsOf(template);
  const buckets = new Set(functions.flatMap(({ environment }) => environment.CURFEW_CONFIG_BUCKET ?? []));
  const plan = cloudPlanOf(template);
  const time = clock ? { clock } : {};
  const cloud = started.use(await startCloud({ ...plan, ...time, buckets: [...(plan.buckets ?? []), ...buckets] }));
  for (const bucket of buckets) await upload(cloud, bucket, assets);
  for (const [Name, SecretString] of Object.entries(options.secrets(cloud))) {
    cloud.secretsManager.call("CreateSecret", { Name, SecretString });
  }
  const deployed = functions.map((each) => ({ ...each, environment: { ...each.environment, ...cloud.env } }));
  const hosted = Object.fromEntries(deployed.map((each) => [each.logicalId, options.host(each)]));
  const bridges = await bridgeQueues(template, cloud, hosted);
  const audit = openStateMachine(template, { machine: "Audit", functions: hosted, ...time });
  const running = started.move();
  return {
    cloud,
    audit,
    functions: deployed,
    settled: async () => {
      for (const bridge of bridges) await bridge.settled();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function functionsOf(template: Template): DeployedFunction[] {
  return resourcesOfType(template, "AWS::Lambda::Function").map(({ logicalId, properties, metadata }) => {
    const { Environment, Timeout = 3 } = properties as { Environment?: { Variables?: object }; Timeout?: number };
    const variables = Object.entries(Environment?.Variables ?? {}).map(([name, value]) => [name, String(value)]);
    const asset = metadata["aws:asset:path"];
    return {
      logicalId,
      environment: Object.fromEntries(variables),
      timeout: Timeout,
      asset: typeof asset === "string" ? asset : null,
    };
  });
}

async function upload(cloud: Cloud, bucket: string, assets: Readonly<Record<string, string>>): Promise<void> {
  for (const [key, body] of Object.entries(assets)) {
    const { ok, status } = await fetch(`${cloud.messaging.origin}/${bucket}/${key}`, { method: "PUT", body });
    if (!ok) throw new TypeError(`S3 refused ${key} in the sandbox (status ${status}).`);
  }
}

/** Connects queues with the functions behind them. */
function bridgeQueues(template: Template, cloud: Cloud, hosted: Readonly<Record<string, LambdaFunction>>) {
  const mappings = resourcesOfType(template, "AWS::Lambda::EventSourceMapping");
  return Promise.all(
    mappings.map(({ properties }: ResolvedResource) => {
      const { EventSourceArn, FunctionName, BatchSize = 10 } = properties;
      const handler = hosted[String(FunctionName)];
      if (!handler) throw new TypeError(`The template has no function ${String(FunctionName)}.`);
      return cloud.messaging.bridge({
        queue: nameInArn(String(EventSourceArn)),
        handler,
        batchSize: Number(BatchSize),
      });
    }),
  );
}
