import { afterAll, describe, expect, it } from "vitest";
import { confirmOwners, startStack } from "./support/start-stack.ts";

const t0 = Date.now();
const stack = await startStack();
console.info("up", Date.now() - t0);
afterAll(() => stack[Symbol.asyncDispose]());

describe("x", () => {
  it("runs", async () => {
    let t = Date.now();
    await confirmOwners(stack);
    const one = await stack.run({}, "first");
    console.info("run", Date.now() - t, one.status, one.error, one.cause, JSON.stringify(one.output), one.run);
    console.info(stack.deployment.cloud.messaging.mails.map((m) => `${m.kind} ${m.to} ${m.subject}`).join("\n"));
    console.info(stack.deployment.cloud.slack.messages.length);
    const rows = await stack.stored.rows();
    console.info(rows.length, [...new Set(rows.map((r) => String(r.sk?.S).replace(/#.*/, "")))]);
    for (const r of rows) if (String(r.sk?.S).startsWith("RUN#") && r.value?.M?.tenant) { const v = r.value.M; console.info(v.tenant?.S, v.status?.S, v.reason?.S, JSON.stringify(v.open?.M), v.excepted?.N, v.changes?.L?.map((c)=>c.M?.kind?.S+":"+c.M?.check?.S+":"+c.M?.severity?.S).join(" "), "NE", v.notEvaluated?.L?.map((c)=>c.M?.id?.S+":"+c.M?.reason?.S).join(" ")); }
    console.info([...(await stack.stored.objects()).keys()].length);
    console.info(stack.gates.aws.calls.length, stack.gates.auth0.calls.length, stack.gates.poster.calls.length);
    for (const name of ["PlanAudit","AuditTenant","FinishAudit"] as const) console.info(name, stack.lambdas[name].coldStarts, stack.lambdas[name].output().slice(-1500));
    t = Date.now();
    console.info((await stack.run({ tenants: ["small-shop"] }, "second")).status, Date.now() - t);
    expect(one.status).toBe("SUCCEEDED");
  }, 120_000);
});
