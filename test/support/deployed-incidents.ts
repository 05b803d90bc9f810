import { vi } from "vitest";
import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { type DeskDecision, deskAnswer } from "../../lib/revocation/desk/desk.ts";
import { allowStart } from "../../lib/revocation/desk/may-start.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { changeIncident, listIncidents } from "../../lib/revocation/incident/incidents.ts";
import { INCIDENT_FUNCTIONS } from "../../lib/revocation/incident-machine.ts";
import { startFunctionUrl } from "../../lib/sandbox/cloud/lambda/start-function-url.ts";
import { startCloud } from "../../lib/sandbox/cloud/start-cloud.ts";
import { jsonResponse, type Outcome } from "../../lib/sandbox/http/message.ts";
import { serve } from "../../lib/sandbox/http/serve.ts";
import { startSandbox } from "../../lib/sandbox/start-sandbox.ts";
import type { Table } from "../../lib/store/table.ts";
import { DOMAIN, MANAGEMENT_API, machine } from "../sandbox/support/a-sandbox.ts";
import { curfew, type Run, temporaryFolder } from "./command-line.ts";

const TABLE = "curfew";

/** Who signs, by access key. */
const CALLERS = {
  ASIAONCALL: "arn:aws:sts::111122223333:assumed-role/oncall/dana",
  ASIALEAD: "arn:aws:sts::111122223333:assumed-role/security-lead/kim",
  ASIASTRANGER: "arn:aws:sts::111122223333:assumed-role/developer/sam",
} as const;
type AccessKey = keyof typeof CALLERS;

/** What the state machine would do: the rest of the deployed stack has tests of its own. */
export type Machine = (incident: Incident, table: Table) => Promise<void>;

/** The desk, its table and Lambda's API on loopback; the command line runs against them. */
export interface DeployedIncidents extends AsyncDisposable {
  table: Table;
  /** Decisions that reached the desk. */
  decisions: DeskDecision[];
  /** The desk and its table, as somebody names them who may not ask Lambda. */
  named: readonly string[];
  /** A token of the application `checkout`, signed by the tenant. */
  token: string;
  /** Runs the command line as somebody. */
  run(args: readonly string[], options?: Partial<Parameters<typeof curfew>[1]> & { as?: AccessKey }): Promise<Run>;
  incidents(): Promise<Incident[]>;
}

/** @param work runs beside the command as soon as an incident is started */
export async function deployedIncidents(work: Machine = async () => undefined): Promise<DeployedIncidents> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  const grant = { client_id: "checkout", audience: MANAGEMENT_API, scope: ["read:clients"] };
  const seed = {
    name: "acme",
    domain: DOMAIN,
    rateLimits: false,
    clients: [machine("checkout")],
    clientGrants: [grant],
  };
  const sandbox = started.use(await startSandbox({ tenants: [seed] }));
  const { origin } = sandbox.tenant("acme");
  await folder.write("curfew.yaml", configOf(origin));
  const cloud = started.use(await startCloud({ tables: [TABLE] }));
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  const table = dynamodbTable(TABLE);
  const decisions: DeskDecision[] = [];
  const running: Promise<void>[] = [];
  const call = async (event: unknown) => {
    const { rawPath, body = "", requestContext } = event as FunctionUrlEvent;
    const request = {
      method: requestContext.http.method,
      path: rawPath,
      body,
      caller: requestContext.authorizer.iam.userArn,
    };
    const answer = await deskAnswer(request, {
      config: { tenants: [TENANT], incidents: INCIDENTS } as never,
      table,
      clock: systemClock,
      executions: {
        start: async ({ id }) =>
          void running.push(changeIncident(table, id, (known) => known).then((now) => work(now, table))),
        startBeside: async () => undefined,
        complete: async () => true,
      },
      decide: async (decision) => {
        decisions.push(decision);
        return { taskToken: "token" };
      },
      allowStart: (caller) => allowStart(caller, INCIDENTS),
    });
    return { statusCode: answer.status, body: JSON.stringify(answer.body) };
  };
  const { url } = started.use(await startFunctionUrl(call, CALLERS));
  const lambda = await serve(({ path }) => Promise.resolve(lambdaAnswer(path, url)));
  started.defer(() => lambda.close());
  started.defer(async () => void (await Promise.all(running)));
  const env = { ...cloud.env, AWS_ENDPOINT_URL_LAMBDA: lambda.origin };
  const alive = started.move();
  return {
    table,
    decisions,
    named: ["--desk", url, "--table", TABLE],
    token: await tokenOf(origin),
    run: (args, { as = "ASIAONCALL", ...options } = {}) =>
      curfew(args, { cwd: folder.path, ...options, env: { ...env, AWS_ACCESS_KEY_ID: as, ...options.env } }),
    incidents: () => all(listIncidents(table)),
    [Symbol.asyncDispose]: async () => {
      await alive.disposeAsync();
      vi.unstubAllEnvs();
    },
  };
}

/** Everything that a listing gives. */
export async function all<T>(listing: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of listing) values.push(value);
  return values;
}

interface FunctionUrlEvent {
  rawPath: string;
  body?: string;
  requestContext: { http: { method: string }; authorizer: { iam: { userArn: string } } };
}

/** As the API reference has them: GetFunctionUrlConfig and GetFunctionConfiguration. */
function lambdaAnswer(path: string, url: string): Outcome {
  const name = INCIDENT_FUNCTIONS.desk;
  const answers: Readonly<Record<string, unknown>> = {
    [`/2021-10-31/functions/${name}/url`]: { FunctionUrl: url, AuthType: "AWS_IAM" },
    [`/2015-03-31/functions/${name}/configuration`]: { Environment: { Variables: { CURFEW_TABLE: TABLE } } },
  };
  const body = answers[path];
  return { kind: "answered", response: body ? jsonResponse(200, body) : jsonResponse(404, { Message: "not found" }) };
}

async function tokenOf(origin: string): Promise<string> {
  const body = {
    grant_type: "client_credentials",
    client_id: "checkout",
    client_secret: "checkout-secret",
    audience: MANAGEMENT_API,
  };
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${origin}/oauth/token`, { method: "POST", headers, body: JSON.stringify(body) });
  return String(((await answer.json()) as { access_token?: string }).access_token);
}

const INCIDENTS = {
  requesters: ["arn:aws:iam::111122223333:role/oncall"],
  approvers: ["arn:aws:iam::111122223333:role/security-lead"],
};

const TENANT = { name: "acme", domain: DOMAIN, responder: { clientId: "responder", secret: "secretsmanager:x" } };

const configOf = (origin: string): string => `version: 1
tenants:
  - name: acme
    domain: ${DOMAIN}
    origin: ${origin}
    auditor: { clientId: auditor, secret: secretsmanager:curfew/acme/auditor }
    responder: { clientId: responder, secret: secretsmanager:curfew/acme/responder }
`;
