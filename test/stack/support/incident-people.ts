import { askForToken } from "../../../lib/auth0/ask-for-token.ts";
import type { Login } from "../../../lib/auth0/login.ts";
import type { ProbeParts } from "../../../lib/auth0/probe.ts";
import { RETRY_POLICY } from "../../../lib/auth0/retry.ts";
import { requestToken } from "../../../lib/auth0/token.ts";
import { systemClock } from "../../../lib/model/clock.ts";
import { Secret } from "../../../lib/model/secret.ts";
import { type Asked, type AskedStep, readAsked } from "../../../lib/revocation/approvals/asked.ts";
import { readLeakedToken, type TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import { changeRotation, writeTarget } from "../../../lib/rotation/ledger/ledger.ts";
import type { ClientRecord } from "../../../lib/sandbox/state/records.ts";
import { CANARY } from "./cast.ts";
import { type AccessKey, leakedSecret, ORDERS, secretName, tenantOf } from "./incident-cast.ts";
import type { Incidents } from "./start-incidents.ts";

/** Those who declare and decide, and the one who has what leaked. */
export type People = ReturnType<typeof peopleOf>;

/** What people do around an incident. */
export function peopleOf(incidents: Incidents) {
  const { sandbox, desk, table } = incidents;
  const vault = incidents.deployment.cloud.secretsManager;
  const clock = { ...systemClock, now: incidents.now };
  const probes: ProbeParts = { fetch, clock, timeout: 10_000, random: () => 0, retryPolicy: RETRY_POLICY };
  const signal = new AbortController().signal;
  const address = (app: string) => {
    const { domain, origin } = sandbox.tenant(tenantOf(app));
    return { domain, origin };
  };
  const order = (clientId: string, more: object = {}) => ({
    tenant: tenantOf(clientId),
    clientId,
    reason: "in a public repository",
    ...more,
  });
  const asked = (id: string, step: AskedStep): Promise<Asked> =>
    incidents.eventually(async () => {
      const found = await readAsked(table, id, step);
      return found?.decision === null ? found : undefined;
    });
  const token = async (app: string, audience: string = ORDERS.identifier): Promise<string> =>
    (await requestToken(address(app), stolen(app), probes, signal, { audience, way: "body" })).value.reveal();
  return {
    order,
    /** Starts an incident as the person on call, audited until then; its id. */
    declared: async (clientId: string, more: object = {}): Promise<string> => {
      await incidents.audited();
      const { status, body } = await desk("ASIAONCALL", "incidents", order(clientId, more));
      if (status !== 200) throw new Error(`The desk answered ${status}: ${JSON.stringify(body)}`);
      return String(body.incident);
    },
    /** Waits until something is asked, and says what. */
    asked,
    /** Says yes or no to a plan; the status, and what the desk says of it. */
    decide: async (as: AccessKey, id: string, step: AskedStep, decision: "approve" | "reject", planHash: string) => {
      const { status, body } = await desk(as, `incidents/${id}/${step}/${decision}`, { planHash });
      return { status, said: (body.error as { message?: string } | undefined)?.message ?? "" };
    },
    /** What the token endpoint says to what leaked, or to another login. */
    tries: async (app: string, login: Login = stolen(app), audience: string = ORDERS.identifier) =>
      (await askForToken(address(app), login, audience, probes, signal)).answer,
    /** A token, got with what leaked. */
    token,
    /** Calls the Management API with a token; the status. */
    call: async (app: string, bearer: string, method: string, path: string, body?: object): Promise<number> => {
      const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
      const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
      return (await fetch(`${address(app).origin}/api/v2${path}`, init)).status;
    },
    /** What a person's machine reads from a token that leaked, and sends to the desk. */
    facts: (app: string, token: string): Promise<TokenFacts> =>
      readLeakedToken(new Secret(token), address(app), probes, signal),
    /** What the application logs in with now, as whoever uses it reads it. */
    stored: (app: string, name = secretName(app)): Login => {
      const { SecretString } = vault.call("GetSecretValue", { SecretId: name }) as { SecretString: string };
      const { clientSecret, privateKeyJwk } = storedValue(SecretString);
      return privateKeyJwk
        ? { method: "private-key", clientId: app, privateKeyJwk: new Secret(JSON.stringify(privateKeyJwk)) }
        : { method: "client-secret", clientId: app, secret: new Secret(clientSecret ?? SecretString) };
    },
    /** Gives an application another secret and stores that, as a person does. */
    replaceByHand: (app: string, name = secretName(app)): void => {
      const SecretString = `${CANARY}-by-hand-of-${app}`;
      const { clients } = sandbox.tenant(tenantOf(app)).state;
      const client = clients.get(app);
      if (client) clients.set(app, { ...client, client_secret: SecretString });
      vault.call("PutSecretValue", { SecretId: name, SecretString });
    },
    /** Has its rotation held, as after several that failed. */
    hold: async (app: string): Promise<void> => {
      const { ARN: arn = "" } = vault.call("DescribeSecret", { SecretId: secretName(app) }) as { ARN?: string };
      const at = Math.round(incidents.now());
      const target = {
        arn,
        tenant: tenantOf(app),
        clientId: app,
        kind: "client-secret",
        writtenBy: "deploy",
        at,
      } as const;
      await writeTarget(table, target);
      const held = { since: at, refusal: null, message: "It failed three times." };
      await changeRotation(table, target, (record) => ({ ...record, held }));
    },
    /** One of an application's registered keys, the private half. */
    key: (app: string, kid: string): Login => ({
      method: "private-key",
      clientId: app,
      privateKeyJwk: new Secret(incidents.jwk(app, kid)),
    }),
    /** Which registered keys it has, and those of them that it authenticates with, by their `kid`. */
    keysOf: (app: string) => {
      const { credentials, clients } = sandbox.tenant(tenantOf(app)).state;
      const keys = credentials.get(app) ?? [];
      const ids = clients.get(app)?.client_authentication_methods?.private_key_jwt?.credentials.map(({ id }) => id);
      const kids = (all: typeof keys) => all.map(({ kid }) => kid).toSorted();
      return { keys: kids(keys), attached: kids(keys.filter(({ id }) => ids?.includes(id))) };
    },
    /** The application at Auth0. */
    client: (app: string): ClientRecord | undefined => sandbox.tenant(tenantOf(app)).state.clients.get(app),
  };
}

const stolen = (clientId: string): Login => ({
  method: "client-secret",
  clientId,
  secret: new Secret(leakedSecret(clientId)),
});

/** Curfew's own logins are stored bare. */
function storedValue(text: string): { clientSecret?: string; privateKeyJwk?: object } {
  return text.startsWith("{") ? (JSON.parse(text) as { clientSecret?: string; privateKeyJwk?: object }) : {};
}
