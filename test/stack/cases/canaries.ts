import { expect, it } from "vitest";
import type { FaultEffect } from "../../../lib/sandbox/faults/fault.ts";
import { auditorSecret, CANARY, MONTH_LONG, ONCALL, SMALL } from "../support/cast.ts";
import { recordsIn } from "../support/comparable.ts";
import type { Stack } from "../support/start-stack.ts";
import { EMPTY } from "../support/stored.ts";
import { markOf, subjectsSince } from "../support/told.ts";
import { TOKEN, type Witness, witnessOf } from "../support/witness.ts";

/** What a careless proxy's error page repeats: what it was sent, and a token. */
const ECHO = `{"error":"${CANARY}-echo","error_description":"${CANARY}","message":"${CANARY}","errorCode":"${CANARY}",`;

const answer = (status: number, body: unknown, type = "application/json"): FaultEffect => ({
  kind: "answer",
  status,
  body,
  headers: { "content-type": type },
});

/** Each befalls a tenant of its own. */
const FAULTS: readonly { path: string; effect: FaultEffect }[] = ["/oauth/token", "/api/v2/*"].flatMap((path) =>
  [
    answer(400, `${ECHO}"access_token":"${CANARY}"}`),
    answer(403, `${ECHO}"access_token":"${CANARY}"}`),
    answer(200, ECHO),
    answer(200, `<html>${ECHO}</html>`, "text/html"),
    answer(200, { access_token: { [CANARY]: CANARY }, token_type: CANARY, clients: [{ client_id: { [CANARY]: 7 } }] }),
    { kind: "redirect", location: `https://evil.example/${CANARY}` } as const,
    { kind: "drop" } as const,
  ].map((effect) => ({ path, effect })),
);

/** Payloads of an auditor's secret that nobody can use. */
const BROKEN = [
  `{"clientSecret":"${CANARY}-cut`,
  JSON.stringify({ clientSecret: `${CANARY}-other`, domain: "elsewhere.auth0.example" }),
  JSON.stringify({ password: `${CANARY}-misnamed` }),
  `${CANARY}-changed`,
];

