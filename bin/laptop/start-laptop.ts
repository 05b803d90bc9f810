import { systemClock } from "../../lib/model/clock.ts";
import { type Deployment, deploy } from "../../lib/sandbox/cloud/deploy.ts";
import { type Handler, localLambda } from "../../lib/sandbox/cloud/lambda/local-lambda.ts";
import type { TemplateLambda } from "../../lib/sandbox/cloud/template/template-lambdas.ts";
import { createSandboxClock, type SandboxClock } from "../../lib/sandbox/sandbox-clock.ts";
import { type StoryOptions, type StoryWorld, startStoryWorld } from "../../lib/sandbox/story/story-world.ts";
import { synthesizeHere } from "./synthesize-here.ts";

/** The deployed Curfew on this machine: simulated tenants, emulated AWS, and the stack as synthesized. */
export interface Laptop extends AsyncDisposable {
  world: StoryWorld;
  deployment: Deployment;
  /** Dates executions; what waits for the next morning can be had now. */
  clock: SandboxClock;
  /** Runs the state machine *Audit* to its end, alerts included; rejects when it did not succeed. */
  audit(input?: { tenants?: string[] }): Promise<{ id: string; startedAt: string }>;
}

/** Names of people who hear; nobody gets real mail. */
const ALERTS = `schedule: { audit: cron(0 6 * * ? *), timezone: Europe/Berlin }
alerts:
  email: [oncall@acme.example]
  slack: { webhook: secretsmanager:curfew/slack-webhook, minimum: high }
  digest: { email: [security@acme.example] }
`;

/** The functions of the stack, by the beginning of their logical id, from their source. */
const HANDLERS: Readonly<Record<string, () => Promise<{ handler: unknown }>>> = {
  PlanAudit: () => import("../../lambdas/plan-audit.ts"),
  ProbeSecrets: () => import("../../lambdas/probe-secrets.ts"),
  AuditTenant: () => import("../../lambdas/audit-tenant.ts"),
  FinishAudit: () => import("../../lambdas/finish-audit.ts"),
  Slack: () => import("../../lambdas/post-to-slack.ts"),
};

/**
 * Starts everything side by side; ready within a few seconds.
 *
 * @param signal ends the synthesis
 */
export async function startLaptop(options: StoryOptions, signal: AbortSignal): Promise<Laptop> {
  await using started = new AsyncDisposableStack();
  const clock = createSandboxClock(systemClock);
  const world = await startStoryWorld({ ...options, clock });
  started.use(world.sandbox);
  const assembly = await synthesizeHere(world.config + ALERTS, signal);
  const deployment = started.use(
    await deploy({
      assembly,
      clock,
      host: hostHere,
      secrets: ({ slack }) => ({ ...world.secrets, "curfew/slack-webhook": slack.webhook }),
    }),
  );
  for (const address of ["oncall@acme.example", "security@acme.example"]) {
    await deployment.cloud.messaging.confirm(address);
  }
  const running = started.move();
  return {
    world: { ...world, config: world.config + ALERTS },
    deployment,
    clock,
    audit: (input = {}) => runAudit(deployment, clock, input),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** All functions share this process and so its environment; their variables mean the same wherever they stand. */
function hostHere({ logicalId, env, timeout }: TemplateLambda) {
  const [prefix] = Object.keys(HANDLERS).filter((name) => logicalId.startsWith(name));
  const load = HANDLERS[prefix ?? ""];
  if (!load) throw new TypeError(`The template has a function ${logicalId} that lambdas/ does not have.`);
  const { NODE_OPTIONS: _, ...variables } = env;
  Object.assign(process.env, variables, { POWERTOOLS_LOG_LEVEL: "SILENT", POWERTOOLS_METRICS_DISABLED: "true" });
  return localLambda(logicalId, async () => (await load()).handler as Handler<unknown>, timeout);
}

async function runAudit(
  { audit, settled }: Deployment,
  clock: SandboxClock,
  input: { tenants?: string[] },
): Promise<{ id: string; startedAt: string }> {
  const startedAt = new Date(clock.now()).toISOString();
  const execution = audit.start(input);
  const { status, error, cause } = await execution.result;
  if (status !== "SUCCEEDED") throw new Error(`The state machine ended as ${status}: ${error} ${cause}`);
  await settled();
  return { id: execution.name, startedAt };
}
