import { describe, expect, it } from "vitest";
import { type AnswerCame, answeredText } from "../../../bin/incident/answered-text.ts";
import { shownToApprover } from "../../../bin/incident/asked-text.ts";
import type { Asked } from "../../../lib/revocation/approvals/asked.ts";
import { planHash } from "../../../lib/revocation/approvals/plan-hash.ts";
import { planLines } from "../../../lib/revocation/approvals/plan-lines.ts";
import type { Added } from "../../../lib/revocation/contain/added.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import type { NewGrant } from "../../../lib/revocation/ports.ts";
import type { RestorePlan } from "../../../lib/revocation/restore/restore-plan.ts";
import { incidentOf, THREE_AM } from "../../revocation/support.ts";

const PLAN = {
  clientId: "job",
  grantTypes: ["client_credentials"],
  grants: [{ audience: "https://orders", scopes: ["read:orders"], organizations: ["org_1"] }],
  networkAcl: false,
};
const ROW = { askedAt: 0, until: THREE_AM, reminders: 0, taskToken: null, approvals: [], decision: null };
const shown = (asked: Pick<Asked, "plan" | "planHash">, lines: string[] = [], changes: Partial<Incident> = {}) =>
  shownToApprover(incidentOf(changes), "restore", { ...ROW, ...asked, lines }, 300);

/** Everything that a plan can hold: a field that is new is missing here for the compiler. */
const WHOLE: Required<RestorePlan> = {
  ...{ clientId: "job", grantTypes: ["client_credentials"], networkAcl: false },
  added: [
    { id: "cred_9", what: "the registered key cred_9 (kid mine)" },
    { id: "way registered keys", what: "its way to authenticate" },
  ] satisfies Required<Added>[],
  grants: [
    {
      ...{ audience: "https://orders", scopes: ["read:orders"], allowsAllScopes: false, subjectType: "client" },
      ...{ organizationUsage: "require", allowsAnyOrganization: false, organizations: ["org_1"] },
      authorizationDetailsTypes: ["payment"],
    },
  ] satisfies Required<NewGrant>[],
};

/** The path of each text and each yes or no of a plan, and the plan with just that being another one. */
function leavesOf(part: unknown, path = ""): [string, unknown][] {
  if (typeof part === "string") return [[path, `other-${part}`]];
  if (typeof part === "boolean") return [[path, !part]];
  return Object.entries(part as object).flatMap(([name, value]) =>
    leavesOf(value, `${path}.${name}`).map(([where, changed]): [string, unknown] => [
      where,
      Array.isArray(part) ? part.with(Number(name), changed) : { ...(part as object), [name]: changed },
    ]),
  );
}

describe("what an approver is shown", () => {
  const plan = PLAN;
  const PLAN_LINE = "GIVE BACK the grant type client_credentials: job gets tokens for itself again.";
  it("is the plan itself, whatever is written beside it, and its hash is computed from that", () => {
    const { text, planHash: hash } = shown({ plan, planHash: planHash(plan) }, ["GIVE BACK nothing", PLAN_LINE]);

    expect(text).toContain(
      "- GIVE BACK https://orders: read:orders; with org_1\n- GIVE BACK the grant type client_cred",
    );
    expect(text.split(PLAN_LINE)).toHaveLength(2);
    expect(hash).toBe(planHash(plan));
  });

  it("is nothing where the plan is another one than was asked about, or holds what is not shown", () => {
    const wider = {
      ...plan,
      grants: plan.grants.map((grant) => ({ ...grant, scopes: ["read:orders", "delete:all"] })),
    };
    const hiding = { ...plan, users: ["auth0|1"] };

    expect(() => shown({ plan: wider, planHash: planHash(plan) })).toThrow(
      "is not the one that people were asked about",
    );
    expect(() => shown({ plan: hiding, planHash: planHash(hiding) })).toThrow("holds what this version cannot show");
  });

  it("tells every field of a plan: none can be another one, and read the same", () => {
    const whole = planLines("restore", WHOLE);
    const others = leavesOf(WHOLE).map(([path, changed]) => ({ path, lines: planLines("restore", changed) }));

    expect(whole).toEqual(expect.arrayContaining([expect.stringMatching(/^KEEPS the registered key cred_9/)]));
    expect(shown({ plan: WHOLE, planHash: planHash(WHOLE) }).text).toContain("- KEEPS the registered key cred_9");
    for (const { path, lines } of others) {
      expect(lines, path).toBeDefined();
      expect(lines, path).not.toEqual(whole);
    }
    expect(others).toHaveLength(15);
  });

  it("is in a drill that nothing comes of the answer", () => {
    const { text } = shown({ plan: PLAN, planHash: planHash(PLAN) }, [], { drill: true });

    expect(text.replaceAll(/\s+/g, " ")).toContain("whatever is answered, nothing is given back or revoked");
  });
});

describe("what whoever has answered hears", () => {
  it.each<[string, AnswerCame, Partial<Parameters<typeof answeredText>[1]>, RegExp]>([
    ["a yes that is waited for", "waits", {}, /^Approved; Curfew does it now\.$/],
    ["a yes that nothing waits for", "counts", {}, /^Approved; Curfew does it with its next turn\.$/],
    ["a yes that is not enough", "needs another", {}, /somebody else has to agree/],
    ["the same yes again", "stood", {}, /^It was approved already/],
    ["a no", "waits", { decision: "reject" }, /^Rejected; everything stays as it is\.$/],
    [
      "a no to what was ended halfway",
      "waits",
      { decision: "reject", isHalfway: true },
      /may be open.*locks it again now/,
    ],
    [
      "the same with nothing waiting",
      "counts",
      { decision: "reject", isHalfway: true },
      /locks it again with its next turn/,
    ],
    ["a yes in a drill", "counts", { drill: true }, /in this drill nothing is changed/],
  ])("of %s", (_, came, answered, says) => {
    expect(answeredText(came, { decision: "approve", drill: false, isHalfway: false, ...answered })).toMatch(says);
  });
});
