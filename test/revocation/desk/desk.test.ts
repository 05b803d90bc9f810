import { describe, expect, it } from "vitest";
import type { Config } from "../../../lib/config/schema.ts";
import { openSqliteTable } from "../../../lib/local/sqlite-table.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { askedKey } from "../../../lib/revocation/approvals/asked.ts";
import { type DeskParts, deskAnswer } from "../../../lib/revocation/desk/desk.ts";
import { allowStart } from "../../../lib/revocation/desk/may-start.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { changeIncident, readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { readTimeline } from "../../../lib/revocation/incident/timeline.ts";
import { contradictionOf, readSupplied } from "../../../lib/revocation/rotate/supplied.ts";
import { refreshTokensRevoked } from "../../../lib/revocation/window/refresh-tokens.ts";
import { all } from "../../support/deployed-incidents.ts";
import { virtualClock } from "../../support/virtual-clock.ts";

const DANA = "arn:aws:sts::111122223333:assumed-role/oncall/dana";
const INCIDENTS = {
  requesters: ["arn:aws:iam::111122223333:role/duty/oncall"],
  approvers: ["arn:aws:iam::111122223333:user/kim"],
};

function aDesk(changed: Partial<DeskParts> = {}) {
  const table = openSqliteTable(":memory:");
  const started: string[] = [];
  const completed: [string, string][] = [];
  const parts: DeskParts = {
    config: { tenants: [{ name: "acme", responder: {} }, { name: "calm" }], incidents: INCIDENTS } as unknown as Config,
    table,
    clock: virtualClock(),
    executions: {
      start: async ({ id, tenant }) => void started.push(`${tenant}/${id}`),
      startBeside: async ({ id, tenant }, count) => void started.push(`${tenant}/${id} beside ${count}`),
      complete: async (token, decision) => {
        completed.push([token, decision]);
        return token !== "old";
      },
    },
    allowStart: (caller) => allowStart(caller, INCIDENTS),
    decide: async () => ({ taskToken: "t" }),
    ...changed,
  };
  const ask = (path: string, body: unknown, caller = DANA, method = "POST") =>
    deskAnswer({ method, path, body: typeof body === "string" ? body : JSON.stringify(body), caller }, parts);
  return { table, started, completed, ask };
}

const ORDER = { tenant: "acme", clientId: "abc", reason: "in a repository" };
const SECRET = "7f3kQ9xW2mB5vT8zL1pR4sY6uA0e_7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-7f3kQ9";
const HASH = { planHash: "a".repeat(64) };

