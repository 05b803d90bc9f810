import type * as z from "zod";
import type { Config } from "../../config/schema.ts";
import { selectTenant } from "../../config/select-tenants.ts";
import type { Clock } from "../../model/clock.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Table } from "../../store/table.ts";
import { openIncident } from "../incident/open-incident.ts";
import { takeClose } from "./close-order.ts";
import type { IncidentExecutions } from "./executions.ts";
import { isApprover } from "./may-start.ts";
import { type Started, startedBy } from "./orders.ts";
import { takeRefreshTokensRevoked, takeTrial } from "./reports.ts";
import {
  closeShape,
  type DeskRoute,
  decisionShape,
  deskRoute,
  reportShape,
  revokedShape,
  startShape,
} from "./requests.ts";

/** What somebody asks of the desk, and who it is, as IAM says. */
export interface DeskRequest {
  method: string;
  path: string;
  body: string;
  /** The ARN of the caller. */
  caller: string;
}

/** An answer as it goes out. */
export interface DeskAnswer {
  status: number;
  body: { incident: string; [field: string]: unknown } | { error: { code: string; message: string } };
}

/** A decision of a person about something that waits for one. */
export interface DeskDecision {
  incident: string;
  step: "key-revocation" | "restore";
  planHash: string;
  decision: "approve" | "reject";
  caller: string;
}

/** What the desk works with. */
export interface DeskParts {
  config: Pick<Config, "tenants" | "incidents">;
  table: Table;
  clock: Clock;
  executions: IncidentExecutions;
  /**
   * Records a decision, where this person may take it.
   *
   * @returns the token of the task that waits for it; null where a task never waited, or where more people must agree
   * @throws CurfewError with the reason
   */
  decide(decision: DeskDecision): Promise<{ taskToken: string | null }>;
  /** @throws CurfewError `request-refused` when this person may not start incidents */
  allowStart(caller: string): void;
}

/**
 * Does what a person asks for. All of it may be asked again: starting finds the incident that is open, and the same
 * answer of the same person is the same.
 *
 * What people did wrong, and what may be better in a minute, is an answer; everything else is thrown.
 */
export async function deskAnswer(request: DeskRequest, parts: DeskParts): Promise<DeskAnswer> {
  const route = deskRoute(request.method, request.path);
  if (!route)
    return refused(
      404,
      "not-found",
      "The desk takes POST /incidents, POST /incidents/ID/STEP/approve or reject, /incidents/ID/close, /incidents/ID/trial and /incidents/ID/refresh-tokens-revoked.",
    );
  try {
    return {
      status: 200,
      body: await answered(route, request, parts),
    };
  } catch (error) {
    if (!(error instanceof CurfewError)) throw error;
    return refused(error.retryable ? 503 : (STATUS[error.code] ?? 409), error.code, error.message);
  }
}

function answered(route: DeskRoute, request: DeskRequest, parts: DeskParts): Promise<{ incident: string }> {
  if (route.order === "start") return start(request, parts);
  if (route.order === "close")
    return takeClose(route.incident, parsed(closeShape, request.body).reason, request.caller, parts);
  return route.order === "decide" ? decide(route, request, parts) : report(route, request, parts);
}

const STATUS: Readonly<Record<string, number>> = {
  "arguments-invalid": 400,
  "configuration-invalid": 409,
  "request-refused": 403,
  "not-found": 404,
};

async function start({ body, caller }: DeskRequest, parts: DeskParts): Promise<Started> {
  parts.allowStart(caller);
  const order = parsed(startShape, body);
  const tenant = selectTenant(parts.config.tenants, order.tenant);
  if (!tenant.responder) throw noResponder(tenant.name);
  const { name, leakedKey, ...request } = order;
  const report = {
    ...request,
    openedAt: Math.floor(parts.clock.now()),
    openedBy: caller,
    ...(name !== undefined && { name }),
    ...(leakedKey !== undefined && { leakedKey }),
  };
  const incident = await openIncident(parts.table, report);
  await parts.executions.start(incident);
  if (leakedKey !== undefined && incident.keyNamed) {
    await parts.executions.startBeside(incident, incident.keyNamed.count);
  }
  return startedBy(incident, report, isApprover(incident.openedBy, parts.config.incidents));
}

async function decide(
  { incident, step, decision }: Extract<DeskRoute, { order: "decide" }>,
  { body, caller }: DeskRequest,
  parts: DeskParts,
): Promise<{ incident: string; step: string; decision: string; waits: boolean }> {
  const { planHash } = parsed(decisionShape, body);
  const { taskToken } = await parts.decide({ incident, step, planHash, decision, caller });
  const waits = taskToken !== null && (await parts.executions.complete(taskToken, decision));
  return { incident, step, decision, waits };
}

/** Who may start an incident may say what became of it. */
async function report(
  { incident, order }: Extract<DeskRoute, { order: "trial" | "refresh-tokens-revoked" }>,
  { body, caller }: DeskRequest,
  parts: DeskParts,
): Promise<{ incident: string }> {
  parts.allowStart(caller);
  if (order === "trial") await takeTrial(incident, parsed(reportShape, body), caller, parts);
  else await takeRefreshTokensRevoked(incident, parsed(revokedShape, body).at, caller, parts);
  return { incident };
}

/** Names the first place that is wrong; the value itself is not repeated. */
function parsed<Shape extends z.ZodType>(shape: Shape, body: string): z.output<Shape> {
  const { success, data, error } = shape.safeParse(jsonOf(body));
  if (success) return data;
  const [issue] = error.issues;
  const where = issue?.path.map(String).join(".") || "the body itself";
  throw new CurfewError("arguments-invalid", `The request is wrong at ${where}: ${issue?.message}.`);
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // judged as whatever else is no order
  }
}

const refused = (status: number, code: string, message: string): DeskAnswer => ({
  status,
  body: { error: { code, message } },
});

const noResponder = (tenant: string): CurfewError =>
  new CurfewError(
    "configuration-invalid",
    `The tenant ${tenant} has no responder in the configuration; nobody can act there.`,
  );