/** No secret anywhere, whatever fails. Comes last, for it looks at all that the other tests left behind. */
export function canaries(stack: Stack, witness: Witness): void {
  const { deployment, sandbox, stored } = stack;
  const { cloud } = deployment;
  const branches = sandbox.tenants.map(({ name }) => name).filter((name) => name.startsWith("branch-"));

  it("are found where they are: the witness sees a secret, and the sandbox's tokens for what they are", async () => {
    const blind = witnessOf(stack, new Map([[CANARY, "canary"]]));
    const row = { pk: "TENANT#acme", sk: "RUN#1", value: { deep: [`before ${CANARY} after`] }, version: 1 };
    blind.look({ rows: [row], objects: new Map() });
    expect(blind.sightings).toEqual([{ place: "rows of the table", secret: "canary" }]);

    const { origin, domain } = sandbox.tenant(MONTH_LONG);
    const body = JSON.stringify({
      grant_type: "client_credentials",
      client_id: `auditor-of-${MONTH_LONG}`,
      client_secret: `${CANARY}-auditor-of-${MONTH_LONG}`,
      audience: `https://${domain}/api/v2/`,
    });
    const headers = { "content-type": "application/json" };
    const answered = await fetch(`${origin}/oauth/token`, { method: "POST", headers, body });
    expect(((await answered.json()) as { access_token: string }).access_token).toMatch(TOKEN);
  });

  it("do not come out when Auth0 fails, and repeats what it was sent", async () => {
    await stored.restore(EMPTY);
    for (const [index, { path, effect }] of FAULTS.entries()) {
      sandbox.tenant(branches[index] ?? "").faults.add({ match: { path }, effect });
    }
    const { status } = await stack.run({ tenants: branches });
    for (const name of branches) sandbox.tenant(name).faults.clear();

    const snapshot = await stored.snapshot();
    witness.look(snapshot);
    expect(status).toBe("SUCCEEDED");
    expect(FAULTS).toHaveLength(branches.length);
    expect(recordsIn(snapshot).filter(({ status: how }) => how === "complete")).toEqual([]);
  });

  it("do not come out when what is stored in Secrets Manager cannot be used", async () => {
    const tenants = branches.slice(0, BROKEN.length);
    const put = (SecretId: string, SecretString: string) =>
      cloud.secretsManager.call("PutSecretValue", { SecretId, SecretString });
    // Twice: what is stored as previous would still be accepted, and an auditor falls back to it.
    for (const [index, name] of [...tenants.entries(), ...tenants.entries()]) {
      put(auditorSecret(name), BROKEN[index] ?? "");
    }
    cloud.secretsManager.faults.add({ operation: "GetSecretValue", times: 2, effect: { kind: "fail", when: "after" } });
    const { status, output } = await stack.run({ tenants: [...tenants, SMALL, "bank"] });
    cloud.secretsManager.faults.clear();
    for (const name of tenants) put(auditorSecret(name), `${CANARY}-auditor-of-${name}`);

    witness.look(await stored.snapshot());
    expect({ status, ...output }).toMatchObject({ status: "SUCCEEDED", audited: 2, notAudited: BROKEN.length });
  });

  it("do not come out when Slack fails, or the webhook is none", async () => {
    const secret = { SecretId: "curfew/slack-webhook" };
    const { SecretString } = cloud.secretsManager.call("GetSecretValue", secret);
    await stored.restore(EMPTY);
    cloud.slack.answerNext({ status: 500 }, { status: 404 }, { status: 400 });
    await stack.run({ tenants: [SMALL] });
    await stored.restore(EMPTY);
    cloud.secretsManager.call("PutSecretValue", { ...secret, SecretString: `no url, but ${CANARY}` });
    await stack.run({ tenants: [SMALL] });
    cloud.secretsManager.call("PutSecretValue", { ...secret, SecretString });

    witness.look(await stored.snapshot());
    expect(stack.lambdas.SlackPostToSlack.output()).toContain("does not hold the URL of a Slack webhook");
  });

  it("do not come out when there is no bucket or no table; and a tenant that cannot be recorded is told of", async () => {
    const run = { id: "no-table", startedAt: new Date().toISOString() };
    const { call } = stack;
    await stored.restore(EMPTY);
    await stored.remove("bucket");
    const mark = markOf(cloud);
    const { status, output } = await stack.run({ tenants: [SMALL] });
    expect({ status, ...output }).toMatchObject({ status: "SUCCEEDED", audited: 0, notAudited: 1 });
    expect(subjectsSince(cloud, mark)).toContainEqual(
      expect.stringMatching(`^${ONCALL}: HIGH ${SMALL} was not audited: `),
    );

    await stored.remove("table");
    for (const name of ["PlanAudit", "ProbeSecrets", "AuditTenant", "FinishAudit"] as const) {
      const event = name === "PlanAudit" ? { run } : { run, tenant: SMALL, tenants: [SMALL] };
      const failing = call[name](event);
      await expect(failing, name).rejects.toMatchObject({ name: "store-failed" });
    }
  });

  it("were nowhere: logs, rows, objects, messages, events, inputs, outputs and event logs", () => {
    witness.lookBack();
    const texts = [...witness.looked.values()].reduce((sum, count) => sum + count, 0);
    console.info(`canaries: ${texts} texts in ${witness.looked.size} places, ${witness.sightings.length} sightings`);
    expect([...witness.looked.keys()].sort()).toEqual([
      "Slack messages",
      "event logs of executions",
      ...["AuditTenant", "FinishAudit", "PlanAudit", "ProbeSecrets", "SlackPostToSlack"].map(
        (name) => `events and results of ${name}`,
      ),
      ...["AuditTenant", "FinishAudit", "PlanAudit", "ProbeSecrets", "SlackPostToSlack"].map(
        (name) => `log of ${name}`,
      ),
      "mails",
      "objects in S3",
      "rows of the table",
    ]);
    expect(witness.sightings).toEqual([]);
  });
}
