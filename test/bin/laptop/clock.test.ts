import { expect, test } from "vitest";
import { localFunction } from "../../../bin/laptop/local-function.ts";
import { synthesizeHere } from "../../../bin/laptop/synthesize-here.ts";
import { managementAudience } from "../../../lib/auth0/tenant-address.ts";
import { dynamodbTable } from "../../../lib/aws/dynamodb-table.ts";
import { type LedgerFinding, listFindings } from "../../../lib/findings/ledger/list-findings.ts";
import { type RunRecord, type RunRef, runKey } from "../../../lib/findings/ledger/run-record.ts";
import { runOf } from "../../../lib/findings/ledger/runs.ts";
import { countUnprobed } from "../../../lib/runs/count-unprobed.ts";
import { deploy } from "../../../lib/sandbox/cloud/deploy.ts";
import { startSandbox } from "../../../lib/sandbox/start-sandbox.ts";
import type { ClientSeed } from "../../../lib/sandbox/tenant-seed.ts";
import type { Table } from "../../../lib/store/table.ts";
import { ALL_SCOPES } from "../../support/audited-sandbox.ts";

const DAY = 86_400_000;
const DOMAIN = "acme.auth0.example";
const LIFETIME = "expiry.api.access-token-lifetime";
const AGE = "secret.client.age";

const machine = (client_id: string): ClientSeed => ({
  name: client_id,
  client_id,
  client_secret: `secret-of-${client_id}`,
  app_type: "non_interactive",
  token_endpoint_auth_method: "client_secret_post",
  grant_types: ["client_credentials"],
});

/** Its month-long tokens are accepted for 30 days from today; a secret may be 30 days old. */
const configFor = (origin: string): string => `version: 1
tenants:
  - name: acme
    domain: ${DOMAIN}
    origin: ${origin}
    plan: enterprise
    auditor: { clientId: auditor, secret: secretsmanager:curfew/acme/auditor }
    credentials: [{ clientId: checkout, secret: apps/checkout }]
policy: { profile: baseline, checks: { ${AGE}: { medium: 30d } } }
exceptions:
  - { check: ${LIFETIME}, resource: "*", reason: Moving house, owner: a@acme.example, expires: ${dayIn(30)} }
alerts: { email: [oncall@acme.example] }
schedule: { audit: cron(0 6 * * ? *) }
`;

const dayIn = (days: number): string => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

/** An audit on a laptop, and what it left. */
interface Audited {
  record: RunRecord;
  /** The finding about the API's tokens, and the one about the secret in Secrets Manager. */
  lifetime: string | undefined;
  age: string | undefined;
  unprobed: number;
}

test("an audit 40 days on judges ages, exceptions and probes by the moved clock", { timeout: 120_000 }, async () => {
  await using sandbox = await startSandbox({
    tenants: [
      {
        name: "acme",
        domain: DOMAIN,
        clients: [machine("auditor"), machine("checkout")],
        clientGrants: [{ client_id: "auditor", audience: managementAudience(DOMAIN), scope: [...ALL_SCOPES] }],
        resourceServers: [{ name: "Orders API", identifier: "https://orders.example/", token_lifetime: 30 * 86_400 }],
      },
    ],
  });
  const { clock } = sandbox;
  await using deployment = await deploy({
    assembly: await synthesizeHere(configFor(sandbox.tenant("acme").origin), new AbortController().signal),
    clock,
    host: (lambda) => localFunction(lambda, clock),
    secrets: () => ({ "curfew/acme/auditor": "secret-of-auditor", "apps/checkout": "secret-of-checkout" }),
  });
  const table = dynamodbTable(process.env.CURFEW_TABLE ?? "");
  const audit = async (): Promise<Audited> => {
    const { status, output } = await deployment.audit.start({}).result;
    expect(status).toBe("SUCCEEDED");
    return audited(table, (output as { run: RunRef }).run);
  };

  const before = clock.now();
  const first = await audit();
  clock.advance(20 * DAY); // in two steps: the tenant's log reaches back 30 days
  const second = await audit();
  clock.advance(20 * DAY);
  const third = await audit();

  expect([first, second, third].map(({ lifetime, age, unprobed }) => [lifetime, age, unprobed])).toEqual([
    ["excepted", undefined, 0],
    ["excepted", undefined, 0],
    ["open", "open", 0],
  ]);
  const changed = third.record.changes.map(({ check, resource, kind, message }) => ({
    what: `${check} ${resource.name}`,
    kind,
    message,
  }));
  expect(changed).toContainEqual(expect.objectContaining({ what: `${LIFETIME} Orders API`, kind: "exception-ended" }));
  expect(changed).toContainEqual({
    what: `${AGE} checkout`,
    kind: "new",
    message: "The secret is 40 d old, by the date of its version in Secrets Manager; the limit is 30 d.",
  });
  const finished = Date.parse(third.record.finishedAt);
  expect(finished).toBeGreaterThanOrEqual(before + 40 * DAY);
  expect(finished).toBeLessThanOrEqual(clock.now());
});

async function audited(table: Table, run: RunRef): Promise<Audited> {
  const record = await runOf(table, "acme", runKey(run));
  if (!record) throw new TypeError("The run left no record.");
  const findings: LedgerFinding[] = [];
  for await (const finding of listFindings(table, "acme")) findings.push(finding);
  const statusOf = (check: string, id?: string) =>
    findings.find((finding) => finding.check === check && (id === undefined || finding.resource.id === id))?.status;
  const credentials = [{ clientId: "checkout" }];
  return {
    record,
    lifetime: statusOf(LIFETIME),
    age: statusOf(AGE, "checkout"),
    unprobed: await countUnprobed(table, run, [{ name: "acme", credentials }]),
  };
}
