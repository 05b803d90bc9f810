import { readAsked } from "../../../lib/revocation/approvals/asked.ts";
import { decide } from "../../../lib/revocation/approvals/decide.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import type { ResponderTenant } from "../../../lib/revocation/ports.ts";
import { questionsBy } from "../../../lib/revocation/respond/questions.ts";
import { CLIENT, DAY, done, incidentOf, MINUTE, putIncident, THREE_AM, testParts, testTenant } from "../support.ts";

export const KIM = "arn:aws:sts::111122223333:assumed-role/security/kim";
const INCIDENTS = {
  requesters: ["arn:aws:iam::111122223333:role/oncall"],
  approvers: ["arn:aws:iam::111122223333:role/security"],
};
export const QUESTIONS = questionsBy({ checks: [], policy: new Map(), exceptions: [] });
/** Done since: what leaked is replaced, and what was done with it looked at. */
export const LOOKED = { rotate: done(THREE_AM + 4 * MINUTE), investigate: done(THREE_AM + 6 * MINUTE) };
export const READY = { ...incidentOf().steps, ...LOOKED };
const KEYS = [
  { kid: "now", state: "current" },
  { kid: "then", state: "next" },
] as const;

export type Step = keyof typeof QUESTIONS;

/** An incident whose questions are asked as the machine asks them. */
export async function machine(changes: Partial<Incident> = {}, tenant: Partial<ResponderTenant> = {}) {
  const all = testParts(testTenant({ signingKeys: async () => KEYS, ...tenant }));
  const { table, clock, heard } = all;
  const incident = incidentOf({ steps: READY, ...changes });
  await putIncident(table, incident);
  await preserve(table, incident, "client", CLIENT);
  await preserve(table, incident, "grant-types", CLIENT.grantTypes);
  await preserve(table, incident, "grant-ids", []);
  await preserve(table, incident, "signing-keys", KEYS);
  const inventories = { before: async () => undefined, now: async () => undefined };
  const parts = { ...all.parts, inventories };
  const now = () => readIncident(table, incident.id);
  return {
    ...{ table, clock, now },
    plan: async (step: Step) => clock.run(QUESTIONS[step].plan(await now(), parts)),
    act: async (step: Step) => clock.run(QUESTIONS[step].act(await now(), parts)),
    ask: async (step: Step, taskToken = "task-1") =>
      clock.run(QUESTIONS[step].ask(await now(), parts, { taskToken, until: clock.now() + DAY })),
    say: async (step: Step, decision: "approve" | "reject") => {
      const { planHash = "" } = (await readAsked(table, incident.id, step)) ?? {};
      const order = { incident: incident.id, step, planHash, decision, caller: KIM };
      return decide(order, { table, clock, incidents: INCIDENTS });
    },
    later: (milliseconds: number) => clock.run(clock.sleep(milliseconds)),
    titles: () => heard.map(({ title }) => title.replace("acme: ", "")),
  };
}
