import pLimit from "p-limit";
import type { RunRef } from "../../../lib/findings/ledger/run-record.ts";
import { type Deployment, deploy } from "../../../lib/sandbox/cloud/deploy.ts";
import { type CallGate, startCallGate } from "../../../lib/sandbox/cloud/gate/start-call-gate.ts";
import { type LambdaHost, openLambda } from "../../../lib/sandbox/cloud/lambda/open-lambda.ts";
import type { Execution } from "../../../lib/sandbox/cloud/state-machine/run-execution.ts";
import type { LambdaFunction } from "../../../lib/sandbox/cloud/state-machine/task-functions.ts";
import { type Sandbox, startSandbox } from "../../../lib/sandbox/start-sandbox.ts";
import { bundledAssembly } from "./bundled-assembly.ts";
import { cast, closedOrigin, ONCALL, OWNERS, SECURITY, SMALL, UNREACHABLE } from "./cast.ts";
import { type Stored, storedBy } from "./stored.ts";

/** The functions of the stack, by the beginning of their logical ids. */
export const FUNCTIONS = ["PlanAudit", "ProbeSecrets", "AuditTenant", "FinishAudit", "SlackPostToSlack"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** The deployed Curfew as synthesized and bundled, twenty tenants, and doors through which to watch and to strike. */
export interface Stack extends AsyncDisposable {
  sandbox: Sandbox;
  deployment: Deployment;
  lambdas: Readonly<Record<FunctionName, LambdaHost>>;
  /** In front of AWS, of the tenant {@link SMALL}, and of AWS and Slack as the poster sees them. */
  gates: { aws: CallGate; auth0: CallGate; poster: CallGate };
  stored: Stored;
  /** The webhook's secret part. */
  webhookPath: string;
  /** Every event and every result of every function so far. */
  exchanged: readonly { name: FunctionName; text: string }[];
  /** Every execution so far. */
  executions: readonly Execution[];
  /** Runs the state machine to its end, alerts included. */
  run(input?: object, name?: string): Promise<Ended>;
  /** Calls a function of the stack as the state machine does. */
  call: Readonly<Record<FunctionName, LambdaFunction>>;
}

/** What an execution ends with. */
export interface FinishedRun {
  run: RunRef;
  audited: number;
  incomplete: number;
  notAudited: number;
  /** Alerts handed over, and those that had been before. */
  sent: number;
  known: number;
}

/** An execution that has ended. */
export interface Ended {
  execution: Execution;
  status: string;
  error: string | null;
  cause: string | null;
  /** What FinishAudit answered; null when it did not get there. */
  output: FinishedRun;
}

/** Functions of a kind at once: a new AWS account has ten in all, and two cores do not do more in less time. */
const SIDE_BY_SIDE = 4;

/** Starts everything: the sandbox, then the stack for it. */
export async function startStack(): Promise<Stack> {
  await using started = new AsyncDisposableStack();
  const { seeds, secrets, config } = cast();
  const sandbox = started.use(await startSandbox({ tenants: seeds }));
  const auth0 = started.use(await startCallGate({ [SMALL]: sandbox.tenant(SMALL).origin }));
  const origins = Object.fromEntries(sandbox.tenants.map(({ name, origin }) => [name, origin]));
  const assembly = await bundledAssembly(
    config({ ...origins, [SMALL]: auth0.origin(SMALL), [UNREACHABLE]: await closedOrigin() }),
  );

  const lambdas: Partial<Record<FunctionName, LambdaHost>> = {};
  const call: Partial<Record<FunctionName, LambdaFunction>> = {};
  const exchanged: { name: FunctionName; text: string }[] = [];
  const gates: Partial<Stack["gates"]> = { auth0 };
  let slackOrigin = "";
  const deployment = started.use(
    await deploy({
      assembly,
      secrets: ({ slack }) => {
        slackOrigin = new URL(slack.webhook).origin;
        return { ...secrets, "curfew/slack-webhook": slack.webhook };
      },
      rewire: async (env) => {
        gates.aws = started.use(await startCallGate(targetsOf(env)));
        gates.poster = started.use(await startCallGate({ ...targetsOf(env), slack: slackOrigin }));
        return env;
      },
      host: (lambda) => {
        const name = functionName(lambda.logicalId);
        const gate = name === "SlackPostToSlack" ? gates.poster : gates.aws;
        const host = started.use(openLambda({ ...lambda, env: throughGate(lambda.env, gate) }));
        const limit = pLimit(SIDE_BY_SIDE);
        lambdas[name] = host;
        call[name] = watched(name, (event) => limit(() => host.invoke(event)), exchanged);
        return call[name];
      },
    }),
  );
  const { cloud, audit } = deployment;
  // The webhook as it is, but through the gate.
  const webhookPath = new URL(cloud.slack.webhook).pathname;
  const SecretString = `${gates.poster?.origin("slack")}${webhookPath}`;
  cloud.secretsManager.call("PutSecretValue", { SecretId: "curfew/slack-webhook", SecretString });
  for (const address of [ONCALL, SECURITY]) await cloud.messaging.confirm(address);

  const executions: Execution[] = [];
  const running = started.move();
  return {
    sandbox,
    deployment,
    lambdas: lambdas as Stack["lambdas"],
    call: call as Stack["call"],
    gates: gates as Stack["gates"],
    stored: storedBy(deployment),
    webhookPath,
    exchanged,
    executions,
    run: async (input = {}, name = crypto.randomUUID()) => {
      const execution = audit.start(input, { name });
      executions.push(execution);
      const ended = await execution.result;
      await deployment.settled();
      return { ...ended, output: ended.output as FinishedRun, execution };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What a person does with the links in their mails. */
export async function confirmOwners({ deployment }: Stack): Promise<void> {
  for (const address of OWNERS) await deployment.cloud.messaging.confirm(address);
}

const SERVICES = ["SECRETS_MANAGER", "DYNAMODB", "S3", "SNS"] as const;
const variableOf = (service: string): string => `AWS_ENDPOINT_URL_${service}`;

const targetsOf = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(SERVICES.map((service) => [service, env[variableOf(service)] ?? ""]));

function throughGate(env: Readonly<Record<string, string>>, gate: CallGate | undefined): Record<string, string> {
  if (!gate) throw new TypeError("The gates open before the functions are hosted.");
  return { ...env, ...Object.fromEntries(SERVICES.map((service) => [variableOf(service), gate.origin(service)])) };
}

function functionName(logicalId: string): FunctionName {
  const name = FUNCTIONS.find((prefix) => logicalId.startsWith(prefix));
  if (!name) throw new TypeError(`The template has a function ${logicalId} that no test knows.`);
  return name;
}

function watched(name: FunctionName, call: LambdaFunction, exchanged: { name: FunctionName; text: string }[]) {
  return async (event: unknown): Promise<unknown> => {
    exchanged.push({ name, text: JSON.stringify(event) });
    const result = await call(event);
    exchanged.push({ name, text: JSON.stringify(result) });
    return result;
  };
}
