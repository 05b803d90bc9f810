import pLimit from "p-limit";
import { managementAudience } from "../../../lib/auth0/tenant-address.ts";
import { dynamodbTable } from "../../../lib/aws/dynamodb-table.ts";
import { recordLifetimes } from "../../../lib/history/lifetimes.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { type Deployment, deploy } from "../../../lib/sandbox/cloud/deploy.ts";
import { LambdaFailure } from "../../../lib/sandbox/cloud/lambda/lambda-failure.ts";
import { type LambdaHost, openLambda } from "../../../lib/sandbox/cloud/lambda/open-lambda.ts";
import type { Execution, ExecutionResult } from "../../../lib/sandbox/cloud/state-machine/run-execution.ts";
import { jumpingClock } from "../../../lib/sandbox/jumping-clock.ts";
import { type Sandbox, startSandbox } from "../../../lib/sandbox/start-sandbox.ts";
import type { Table } from "../../../lib/store/table.ts";
import { bundledAssembly } from "./bundled-assembly.ts";
import { closedOrigin, ONCALL } from "./cast.ts";
import {
  type AccessKey,
  CALLERS,
  domainOf,
  incidentCast,
  LEAKY_TENANTS,
  leakedSecret,
  ORDERS,
  tenantOf,
} from "./incident-cast.ts";
import { storedBy } from "./stored.ts";
import { type Witness, witnessOf } from "./witness.ts";

/** Of the machine's time, for what is a matter of seconds on an idle one. Milliseconds. */
const PATIENCE = 120_000;

/** Functions of a kind at once: each begins cold, and its time counts from there. */
const SIDE_BY_SIDE = 4;

