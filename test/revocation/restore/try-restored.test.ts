import { describe, expect, test } from "vitest";
import type { TokenAnswer } from "../../../lib/auth0/ask-for-token.ts";
import type { Login } from "../../../lib/auth0/login.ts";
import { Secret } from "../../../lib/model/secret.ts";
import { askedKey } from "../../../lib/revocation/approvals/asked.ts";
import { readTimeline, type TimelineEntry } from "../../../lib/revocation/incident/timeline.ts";
import type { NewGrant } from "../../../lib/revocation/ports.ts";
import { tryRestored } from "../../../lib/revocation/restore/try-restored.ts";
import { readOwnActs } from "../../../lib/revocation/watch/own-acts.ts";
import { done, incidentOf, MINUTE, putIncident, THREE_AM, testParts, testTenant } from "../support.ts";

const LOGIN: Login = { method: "client-secret", clientId: "job", secret: new Secret("a new one") };
const RESTORED = THREE_AM + 9 * MINUTE;

const ORDERS: NewGrant = {
  ...{ audience: "https://orders", scopes: ["read:orders", "write:orders"], allowsAllScopes: undefined },
  ...{ subjectType: "client", organizationUsage: undefined, allowsAnyOrganization: undefined, organizations: [] },
};

async function restored(
  answer: TokenAnswer,
  grant: Partial<NewGrant> = {},
  login: Login | undefined = LOGIN,
  grantTypes = ["client_credentials"],
) {
  const { parts, table, clock, heard } = testParts(testTenant());
  const incident = incidentOf({ steps: { ...incidentOf().steps, restore: done(RESTORED) } });
  const plan = {
    ...{ clientId: "job", grantTypes, networkAcl: false },
    grants: [{ ...ORDERS, ...grant }],
  };
  await putIncident(table, incident);
  await table.put(askedKey(incident.id, "restore"), { plan, decision: { by: "kim", at: 0, decision: "approve" } });
  const after = await clock.run(tryRestored(incident, { ...parts, tokenFor: async () => answer }, login));
  const timeline: TimelineEntry[] = [];
  for await (const entry of readTimeline(table, incident.id)) timeline.push(entry);
  return { after, heard, timeline, acts: await readOwnActs(table, incident, 0) };
}

const issued = (...scopes: string[]): TokenAnswer => ({ answer: "issued", scopes });

describe("what was given back is tried", () => {
  test("and is just what was approved; the watch knows of it, and the moment of restoring stays", async () => {
    const { after, heard, acts } = await restored(issued("write:orders", "read:orders"));

    expect(heard.map(({ title }) => title)).toEqual(["acme: job is restored"]);
    expect(after.steps.restore).toMatchObject({ at: RESTORED, outcome: "done" });
    expect(acts).toMatchObject([{ leaves: ["token-issued", "token-refused"], most: 2 }]);
  });

  test.each([
    {
      title: "more",
      answer: issued("read:orders", "write:orders", "delete:orders"),
      line: "MORE than was approved: delete:orders",
    },
    { title: "fewer", answer: issued("read:orders"), line: "lacks what was approved: write:orders" },
    { title: "unnamed scopes", answer: { answer: "issued", scopes: undefined } as const, line: "does not say" },
    { title: "no token", answer: { answer: "denied" } as const, line: "no token is given out" },
    { title: "a refused credential", answer: { answer: "refused" } as const, line: "the new credential is refused" },
  ])("and $title is said", async ({ answer, line }) => {
    const { heard } = await restored(answer);

    expect(heard[0]?.title).toBe("acme: job is NOT restored as approved");
    expect(heard[0]?.items.join("\n")).toContain(line);
  });

  test("and nobody claims to have tried what Curfew has no credential for", async () => {
    const { heard, acts } = await restored(issued(), {}, null as never);

    expect(heard[0]?.items.join("\n")).toContain("does not have the new credential");
    expect(acts).toEqual([]);
  });

  test.each([{ login: LOGIN }, { login: null as never }])(
    "and not where no grant type came back",
    async ({ login }) => {
      const { heard, acts, after, timeline } = await restored(issued(), {}, login, []);

      expect([heard[0]?.title, acts]).toEqual(["acme: job STAYS LOCKED: no grant type was given back", []]);
      expect(heard[0]?.steps[0]).toContain(`incidents close ${after.id} `);
      expect(timeline.at(-1)?.answer).toBe("not tried: no grant type was given back");
      expect(after.steps.restore?.message).toMatch(/still gets no tokens for itself, and none was tried/);
    },
  );

  test("nor where a token is only given for an organization", async () => {
    const { heard, acts, timeline } = await restored(issued(), { organizationUsage: "require" });

    expect([heard[0]?.text, acts]).toEqual([expect.stringContaining("none was tried"), []]);
    expect(timeline.at(-1)?.answer).toBe("not tried: no token was asked for");
  });

  test("with an empty list of scopes where none were approved", async () => {
    const { heard } = await restored({ answer: "issued", scopes: undefined }, { scopes: [] });

    expect(heard[0]?.title).toBe("acme: job is restored");
  });
});
