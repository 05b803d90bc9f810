import { expect, it } from "vitest";
import {
  HALF_OPEN,
  MONTH_LONG,
  ONCALL,
  OWNERS,
  SECURITY,
  SMALL,
  STORMY,
  TENANTS,
  UNREACHABLE,
} from "../support/cast.ts";
import { comparableRows, evidenceFaults, recordsIn } from "../support/comparable.ts";
import type { Ended, Stack } from "../support/start-stack.ts";

/** One run over all tenants, as the schedule starts it. */
export function oneRun(stack: Stack): void {
  const { lambdas, sandbox, stored, call, gates } = stack;
  const { messaging, slack } = stack.deployment.cloud;
  let ended: Ended;

  it("succeeds, whatever becomes of a tenant", async () => {
    // Its rate limit storms, and passes: half of the answers of a whole audit.
    const storm = { kind: "throttle", retryAfter: 1 } as const;
    sandbox.tenant(STORMY).faults.add({ match: { path: "/api/v2/*" }, times: 8, effect: storm });
    ended = await stack.run({}, "first");
    sandbox.tenant(STORMY).faults.clear();

    expect(ended).toMatchObject({ status: "SUCCEEDED", error: null });
    expect(ended.output).toMatchObject({ audited: 19, incomplete: 1, notAudited: 1, sent: 5, known: 0 });
  });

  it("leaves a record of every tenant that says how it went", async () => {
    const records = recordsIn(await stored.snapshot());
    const odd = records.filter(({ status }) => status !== "complete");
    expect(records.map(({ tenant }) => tenant).sort()).toEqual([...TENANTS].sort());
    expect(records.every(({ state, announced }) => state === "recorded" && announced)).toBe(true);
    expect(odd.map(({ tenant, status, reason }) => [tenant, status, reason])).toEqual([
      [HALF_OPEN, "incomplete", null],
      [UNREACHABLE, "failed", "unreachable"],
    ]);
    const unread = records.find(({ tenant }) => tenant === HALF_OPEN)?.notEvaluated ?? [];
    expect(new Set(unread.map(({ reason }) => reason))).toContain("missing-scope");
    expect(sandbox.tenant(STORMY).requests.filter(({ status }) => status === 429)).toHaveLength(8);
  });

  it("knows what is accepted, and which stored credentials Auth0 refuses", async () => {
    const records = new Map(recordsIn(await stored.snapshot()).map((record) => [record.tenant, record]));
    expect(records.get(MONTH_LONG)).toMatchObject({ excepted: 1 });
    expect(records.get(SMALL)?.changes.filter(({ kind }) => kind === "excepted")).toMatchObject([
      { check: "grant.management.no-ip-allowlist" },
    ]);
    const drifted = [...records.values()].flatMap(({ tenant, changes }) =>
      changes.flatMap(({ check, resource }) => (check === "secret.client.drift" ? [`${tenant} ${resource.id}`] : [])),
    );
    expect(drifted).toEqual(["bank statements", `${SMALL} checkout`]);
  });

  it("keeps inventory, report and results of every tenant, and the results name the others by hash", async () => {
    const snapshot = await stored.snapshot();
    const prefix = `runs/${ended.output.run.startedAt}/first/`;
    const wanted = TENANTS.flatMap((tenant) =>
      ["inventory.json.gz", "report.html", "results.json.gz"].map((name) => `${prefix}${tenant}/${name}`),
    ).filter((name) => name !== `${prefix}${UNREACHABLE}/inventory.json.gz`);
    expect([...snapshot.objects.keys()].sort()).toEqual(wanted.sort());
    expect(evidenceFaults(snapshot)).toEqual([]);
  });

  it("tells whom it concerns, by mail and in Slack", () => {
    const heard = messaging.mails.flatMap(({ kind, to, subject }) =>
      kind === "notification" ? [`${to}: ${subject.replace(/\d{4}-\d\d-\d\d/, "<day>")}`] : [],
    );
    expect(heard.sort()).toEqual([
      `${ONCALL}: HIGH bank: statements: Auth0 refuses the credential that is stored for the application`,
      `${ONCALL}: HIGH ${UNREACHABLE} was not audited: Auth0 could not be reached`,
      `${ONCALL}: HIGH ${SMALL}: Orders API: Access tokens live 30 d; the limit is 24 h`,
      `${ONCALL}: HIGH ${SMALL}: checkout: Auth0 refuses the credential that is stored for the application`,
      expect.stringMatching(`^${SECURITY}: CURFEW Digest <day>: 1 not audited, 1 incomplete, \\d+ new or worse$`),
    ]);
    expect(slack.messages).toHaveLength(4);
  });

  it("asks owners to confirm, and counts them until they have", async () => {
    const asked = messaging.mails.filter(({ kind, to }) => kind === "confirmation" && OWNERS.includes(to));
    expect(asked.map(({ to }) => to).sort()).toEqual([...OWNERS].sort());
    expect(metricsIn(lambdas.FinishAudit.output())).toMatchObject({
      CompleteAudits: 0,
      TenantsAudited: 19,
      TenantsIncomplete: 1,
      TenantsNotAudited: 1,
      AlertsNotDelivered: 0,
      UnconfirmedSubscriptions: 2,
    });
  });

  it("passes names and counts only from state to state", () => {
    const outputs = ended.execution.history.filter(({ type }) => type === "TaskSucceeded");
    expect(outputs).toHaveLength(1 + TENANTS.length * 2 + 1);
    expect(Math.max(...outputs.map((event) => JSON.stringify(event).length))).toBeLessThan(1_200);
  });

  it("changes nothing when all of it is done again", async () => {
    const before = await stored.snapshot();
    const mails = messaging.mails.length;
    for (const gate of Object.values(gates)) gate.reset();
    const { run } = ended.output;

    await call.PlanAudit({ run });
    for (const tenant of TENANTS) await call.AuditTenant({ run, tenant });
    const answer = await call.FinishAudit({ run, tenants: TENANTS });
    await stack.deployment.settled();

    expect(await stored.snapshot()).toEqual(before);
    expect(messaging.mails).toHaveLength(mails);
    expect(slack.messages).toHaveLength(4);
    expect(answer).toMatchObject({ audited: 19, notAudited: 1, sent: 0 });
    // fauxqs keeps no versions: that none was written over is seen from the requests.
    expect(gates.aws.calls.filter(({ operation }) => operation.startsWith("PUT "))).toEqual([]);
    expect(gates.auth0.calls).toEqual([]);
  });

  it("asks again only whether credentials are accepted, when the probe is done again", async () => {
    const before = comparableRows(await stored.snapshot());
    await call.ProbeSecrets({ run: ended.output.run, tenant: SMALL });
    expect(comparableRows(await stored.snapshot())).toEqual(before);
  });

  it("cannot be started again under the same name", async () => {
    await expect(stack.run({}, "first")).rejects.toThrow("Execution Already Exists: 'first'");
  });
}

/** The last metrics in a log, in CloudWatch's embedded format. */
function metricsIn(log: string): unknown {
  return JSON.parse(log.split("\n").findLast((line) => line.includes('"_aws"')) ?? "null");
}
