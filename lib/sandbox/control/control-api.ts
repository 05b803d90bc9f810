import type * as z from "zod";
import {
  emptyResponse,
  jsonResponse,
  type Outcome,
  type SandboxRequest,
  type SandboxResponse,
} from "../http/message.ts";
import { createRouter } from "../http/route.ts";
import type { SandboxClock } from "../sandbox-clock.ts";
import type { SandboxTenant } from "../sandbox-tenant.ts";
import { auditSchema, clockSchema, faultRuleSchema } from "./fault-schema.ts";

/** What the control endpoint controls. */
export interface Controlled {
  tenants: readonly SandboxTenant[];
  clock: SandboxClock;
  /** Runs the deployed audit once, where there is one; resolves with what the run came to. */
  audit?: ((input: { tenants?: string[] }) => Promise<unknown>) | undefined;
}

type Handler = (
  controlled: Controlled,
  request: SandboxRequest,
  parameters: Record<string, string>,
) => SandboxResponse | Promise<SandboxResponse>;

/** Everything a person with `curl` can do to a running sandbox. A new command is added here. */
const route = createRouter<{ method: string; path: string; handler: Handler }>([
  { method: "GET", path: "/tenants", handler: listTenants },
  { method: "GET", path: "/tenants/{name}/faults", handler: listFaults },
  { method: "POST", path: "/tenants/{name}/faults", handler: addFault },
  { method: "DELETE", path: "/tenants/{name}/faults", handler: clearFaults },
  { method: "GET", path: "/clock", handler: showClock },
  { method: "PUT", path: "/clock", handler: moveClock },
  { method: "POST", path: "/audits", handler: runAudit },
]);

/** Makes the handler of the control endpoint. */
export function createControlApi(controlled: Controlled): (request: SandboxRequest) => Promise<Outcome> {
  return async (request) => {
    const routing = route(request.method, request.path);
    if (routing.kind !== "found") {
      return answered(problem(routing.kind === "wrong-method" ? 405 : 404, "The control endpoint does not have this."));
    }
    const { route: command, parameters } = routing.match;
    return answered(await command.handler(controlled, request, parameters));
  };
}

const answered = (response: SandboxResponse): Outcome => ({ kind: "answered", response });
const problem = (status: number, message: string) => jsonResponse(status, { message });

function listTenants({ tenants }: Controlled): SandboxResponse {
  const shown = tenants.map(({ name, domain, origin, state, requests, faults }) => ({
    name,
    domain,
    origin,
    plan: state.plan,
    requests: requests.length,
    faults: faults.list().length,
  }));
  return jsonResponse(200, { tenants: shown });
}

const find = ({ tenants }: Controlled, name: string | undefined) => tenants.find((tenant) => tenant.name === name);
const noSuchTenant = () => problem(404, "There is no tenant of that name.");

function listFaults(controlled: Controlled, _: SandboxRequest, { name }: Record<string, string>): SandboxResponse {
  const tenant = find(controlled, name);
  if (!tenant) return noSuchTenant();
  return jsonResponse(200, { faults: tenant.faults.list().map(({ rule, hits }) => ({ ...rule, hits })) });
}

function addFault(controlled: Controlled, request: SandboxRequest, { name }: Record<string, string>): SandboxResponse {
  const tenant = find(controlled, name);
  if (!tenant) return noSuchTenant();
  return withBody(request, faultRuleSchema, (rule) => {
    tenant.faults.add(rule);
    return jsonResponse(201, rule);
  });
}

function clearFaults(controlled: Controlled, _: SandboxRequest, { name }: Record<string, string>): SandboxResponse {
  const tenant = find(controlled, name);
  if (!tenant) return noSuchTenant();
  tenant.faults.clear();
  return emptyResponse(204);
}

function showClock({ clock }: Controlled): SandboxResponse {
  return jsonResponse(200, { now: new Date(clock.now()).toISOString() });
}

function moveClock(controlled: Controlled, request: SandboxRequest): SandboxResponse {
  return withBody(request, clockSchema, (change) => {
    if ("set" in change) controlled.clock.set(change.set);
    else controlled.clock.advance(change.advance);
    return showClock(controlled);
  });
}

function runAudit(controlled: Controlled, request: SandboxRequest): SandboxResponse | Promise<SandboxResponse> {
  const { audit } = controlled;
  if (!audit) return problem(404, "No audit is deployed here.");
  const body = request.body === "" ? { ...request, body: "{}" } : request;
  return withBody(body, auditSchema, async ({ tenants }) => {
    try {
      return jsonResponse(200, await audit(tenants === undefined ? {} : { tenants }));
    } catch (error) {
      return problem(500, error instanceof Error ? error.message : "The audit failed.");
    }
  });
}

/** Calls `use` with the parsed body, or says what is wrong with it. */
function withBody<Value, Answer extends SandboxResponse | Promise<SandboxResponse>>(
  request: SandboxRequest,
  schema: z.ZodType<Value>,
  use: (value: Value) => Answer,
): Answer | SandboxResponse {
  const result = schema.safeParse(parseJson(request.body));
  if (result.success) return use(result.data);
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  return problem(400, problems.join("; "));
}

/** Undefined, which no schema accepts, for a text that is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