/** The stack as synthesized and bundled, tenants in which things leak, and a desk that people call. */
export interface Incidents extends AsyncDisposable {
  sandbox: Sandbox;
  deployment: Deployment;
  table: Table;
  /** Calls the desk, as somebody. */
  desk(as: AccessKey, path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  /** Has audits seen what they see up to now, as the schedule does, however far the clock has jumped. */
  audited(): Promise<void>;
  /** Starts an execution as from the console. */
  byHand(input: object): Execution;
  incident(id: string): Promise<Incident>;
  /** Waits until the incident is so. */
  until(id: string, is: (incident: Incident) => boolean): Promise<Incident>;
  /** What was mailed about an incident: subjects. */
  mails(id: string): string[];
  /** The same: what they say. */
  texts(id: string): string[];
  /** Waits until something is mailed about an incident. */
  mailed(id: string, subject: RegExp): Promise<string>;
  /** Waits until its execution has ended. */
  ended(id: string): Promise<ExecutionResult>;
  /** The names of the evidence of an incident. */
  evidence(id: string): Promise<string[]>;
  /** Audiences of the grants that an application has. */
  grantsOf(app: string): string[];
  /** Gives an application back what it had, as a tool does that knows nothing of incidents. */
  putBack(app: string): void;
  /** How many signing keys of a tenant are revoked. */
  revokedKeys(tenant: string): number;
  /** The private half of a registered key of an application. */
  jwk(app: string, kid: string): string;
  /** By the clock of it all. */
  now(): number;
  /** Ends every execution: what a test does not look at costs time. */
  stop(): void;
  /** Lets time pass. Seconds. */
  pass(seconds: number): Promise<void>;
  /** Waits until there is something, and says why not where that takes too long. */
  eventually<T>(look: () => Promise<T | undefined> | T | undefined, why?: () => string): Promise<T>;
  /** Lets the next calls about an incident die before they reach the function, as where the account has none to give. */
  kill(id: string, calls: number): void;
  /** Tries to get a token as the application, with what leaked; the status. */
  steal(app: string): Promise<number>;
  /** The history of an incident's execution, as text. */
  history(id: string): string;
  /** Everything that was left anywhere. */
  witness(): Promise<Witness>;
}

/** Starts everything, with the secrets stored and tagged. */
export async function startIncidents(): Promise<Incidents> {
  await using started = new AsyncDisposableStack();
  const cast = incidentCast();
  const clock = jumpingClock();
  const sandbox = started.use(await startSandbox({ tenants: cast.seeds, clock }));
  const origins = Object.fromEntries(sandbox.tenants.map(({ name, origin }) => [name, origin]));
  const assembly = await bundledAssembly(cast.config({ ...origins, gone: await closedOrigin() }));
  const hosts = new Map<string, LambdaHost>();
  const deaths = new Map<string, number>();
  const exchanged: { name: string; text: string }[] = [];
  const deployment = started.use(
    await deploy({
      assembly,
      clock,
      callers: CALLERS,
      secrets: () => cast.own,
      host: (lambda) => {
        const host = started.use(openLambda({ ...lambda, time: clock }));
        hosts.set(lambda.logicalId, host);
        const limit = pLimit(lambda.logicalId.startsWith("IncidentDesk") ? 1 : SIDE_BY_SIDE);
        return async (event) => {
          const { incident: id = "" } = event as { incident?: string };
          const left = deaths.get(id) ?? 0;
          deaths.set(id, left - 1);
          if (left > 0) throw new LambdaFailure("Lambda.TooManyRequestsException", "Rate Exceeded.");
          exchanged.push({ name: lambda.logicalId, text: JSON.stringify(event) });
          const result = await limit(() => host.invoke(event));
          exchanged.push({ name: lambda.logicalId, text: JSON.stringify(result) });
          return result;
        };
      },
    }),
  );
  const { cloud, incident: machine, urls } = deployment;
  if (!machine) throw new TypeError("The stack has no machine for incidents.");
  const Tags = [{ Key: "curfew:managed", Value: "true" }];
  for (const [Name, SecretString] of Object.entries(cast.managed)) {
    cloud.secretsManager.call("CreateSecret", { Name, SecretString, Tags });
  }
  await cloud.messaging.confirm(ONCALL);
  Object.assign(process.env, cloud.env);
  const table = dynamodbTable(deployment.lambdas[0]?.env.CURFEW_TABLE ?? "");
  let auditedTo = clock.now() - 36 * DAY;
  const [url = ""] = Object.values(urls);
  const executions: Execution[] = [];
  const incident = (id: string) => readIncident(table, id);
  const stored = storedBy(deployment);
  const stop = () => {
    for (const { name } of machine.executions()) machine.stop(name);
  };
  // Who still writes when the table is closed would fail for nothing.
  started.defer(async () => {
    stop();
    await Promise.all([...hosts.values()].map((host) => host.close()));
    await storedBy(deployment).snapshot(); // what they had sent before is answered by then
  });
  const eventually: Incidents["eventually"] = (look, why = () => "It did not come about.") => {
    const end = performance.now() + PATIENCE;
    return clock.until(() => {
      if (performance.now() > end) throw new Error(why());
      return look();
    });
  };
  const about = (id: string) =>
    cloud.messaging.mails.filter(({ kind, text }) => kind === "notification" && text.includes(id));
  const mails = (id: string): string[] => about(id).map(({ subject }) => subject);
  const grantsOf = (app: string) =>
    sandbox
      .tenant(tenantOf(app))
      .state.clientGrants.all()
      .filter(({ client_id }) => client_id === app);
  const taken = new Map(Object.keys(cast.apps).map((app) => [app, grantsOf(app)]));
  const running = started.move();
  return {
    sandbox,
    deployment,
    table,
    desk: async (as, path, body) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=${as}/20261126/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=none`;
      const asked = fetch(new URL(path, url), {
        method: "POST",
        headers: { authorization },
        body: JSON.stringify(body),
      });
      const answer = await clock.run(asked);
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    audited: async () => {
      for (; auditedTo <= clock.now(); auditedTo += EVERY) await recordAudit(table, auditedTo);
    },
    byHand: (input) => {
      const execution = machine.start(input);
      executions.push(execution);
      return execution;
    },
    incident,
    until: async (id, is) => {
      let known = await incident(id);
      const look = async () => {
        known = await incident(id);
        return is(known) ? known : undefined;
      };
      return eventually(look, () => `The incident is not so: ${JSON.stringify(known.steps)}`);
    },
    mails,
    texts: (id) => about(id).map(({ text }) => text),
    mailed: (id, subject) =>
      eventually(
        () => mails(id).find((each) => subject.test(each)),
        () => `Nothing like ${subject} was mailed about ${id}, but: ${mails(id).join("; ")}`,
      ),
    ended: async (id) => {
      const execution = machine.execution(id);
      if (!execution) throw new TypeError(`There is no execution ${id}.`);
      return clock.run(execution.result);
    },
    eventually,
    evidence: async (id) =>
      [...(await stored.snapshot()).objects.keys()].filter((name) => name.includes(`/${id}/`)).toSorted(),
    grantsOf: (app) => grantsOf(app).map(({ audience }) => audience),
    putBack: (app) => {
      const { state } = sandbox.tenant(tenantOf(app));
      const client = state.clients.get(app);
      if (client) state.clients.set(app, { ...client, grant_types: ["client_credentials"] });
      for (const grant of taken.get(app) ?? []) state.clientGrants.set(grant.id, grant);
    },
    revokedKeys: (tenant) => sandbox.tenant(tenant).state.signingKeys.filter(({ revoked }) => revoked).length,
    jwk: cast.jwk,
    now: clock.now,
    stop,
    pass: (seconds) => clock.run(clock.sleep(seconds * 1_000)),
    kill: (id, calls) => void deaths.set(id, calls),
    steal: async (app) => {
      const body = JSON.stringify({
        grant_type: "client_credentials",
        client_id: app,
        client_secret: leakedSecret(app),
        audience: ORDERS.identifier,
      });
      const headers = { "content-type": "application/json" };
      const origin = sandbox.tenant(tenantOf(app)).origin;
      return (await fetch(`${origin}/oauth/token`, { method: "POST", headers, body })).status;
    },
    history: (id) => JSON.stringify(machine.execution(id)?.history ?? []),
    witness: async () => {
      const all = [...executions, ...machine.executions()];
      const secrets = new Map(cast.secrets.map((secret) => [secret, "a secret of the cast"]));
      const watched = { deployment, lambdas: Object.fromEntries(hosts), exchanged, executions: all };
      const witness = witnessOf(watched, secrets);
      witness.look(await stored.snapshot());
      witness.lookBack();
      return witness;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const DAY = 86_400_000;

/** As far apart as audits may be. */
const EVERY = 3 * DAY;

/** What an audit saw: tokens of these APIs live for two minutes. */
async function recordAudit(table: Table, at: number): Promise<void> {
  for (const tenant of LEAKY_TENANTS) {
    const identifiers = [ORDERS.identifier, managementAudience(domainOf(tenant))];
    const servers = identifiers.map((identifier) => ({
      id: identifier,
      identifier,
      token_lifetime: ORDERS.token_lifetime,
    }));
    await recordLifetimes(table, tenant, servers as never, at);
  }
}
