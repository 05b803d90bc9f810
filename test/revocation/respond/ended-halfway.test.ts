import { describe, expect, test } from "vitest";
import { readAsked } from "../../../lib/revocation/approvals/asked.ts";
import { decide } from "../../../lib/revocation/approvals/decide.ts";
import { endIncident } from "../../../lib/revocation/incident/end-incident.ts";
import { howFar } from "../../../lib/revocation/incident/how-far.ts";
import { isContained, type StepResult } from "../../../lib/revocation/incident/incident.ts";
import { changeIncident } from "../../../lib/revocation/incident/incidents.ts";
import { SOON } from "../../../lib/revocation/pause.ts";
import type { RevokedClient, RevokedGrant } from "../../../lib/revocation/ports.ts";
import { questionsBy } from "../../../lib/revocation/respond/questions.ts";
import type { RespondParts } from "../../../lib/revocation/respond/respond.ts";
import type { Way } from "../../../lib/revocation/respond/way.ts";
import { giveBack } from "../../../lib/revocation/restore/give-back.ts";
import { MEMBERS, toldOf } from "../contain/contained.ts";
import { DAY } from "../support.ts";
import { approve, replaced } from "../world/approve.ts";
import { contain, give, ORDERS, report, turns } from "../world/second-leak.ts";
import { createWorld, type World } from "../world/world.ts";

const ROLE = "arn:aws:iam::111122223333:role/security";
const { restore } = questionsBy({ checks: [], policy: new Map(), exceptions: [] });
const done = (at: number): StepResult => ({ at, outcome: "done", message: "Done." });

type Lock = "throttled" | "fails before" | "answer lost";

/** The next requests to unlock it are refused, do not come there, or are done and nobody hears of it. */
function failing(world: World, lock: Lock): void {
  if (lock === "throttled") world.tenant.refusals.setGrantTypes = lock;
  else world.wire.fail({ call: "tenant.setGrantTypes", fault: lock });
}

function calm(world: World): void {
  world.calm();
  delete world.tenant.refusals.setGrantTypes;
}

/**
 * A later incident was approved and began to give access back, and what it came to at the lock. A person ended it in the
 * moment in which that began.
 */
async function endedHalfway(lock: Lock, prepare: (world: World) => Promise<unknown> = replaced): Promise<World> {
  const world = await createWorld({ grants: [ORDERS], client: { attachedKeys: [] } });
  await world.clock.run(prepare(world));
  await world.clock.run(world.clock.sleep(7_200_000));
  const { id } = await report(world, null);
  await contain(world, id);
  const proven = done(world.clock.now());
  const ready = await changeIncident(world.table, id, ({ steps, ...known }) => ({
    ...known,
    steps: { ...steps, rotate: proven, prove: proven },
  }));
  await world.clock.run(approve(world, "restore", ready));
  failing(world, lock);
  const at = world.clock.now();
  await world.clock.run(world.run("give", (parts) => giveBack(ready, parts)));
  calm(world);
  await endIncident(world.table, id, { at, by: "sam", reason: "by mistake" });
  expect(world.incident().restored?.by).toBe(lock === "throttled" ? undefined : id);
  return world;
}

test("what was approved before a later incident, and is asked anew, lets nothing that is put back stay", async () => {
  const world = await createWorld({ grants: [ORDERS, MEMBERS] });
  await world.clock.run(replaced(world).then(() => approve(world, "restore")));
  world.tenant.refusals.addOrganization = "missing-scope";
  await give(world);
  expect([howFar(world.incident()), world.tenant.grants.size]).toEqual(["giving", 2]);
  await world.clock.run(world.clock.sleep(7_200_000));
  const { id } = await report(world, null);
  world.approve([]);
  await contain(world, id);
  await endIncident(world.table, id, { at: world.clock.now(), by: "sam", reason: "by mistake" });
  expect(world.tenant.grants.size).toBe(0);
  world.putBack((tenant) => void tenant.createGrant(world.before.grants[0] as RevokedGrant));
  await turns(world, 1);

  expect([world.tenant.grants.size, putBacks(world)]).toEqual([0, 1]);
  expect(world.guard.violations).toEqual([]);
});

