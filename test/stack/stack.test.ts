import { SNSClient, PublishCommand } from "@aws-sdk/client-sns";
import { afterAll, describe, expect, it } from "vitest";
import { testAlert } from "../../lib/alerts/test-alert.ts";
import { snsMessage } from "../../lib/aws/sns-publisher.ts";
import { comparableRows, evidenceFaults, keptVerdicts } from "./support/comparable.ts";
import { HALF_OPEN, ONCALL, OWNERS, SECURITY, SMALL, STORMY, TENANTS, UNREACHABLE, CANARY } from "./support/cast.ts";
import { KILL_SEED, killAtEachCall, type Matrix, wasBetweenPublishAndRecord } from "./support/kill-matrix.ts";
import { confirmOwners, type FunctionName, startStack } from "./support/start-stack.ts";
import { markOf, toldSince } from "./support/told.ts";
import { witnessOf } from "./support/witness.ts";

const stack = await startStack();
afterAll(() => stack[Symbol.asyncDispose]());
const witness = witnessOf(stack, new Map([[CANARY, CANARY], [stack.webhookPath, "webhook"]]));
const cloud = stack.deployment.cloud;
const MINUTES = 60_000;

describe("kill", () => {
  const run = { id: "killed", startedAt: new Date().toISOString() };
  const { gates, stored, sandbox, call } = stack;
  const event = { run, tenant: SMALL };
  const begin = async (rows: Parameters<typeof stored.restore>[0]) => {
    await witness.look();
    await stored.restore(rows);
    sandbox.tenant(SMALL).logs.length = 0;
  };
  it("audit", async () => {
    await confirmOwners(stack);
    await call.PlanAudit({ run, tenants: [SMALL] });
    await call.ProbeSecrets(event);
    const probed = await stored.rows();
    await call.AuditTenant(event);
    const ledger = comparableRows(await stored.rows());
    const verdicts = await keptVerdicts(stored);
    const audited = await stored.rows();
    const t = Date.now();
    const m = await killAtEachCall(stack, {
      name: "AuditTenant", gates: [gates.aws, gates.auth0], invoke: () => call.AuditTenant(event),
      reset: async () => { await begin(probed); await stored.clearObjects(); },
    }, async ({ label, call }) => {
      const here = `${label} (${call.target} ${call.operation})`;
      expect(comparableRows(await stored.rows()), here).toEqual(ledger);
      expect(await evidenceFaults(stored), here).toEqual([]);
      expect(await keptVerdicts(stored), here).toEqual(verdicts);
    });
    console.info(m, Date.now() - t);
    const t2 = Date.now();
    let doubled = 0;
    let expected: ReadonlyMap<string, number> | undefined;
    let mark = markOf(cloud);
    const f = { run, tenants: [SMALL] };
    await begin(audited);
    await call.FinishAudit(f); await stack.deployment.settled();
    expected = toldSince(cloud, mark);
    const finished = comparableRows(await stored.rows());
    console.info(expected, Date.now() - t2);
    const m2 = await killAtEachCall(stack, {
      name: "FinishAudit", gates: [gates.aws], invoke: async () => { await call.FinishAudit(f); await stack.deployment.settled(); },
      reset: async () => { await begin(audited);  mark = markOf(cloud); },
    }, async (kill) => {
      const here = `${kill.label} (${kill.call.target} ${kill.call.operation})`;
      const told = toldSince(cloud, mark);
      expect([...told.keys()].sort(), here).toEqual([...expected.keys()].sort());
      if ([...told.values()].some((n) => n > 1)) { doubled++; expect(wasBetweenPublishAndRecord(kill), here).toBe(true); }
      expect(comparableRows(await stored.rows()), here).toEqual(finished);
    });
    console.info(m2, doubled, Date.now() - t2);
  }, 10 * MINUTES);
});