describe("the desk", () => {
  it("opens an incident with the caller as requester, and starts its execution; again it is the same one", async () => {
    const { ask, table, started } = aDesk();
    const answers = [await ask("/incidents", ORDER), await ask("/incidents/", { ...ORDER, reason: "in a chat" })];
    const [{ body } = { body: {} }] = answers;
    const { incident } = body as { incident: string };

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(started).toEqual([`acme/${incident}`, `acme/${incident}`]);
    expect(answers.map((answer) => (answer.body as { joined?: unknown }).joined)).toEqual([
      null,
      { openedAt: expect.any(Number), openedBy: DANA, reason: "in a repository", leakedSince: null },
    ]);
    expect(await readIncident(table, incident)).toMatchObject({
      openedBy: DANA,
      reason: "in a repository",
      drill: false,
    });
    const timeline = (await all(readTimeline(table, incident))).map(({ who, what }) => ({ who, what }));
    expect(timeline).toEqual([
      { who: DANA, what: "Opened the incident: in a repository" },
      { who: DANA, what: "Reported it again: in a chat" },
    ]);
  });

  it("has a key detached at once that is named to an incident which is open, however often that is said", async () => {
    const { ask, started } = aDesk();
    await ask("/incidents", ORDER);
    for (const leakedKey of ["one", "one", "two"]) await ask("/incidents", { ...ORDER, leakedKey });
    await ask("/incidents", ORDER);
    await ask("/incidents", { ...ORDER, clientId: "def", leakedKey: "one" });
    await ask("/incidents", { ...ORDER, clientId: "def", leakedKey: "one" });

    const beside = started.flatMap((each) => each.match(/ beside \d+$/)?.[0] ?? []);
    expect(beside).toEqual([" beside 1", " beside 1", " beside 2"]);
  });

  it.each([
    { title: "a stranger", path: "/incidents", body: ORDER, caller: DANA.replace("oncall", "developer"), status: 403 },
    {
      title: "the same role in another account",
      path: "/incidents",
      body: ORDER,
      caller: DANA.replace("1111", "9999"),
      status: 403,
    },
    {
      title: "the root of the account",
      path: "/incidents",
      body: ORDER,
      caller: "arn:aws:iam::111122223333:root",
      status: 403,
    },
    { title: "an unknown tenant", path: "/incidents", body: { ...ORDER, tenant: "acne" }, status: 400 },
    { title: "a tenant without a responder", path: "/incidents", body: { ...ORDER, tenant: "calm" }, status: 409 },
    { title: "a word too many", path: "/incidents", body: { ...ORDER, token: "eyJ" }, status: 400 },
    { title: "a secret as the client id", path: "/incidents", body: { ...ORDER, clientId: SECRET }, status: 400 },
    {
      title: "a secret as the key",
      path: "/incidents",
      body: { ...ORDER, leakedKey: `{"d":"${SECRET}"}` },
      status: 400,
    },
    { title: "no JSON", path: "/incidents", body: "{", status: 400 },
    { title: "no hash of a plan", path: "/incidents/x/restore/approve", body: {}, status: 400 },
    { title: "a step that nobody approves", path: "/incidents/x/lock/approve", body: HASH, status: 404 },
    { title: "another method", path: "/incidents", body: ORDER, method: "GET", status: 404 },
  ])("starts nothing for $title", async ({ path, body, caller, method, status }) => {
    const { ask, started, completed } = aDesk();
    const answer = await ask(path, body, caller, method);

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { code: expect.any(String), message: expect.stringMatching(/[.?]$/) } });
    expect([started, completed]).toEqual([[], []]);
    expect(JSON.stringify(answer)).not.toContain(SECRET);
  });

  it("says where who opened an incident is an approver, who cannot approve it", async () => {
    const { ask } = aDesk();

    expect((await ask("/incidents", { ...ORDER, clientId: "def" })).body).toMatchObject({ byApprover: false });
    const lead = "arn:aws:iam::111122223333:user/kim";
    expect((await ask("/incidents", ORDER, lead)).body).toMatchObject({ byApprover: true });
  });

  it("completes the task that waits once a decision is recorded, and says whether any did", async () => {
    const waiting = aDesk();
    const over = aDesk({ decide: async () => ({ taskToken: "old" }) });
    const alone = aDesk({ decide: async () => ({ taskToken: null }) });
    const path = "/incidents/x/key-revocation/reject";

    expect((await waiting.ask(path, HASH)).body).toMatchObject({ decision: "reject", waits: true });
    expect(waiting.completed).toEqual([["t", "reject"]]);
    expect((await over.ask(path, HASH)).body).toMatchObject({ waits: false });
    expect((await alone.ask(path, HASH)).body).toMatchObject({ waits: false });
    expect(alone.completed).toEqual([]);
  });

  it("completes nothing where a decision is refused, and says why", async () => {
    const refusal = new CurfewError("request-refused", "The plan has changed; look at it again.");
    const { ask, completed } = aDesk({ decide: () => Promise.reject(refusal) });

    expect(await ask("/incidents/x/restore/approve", HASH)).toEqual({
      status: 403,
      body: { error: { code: "request-refused", message: refusal.message } },
    });
    expect(completed).toEqual([]);
  });

  it("ends an incident for whoever may start one, answers what waits, and has the machine close it", async () => {
    const { ask, table, started, completed } = aDesk();
    const { body } = await ask("/incidents", ORDER);
    const { incident } = body as { incident: string };
    const waits = { plan: {}, planHash: "a", lines: [], decision: null, taskToken: "waiting" };
    await table.put(askedKey(incident, "restore"), waits);
    await changeIncident(table, incident, (known) => ({ ...known, follows: ["earlier"] }));
    // It asks anew: nobody waits a day for an answer that would not count.
    await table.put(askedKey("earlier", "restore"), { ...waits, taskToken: "void" });
    await table.put(askedKey("earlier", "key-revocation"), { ...waits, taskToken: "still counts" });
    const stranger = await ask(`/incidents/${incident}/close`, { reason: "r" }, DANA.replace("oncall", "developer"));
    const answer = await ask(`/incidents/${incident}/close`, { reason: "the id was mistyped" });

    expect([stranger.status, answer.status]).toEqual([403, 200]);
    expect((await readIncident(table, incident)).ended).toMatchObject({ by: DANA, reason: "the id was mistyped" });
    expect(completed).toEqual([
      ["waiting", "reject"],
      ["void", "reject"],
    ]);
    expect(started).toHaveLength(2);
    expect((await ask("/incidents/none/close", { reason: "r" })).status).toBe(400);
    expect((await ask(`/incidents/${incident}/close`, {})).status).toBe(400);
  });

  it("says what may be better in a minute, and fails where it is broken itself", async () => {
    const busy = new CurfewError("service-failed", "Step Functions is busy.", { retryable: true });
    const slow = aDesk({ decide: () => Promise.reject(busy) });
    const broken = aDesk({ decide: () => Promise.reject(new TypeError("a defect")) });

    expect((await slow.ask("/incidents/x/restore/approve", HASH)).status).toBe(503);
    await expect(broken.ask("/incidents/x/restore/approve", HASH)).rejects.toThrow("a defect");
  });

  it("lets everybody start whom the URL lets in where the configuration names nobody", () => {
    expect(() => allowStart("arn:aws:iam::111122223333:root", undefined)).not.toThrow();
    expect(() => allowStart("arn:aws:iam::111122223333:user/team/kim", INCIDENTS)).toThrow("not among those");
    expect(() => allowStart("arn:aws:iam::111122223333:user/kim", INCIDENTS)).not.toThrow();
  });
});

