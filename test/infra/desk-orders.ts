import type { Config } from "../../lib/config/schema.ts";
import { askedKey } from "../../lib/revocation/approvals/asked.ts";
import { decide } from "../../lib/revocation/approvals/decide.ts";
import { keepProposal } from "../../lib/revocation/approvals/kept-proposal.ts";
import { planHash } from "../../lib/revocation/approvals/plan-hash.ts";
import { deskAnswer } from "../../lib/revocation/desk/desk.ts";
import type { Table } from "../../lib/store/table.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const DANA = "arn:aws:sts::111122223333:assumed-role/oncall/dana";
const KIM = "arn:aws:sts::111122223333:assumed-role/security-lead/kim";
const INCIDENTS = {
  requesters: ["arn:aws:iam::111122223333:role/oncall"],
  approvers: ["arn:aws:iam::111122223333:role/security-lead"],
};
const CONFIG = { tenants: [{ name: "acme", responder: {} }], incidents: INCIDENTS } as unknown as Config;

/**
 * Asks the desk for everything that it takes, in an order in which all of it is possible.
 *
 * @param table of the desk
 * @param all the same one, for what others do
 * @returns the desk's answers, one a line
 */
export async function everyDeskOrder(table: Table, all: Table): Promise<string[]> {
  const clock = virtualClock();
  const answers: string[] = [];
  const order = async (path: string, body: unknown, caller = DANA): Promise<{ incident?: string }> => {
    const { status, body: answer } = await deskAnswer(
      { method: "POST", path, body: JSON.stringify(body), caller },
      {
        ...{ config: CONFIG, table, clock },
        executions: { start: async () => {}, startBeside: async () => {}, complete: async () => true },
        allowStart: () => {},
        decide: (decision) => decide(decision, { table, clock, incidents: INCIDENTS }),
      },
    );
    answers.push(
      `${path.replace(/^\/incidents\/[^/]+/, "/incidents/ID")}: ${status}${status === 200 ? "" : ` ${JSON.stringify(answer)}`}`,
    );
    return answer as { incident?: string };
  };
  const leak = { tenant: "acme", clientId: "abc", reason: "in a repository" };
  const { incident = "" } = await order("/incidents", leak);
  await order("/incidents", { ...leak, leakedKey: "one" });
  const run = "3f0c7a51-5d0e-4f53-9d0c-0f5f3a6f1c11";
  await order(`/incidents/${incident}/trial`, { begins: 20, run });
  await order(`/incidents/${incident}/trial`, { said: "accepted", run, trial: { came: "issued", detail: null } });
  await order(`/incidents/${incident}/refresh-tokens-revoked`, { at: Math.ceil(clock.now()) });
  for (const [step, decision] of [
    ["key-revocation", "reject"],
    ["restore", "approve"],
  ] as const) {
    const plan = { large: "x".repeat(300_000) };
    const kept = await keepProposal(all, incident, step, { plan, lines: [] });
    const times = { askedAt: clock.now(), until: clock.now() };
    const asked = { ...times, planHash: planHash(plan), approvals: [], decision: null, taskToken: "waits" };
    await all.put(askedKey(incident, step), { ...asked, ...kept });
    await order(`/incidents/${incident}/${step}/${decision}`, { planHash: planHash(plan) }, KIM);
  }
  // From then on this one decides what is given back.
  await order("/incidents", { ...leak, name: "another", reason: "in a chat" });
  await order(`/incidents/${incident}/close`, { reason: "it was a mistake" });
  return answers;
}