/** One state of the machine that asks. */
async function state<T>(world: World, work: (parts: RespondParts) => Promise<T>): Promise<T> {
  const ending = await world.clock.run(
    world.run("restore", (parts) => work({ ...parts, inventories: { before: async () => undefined } })),
  );
  if (ending.ended !== "done") throw new Error("It did not come to its end.", { cause: ending });
  return ending.value;
}

const plan = (world: World): Promise<Way> => state(world, (parts) => restore.plan(world.incident(), parts));

/** Two people are asked, and answer. */
async function answered(world: World, decision: "approve" | "reject"): Promise<string> {
  await world.clock.run(world.clock.sleep(1_800_000));
  expect(await plan(world)).toEqual({ next: "ask", wait: 0 });
  const waiting = { taskToken: "task", until: world.clock.now() + DAY };
  await state(world, (parts) => restore.ask(world.incident(), parts, waiting));
  const { planHash = "", lines = [] } = (await readAsked(world.table, world.opened.id, "restore")) ?? {};
  const { table, clock } = world;
  for (const who of decision === "approve" ? ["kim", "lee"] : ["kim"]) {
    const caller = `arn:aws:sts::111122223333:assumed-role/security/${who}`;
    const answer = { incident: world.opened.id, step: "restore", planHash, decision, caller } as const;
    await decide(answer, { table, clock, incidents: { requesters: [ROLE], approvers: [ROLE] } });
  }
  return lines.join("\n");
}

const attach = (world: World, ...attachedKeys: string[]): void =>
  world.putBack((tenant) => {
    tenant.client = { ...(tenant.client as RevokedClient), attachedKeys };
  });

const isOpen = (world: World): boolean => world.tenant.gives(ORDERS.audience);
const missing = (world: World): string => JSON.stringify(world.incident().steps.restore);
const putBacks = (world: World): number => toldOf(world).filter((title) => title.includes("put back")).length;

test("what a later incident was refused to unlock is never said to be open, and is guarded all the time", async () => {
  const world = await endedHalfway("throttled");
  expect([howFar(world.incident()), isContained(world.incident())]).toEqual(["shut", true]);
  world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
  await turns(world, 1);
  expect([isOpen(world), putBacks(world)]).toEqual([false, 1]);
});

describe("what was approved before a later incident that a person has ended", () => {
  /** The later one takes away what it finds, and nobody agrees to anything in it. */
  const reportedAndEnded = async (world: World) => {
    await world.clock.run(world.clock.sleep(7_200_000));
    const { id } = await report(world, null);
    world.approve([]);
    await contain(world, id);
    await endIncident(world.table, id, { at: world.clock.now(), by: "sam", reason: "by mistake" });
  };

  test("opens nothing any more, also where nobody knows whether it was unlocked by it", async () => {
    const world = await createWorld({ grants: [ORDERS] });
    await world.clock.run(replaced(world).then(() => approve(world, "restore")));
    failing(world, "fails before");
    await give(world);
    calm(world);
    expect(howFar(world.incident())).toBe("opened");
    await reportedAndEnded(world);
    world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
    await turns(world, 2);

    expect([isOpen(world), putBacks(world), howFar(world.incident())]).toEqual([false, 1, "giving"]);
    expect(isContained(world.incident())).toBe(true);
    expect(world.guard.violations).toEqual([]);
  });

  test("and was seen to be given back stays, where the later one was ended before it took anything away", async () => {
    const world = await createWorld({ grants: [ORDERS] });
    await world.clock.run(replaced(world).then(() => approve(world, "restore")));
    await give(world);
    await world.clock.run(world.clock.sleep(7_200_000));
    const { id } = await report(world, null);
    await endIncident(world.table, id, { at: world.clock.now(), by: "sam", reason: "by mistake" });
    await turns(world, 2);
    expect([isOpen(world), putBacks(world), howFar(world.incident())]).toEqual([true, 0, "given"]);

    world.putBack(
      (tenant) => void tenant.createGrant({ ...(world.before.grants[0] as RevokedGrant), audience: "https://planted" }),
    );
    await turns(world, 2);
    expect([isOpen(world), world.tenant.grants.size, howFar(world.incident())]).toEqual([true, 1, "given"]);
  });

  test("does not take away what the later one had given back by another approval", async () => {
    const world = await endedHalfway("throttled", async (begun) => {
      await replaced(begun).then(() => approve(begun, "restore"));
      begun.tenant.refusals.createGrant = "missing-scope";
      await begun.run("give", (parts) => giveBack(begun.incident(), parts));
      delete begun.tenant.refusals.createGrant;
    });
    expect(world.incident().restoring).toBeDefined();
    await turns(world, 1);
    expect([world.tenant.grants.size, putBacks(world), isOpen(world)]).toEqual([1, 0, false]);

    const { at = 0 } = world.incident().restoring ?? {};
    await world.clock.run(rotated(world));
    await answered(world, "approve");
    await state(world, (parts) => restore.act(world.incident(), parts));
    await turns(world, 1);
    expect([howFar(world.incident()), isOpen(world), putBacks(world)]).toEqual(["given", true, 0]);
    expect(world.incident().restoring?.at).toBeGreaterThan(at);
    expect(world.guard.violations).toEqual([]);
  });
});

