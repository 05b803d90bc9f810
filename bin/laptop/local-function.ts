import type { Clock } from "../../lib/model/clock.ts";
import { type Handler, localLambda } from "../../lib/sandbox/cloud/lambda/local-lambda.ts";
import type { LambdaFunction } from "../../lib/sandbox/cloud/state-machine/task-functions.ts";
import type { TemplateLambda } from "../../lib/sandbox/cloud/template/template-lambdas.ts";

/** The functions of the stack, by the beginning of their logical id, from their source. */
const HANDLERS: Readonly<Record<string, () => Promise<{ handler: unknown }>>> = {
  PlanAudit: () => import("../../lambdas/plan-audit.ts"),
  ProbeSecrets: () => import("../../lambdas/probe-secrets.ts"),
  AuditTenant: () => import("../../lambdas/audit-tenant.ts"),
  RotateDue: () => import("../../lambdas/rotate-due.ts"),
  RotateSecret: () => import("../../lambdas/rotate-secret.ts"),
  FinishAudit: () => import("../../lambdas/finish-audit.ts"),
  Respond: () => import("../../lambdas/respond.ts"),
  Investigate: () => import("../../lambdas/investigate.ts"),
  RotateLeaked: () => import("../../lambdas/rotate-leaked.ts"),
  IncidentDesk: () => import("../../lambdas/incident-desk.ts"),
  Slack: () => import("../../lambdas/post-to-slack.ts"),
};

/**
 * A function of the template that runs from its source in this process. All of them share this process and so its
 * environment: their variables mean the same wherever they stand. What they log is nobody's business here.
 *
 * @param clock what the function goes by
 */
export function localFunction({ logicalId, env, timeout }: TemplateLambda, clock: Clock): LambdaFunction {
  const load = Object.entries(HANDLERS).find(([prefix]) => logicalId.startsWith(prefix))?.[1];
  if (!load) throw new TypeError(`The template has a function ${logicalId} that lambdas/ does not have.`);
  const { NODE_OPTIONS: _, ...variables } = env;
  Object.assign(process.env, variables, { POWERTOOLS_LOG_LEVEL: "SILENT", POWERTOOLS_METRICS_DISABLED: "true" });
  return localLambda(logicalId, async () => (await load()).handler as Handler<unknown>, { timeout, clock });
}