describe("what people tell the desk of an incident", () => {
  it("takes results of a trial and nothing else, says who tried, and takes the proof back where a token came", async () => {
    const { ask, table } = aDesk();
    const { body } = await ask("/incidents", ORDER);
    const { incident: id } = body as { incident: string };
    const path = `/incidents/${id}/trial`;
    const issued = { came: "issued", detail: "https://orders" };
    const run = "3f0c7a51-5d0e-4f53-9d0c-0f5f3a6f1c11";
    const answers = [
      await ask(path, { begins: 20, run }),
      await ask(path, { said: "accepted", run, trial: issued }),
      await ask(path, { said: "accepted", run, trial: { ...issued, secret: "eyJ" } }),
      await ask(path, { said: "accepted", run, trial: issued }, DANA.replace("oncall", "developer")),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 403]);
    const { steps } = await readIncident(table, id);
    expect(steps.prove).toMatchObject({ outcome: "incomplete", missing: [expect.stringContaining(DANA)] });
    await ask(path, { begins: 20, run });
    await ask(path, { said: "refused", run, trial: { came: "refused", detail: null } });
    expect(contradictionOf(await readIncident(table, id), await readSupplied(table, { id } as Incident))).toBeNull();
  });

  it("takes the word that refresh tokens are gone, not before the incident and not later than now", async () => {
    const { ask, table } = aDesk();
    const { body } = await ask("/incidents", ORDER);
    const { incident: id } = body as { incident: string };
    const { openedAt } = await readIncident(table, id);
    const path = `/incidents/${id}/refresh-tokens-revoked`;
    const statuses = [];
    for (const at of [openedAt - 1, openedAt + 60_000, openedAt]) statuses.push((await ask(path, { at })).status);

    expect(statuses).toEqual([400, 400, 200]);
    expect(await refreshTokensRevoked(table, id)).toEqual({ at: openedAt, by: DANA });
  });

  it("takes no such word where the window waits for none", async () => {
    const { ask, table } = aDesk();
    const { body } = await ask("/incidents", ORDER);
    const { incident: id } = body as { incident: string };
    const window = { state: "closes", at: 0, apis: [], others: 0, tokenUntil: null } as const;
    const { openedAt } = await changeIncident(table, id, (known) => ({ ...known, window }));

    expect(await ask(`/incidents/${id}/refresh-tokens-revoked`, { at: openedAt })).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining("does not wait for refresh tokens") } },
    });
    expect(await refreshTokensRevoked(table, id)).toBeUndefined();
  });
});