describe("what a person ended while it gave access back, where it is seen to be locked", () => {
  test("is guarded again by the earlier incident, told, and proven anew", async () => {
    const world = await endedHalfway("fails before");
    expect([howFar(world.incident()), isContained(world.incident())]).toEqual(["opened", false]);
    const proof = world.incident().steps.prove?.at ?? 0;
    await turns(world, 1);
    expect([howFar(world.incident()), isContained(world.incident())]).toEqual(["shut", true]);
    expect(world.incident().steps.prove?.at).toBeGreaterThan(proof);

    world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
    await turns(world, 1);
    expect([isOpen(world), putBacks(world)]).toEqual([false, 1]);
  });

  test("is compared with the plan that was approved since, before it is unlocked", async () => {
    const world = await endedHalfway("fails before");
    await turns(world, 1);
    await world.clock.run(rotated(world));
    const lines = await answered(world, "approve");
    expect(lines).not.toContain("It may be open");
    attach(world, "cred_evil");
    await state(world, (parts) => restore.act(world.incident(), parts));

    expect(isOpen(world)).toBe(false);
    expect(missing(world)).toContain("cred_evil: not in the plan");
  });
});

/** The earlier one replaces again, now that no other does. */
const rotated = (world: World) =>
  changeIncident(world.table, world.opened.id, ({ steps, ...known }) => ({
    ...known,
    steps: { ...steps, rotate: done(world.clock.now()) },
  }));

describe("and where it is open, which nobody has seen", () => {
  test("is not shut unasked; who is asked reads of it, and a no locks it at once, which is told", async () => {
    const world = await endedHalfway("answer lost");
    await turns(world, 1);
    expect([isOpen(world), howFar(world.incident()), isContained(world.incident())]).toEqual([true, "opened", false]);
    expect(await answered(world, "reject")).toContain("It may be open: it was about to be unlocked");

    expect(await plan(world)).toMatchObject({ next: "again" });
    expect([isOpen(world), putBacks(world), howFar(world.incident())]).toEqual([false, 1, "shut"]);
    expect(missing(world)).toMatch(/It is locked again: \S+kim said no/);
    const [text] = world.alerts.flatMap((alert) => (alert.title.includes("is rejected") ? alert.text : []));
    expect(text).toMatch(/may be open.* locks it again now/);
    await turns(world, 1);
    await plan(world);
    expect(missing(world)).toContain("It stays contained");
    expect(isContained(world.incident())).toBe(true);
  });

  test.each([
    ["setGrantTypes", "throttled"],
    ["client", "fails before"],
    ["client", "dies before"],
  ] as const)("is tried again soon where a no cannot lock it, which is said: %s %s", async (call, fault) => {
    const world = await endedHalfway("answer lost");
    await answered(world, "reject");
    world.wire.fail({ call: `tenant.${call}`, fault });
    if (fault === "dies before") await expect(plan(world)).rejects.toThrow();
    else {
      expect(await plan(world)).toEqual({ next: "again", wait: SOON });
      expect(missing(world)).toMatch(/It may be open, and could not be locked yet: \S+kim said no/);
    }
    expect([isOpen(world), isContained(world.incident()), world.incident().steps.lock]).toMatchObject([
      ...[true, false],
      { outcome: "incomplete", wasComplete: true },
    ]);
    if (fault === "throttled") {
      await world.clock.run(world.clock.sleep(25 * 3_600_000));
      await plan(world);
      expect(world.alerts.filter(({ title }) => title.includes("is rejected"))).toHaveLength(2);
    }
    world.calm();
    await plan(world);
    expect([isOpen(world), putBacks(world) > 0]).toEqual([false, true]);
    expect(missing(world)).toMatch(/It is locked again: \S+kim said no/);
  });

  test("stays so after a yes, which is one to just that", async () => {
    const world = await endedHalfway("answer lost");
    await answered(world, "approve");
    expect(await state(world, (parts) => restore.act(world.incident(), parts))).toMatchObject({ next: "on" });
    await turns(world, 2);
    expect([isOpen(world), howFar(world.incident()), putBacks(world)]).toEqual([true, "given", 0]);
    expect(world.incident().restored).toMatchObject({ isOpen: true });
    expect(world.incident().restored?.by).toBeUndefined();
  });

  test("is locked at once where a key was added that is not in the plan", async () => {
    const world = await endedHalfway("answer lost");
    await answered(world, "approve");
    attach(world, "cred_evil");
    await state(world, (parts) => restore.act(world.incident(), parts));
    expect(missing(world)).toContain("cred_evil: not in the plan");
    expect([isOpen(world), putBacks(world)]).toEqual([false, 1]);
  });
});

test.each(["fails before", "answer lost"] as const)(
  "is not forgotten where one that was reported since is ended as well: %s",
  async (lock) => {
    const world = await endedHalfway(lock);
    const { followedBy: halfway = "" } = world.incident();
    await world.clock.run(world.clock.sleep(7_200_000));
    const { id } = await report(world, null);
    await contain(world, id);
    await endIncident(world.table, id, { at: world.clock.now(), by: "sam", reason: "mistyped" });
    await turns(world, 1);
    expect([isOpen(world), howFar(world.incident()), isContained(world.incident())]).toEqual([false, "shut", true]);

    await world.clock.run(rotated(world));
    const lines = await answered(world, "reject");
    for (const one of [halfway, id]) expect(lines).toContain(`A leak was reported again, as ${one};`);
    await plan(world);
    expect(missing(world)).toContain("It stays contained");
    expect(isContained(world.incident())).toBe(true);
  },
);

test("an earlier incident that had begun to give back guards the lock once the later one is closed without giving back", async () => {
  const world = await createWorld({ grants: [ORDERS, MEMBERS] });
  await world.clock.run(replaced(world).then(() => approve(world, "restore")));
  world.tenant.refusals.addOrganization = "missing-scope";
  await give(world);
  await world.clock.run(world.clock.sleep(7_200_000));
  const { id } = await report(world, null);
  world.approve([]);
  await contain(world, id);
  await changeIncident(world.table, id, (known) => ({ ...known, closedAt: world.clock.now() }));
  world.putBack((tenant) => tenant.createGrant(world.before.grants[0] as RevokedGrant));
  world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
  await turns(world, 3);

  expect(howFar(world.incident())).toBe("giving");
  // The lock and the grant are told each.
  expect([world.tenant.gives(ORDERS.audience), putBacks(world)]).toEqual([false, 2]);
});
