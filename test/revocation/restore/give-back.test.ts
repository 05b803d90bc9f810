import { describe, expect, test } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { lock } from "../../../lib/revocation/contain/lock.ts";
import { putBack } from "../../../lib/revocation/contain/put-back.ts";
import { endIncident } from "../../../lib/revocation/incident/end-incident.ts";
import { howFar, isSeenOpen, staysLocked } from "../../../lib/revocation/incident/how-far.ts";
import { incidentKey, isContained, stoppedAt } from "../../../lib/revocation/incident/incident.ts";
import { changeIncident, readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { notDone } from "../../../lib/revocation/incident/not-done.ts";
import { mayBeLocked, openOf } from "../../../lib/revocation/incident/open-about.ts";
import type { IncidentParts } from "../../../lib/revocation/parts.ts";
import type { RevokedClient, RevokedGrant } from "../../../lib/revocation/ports.ts";
import { questionsBy } from "../../../lib/revocation/respond/questions.ts";
import { giveBack } from "../../../lib/revocation/restore/give-back.ts";
import type { Table } from "../../../lib/store/table.ts";
import { MEMBERS, ORDERS, toldOf } from "../contain/contained.ts";
import { approve, replaced } from "../world/approve.ts";
import { contain, give, report, turns } from "../world/second-leak.ts";
import { createWorld, type World, type WorldOptions } from "../world/world.ts";

const QUESTIONS = questionsBy({ checks: [], policy: new Map(), exceptions: [] });
const EGRESS = ["203.0.113.7/32"];

/** A leak that is contained and replaced, and two people agreed to a step. */
async function agreed(step: keyof typeof QUESTIONS, options: WorldOptions): Promise<World> {
  const world = await createWorld(options);
  await world.clock.run(replaced(world).then(() => approve(world, step)));
  return world;
}

/** Gives back, and each request to unlock is refused in the end, whatever came of it before. */
const giveThrough = (
  world: World,
  before: (types: readonly string[], parts: IncidentParts) => Promise<unknown>,
): Promise<unknown> => {
  const refused = (parts: IncidentParts): IncidentParts["tenant"] => ({
    ...parts.tenant,
    setGrantTypes: async (types) => {
      await before(types, parts);
      throw new CurfewError("throttled", "Auth0 refuses this.", { retryable: true });
    },
  });
  const incident = world.incident();
  return world.clock.run(world.run("give", (parts) => giveBack(incident, { ...parts, tenant: refused(parts) })));
};

/** One look at what was taken away, before anything is proven anew or given back. */
const look = (world: World) =>
  world.clock.run(
    world.run("put-back", async (parts) => putBack(await readIncident(parts.table, world.opened.id), parts)),
  );

const audiences = ({ tenant }: World): string[] => [...tenant.grants.values()].map(({ audience }) => audience);

describe("what a second person approved", () => {
  test.each([
    { title: "and nobody has begun to give back", isBegun: false },
    { title: "and is given back in part", isBegun: true },
  ])("$title: what something else opens meanwhile is shut again, told, and proven anew", async ({ isBegun }) => {
    const world = await agreed("restore", { grants: [ORDERS, MEMBERS], egress: EGRESS });
    world.tenant.refusals.addOrganization = "missing-scope";
    if (isBegun) await give(world);
    const proof = stoppedAt(world.incident()) ?? 0;
    world.putBack((tenant) => {
      tenant.setGrantTypes(["client_credentials", "refresh_token"]);
      tenant.acls.length = 0;
    });
    await look(world);

    expect([world.tenant.client?.grantTypes, world.tenant.acls.length]).toEqual([["refresh_token"], 1]);
    expect([isContained(world.incident()), notDone(world.incident()).length]).toEqual([false, 1]);
    expect(toldOf(world).filter((title) => title.includes("put back"))).toHaveLength(2);

    delete world.tenant.refusals.addOrganization;
    await turns(world, 1);
    await give(world);
    expect(howFar(world.incident())).toBe("given");
    expect(world.incident().restored?.stoppedAt).toBeGreaterThan(proof);
    expect([world.tenant.gives(ORDERS.audience), world.tenant.acls.length]).toEqual([true, 0]);
    await turns(world, 2);
    expect([world.tenant.gives(ORDERS.audience), world.tenant.acls.length]).toEqual([true, 0]);
    expect(world.guard.violations).toEqual([]);
  });

  test("and nobody has begun to give back is no grant of ours: it is taken away, and given back by Curfew alone", async () => {
    const world = await agreed("restore", { grants: [ORDERS] });
    world.putBack((tenant) => void tenant.createGrant(world.before.grants[0] as RevokedGrant));
    await look(world);
    expect(audiences(world)).toEqual([]);
    expect(isContained(world.incident())).toBe(false);

    await turns(world, 1);
    await give(world);
    expect(audiences(world)).toEqual([ORDERS.audience]);
    expect(howFar(world.incident())).toBe("given");
  });

  test("is not given back where something else has unlocked it since the last look: it is locked at once, and proven anew", async () => {
    const world = await agreed("restore", { grants: [ORDERS] });
    const proof = stoppedAt(world.incident()) ?? 0;
    world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
    await give(world);
    expect(howFar(world.incident())).toBe("giving");
    expect(world.incident().steps.restore).toMatchObject({ missing: [expect.stringMatching(/nobody gave it back/)] });
    expect([world.tenant.gives(ORDERS.audience), isContained(world.incident())]).toEqual([false, false]);
    expect(toldOf(world)).toContainEqual(expect.stringMatching(/put back/));

    await turns(world, 1);
    expect(howFar(world.incident())).toBe("given");
    expect(world.incident().restored?.stoppedAt).toBeGreaterThan(proof);
    expect(world.guard.violations).toEqual([]);
  });

  test.each([
    ["refused", "throttled"],
    ["maybe done", "fails before"],
  ] as const)(
    "is not given back where a key was added while unlocking was %s, and the lock is guarded",
    async (_, fault) => {
      const world = await agreed("restore", { grants: [ORDERS], client: { attachedKeys: [] } });
      const attach = (...attachedKeys: string[]) =>
        world.putBack((tenant) => {
          tenant.client = { ...(tenant.client as RevokedClient), attachedKeys };
        });
      world.wire.fail({ call: "tenant.setGrantTypes", fault });
      await give(world);
      world.calm();
      expect(howFar(world.incident())).toBe(fault === "throttled" ? "giving" : "opened");
      attach("cred_evil");
      await turns(world, 1);

      expect(world.tenant.gives(ORDERS.audience)).toBe(false);
      expect(world.incident().steps.restore).toMatchObject({
        missing: [expect.stringMatching(/cred_evil: not in the/)],
      });
      expect(isContained(world.incident())).toBe(fault === "throttled");
      world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
      await turns(world, 1);
      expect(world.tenant.gives(ORDERS.audience)).toBe(false);
      expect(toldOf(world)).toContainEqual(expect.stringMatching(/put back/));

      attach();
      await turns(world, 2);
      expect([howFar(world.incident()), world.tenant.gives(ORDERS.audience)]).toEqual(["given", true]);
      expect(world.guard.violations).toEqual([]);
    },
  );

  test("is not taken for opened by it where that was refused: who opens it and adds a key at once is told of both", async () => {
    const world = await agreed("restore", { grants: [ORDERS], client: { attachedKeys: [] } });
    world.wire.fail({ call: "tenant.setGrantTypes", fault: "throttled" });
    await give(world);
    world.calm();
    expect([howFar(world.incident()), isContained(world.incident())]).toEqual(["giving", true]);
    world.putBack((tenant) => {
      const client = tenant.client as RevokedClient;
      tenant.client = { ...client, grantTypes: ["client_credentials"], attachedKeys: ["cred_evil"] };
    });
    await turns(world, 1);

    expect(world.tenant.gives(ORDERS.audience)).toBe(false);
    expect(toldOf(world)).toContainEqual(expect.stringMatching(/put back/));
    expect(world.incident().added).toMatchObject([{ id: "cred_evil", isThere: true }]);
    await turns(world, 1);
    expect(world.incident().steps.restore).toMatchObject({ missing: [expect.stringMatching(/cred_evil: not in the/)] });
    expect(world.guard.violations).toEqual([]);
  });

  test("may be opened by one of two at once that the other one was refused", async () => {
    const world = await agreed("restore", { grants: [ORDERS] });
    await giveThrough(world, (_, parts) => giveBack(world.incident(), parts));
    await turns(world, 2);

    expect([howFar(world.incident()), world.tenant.gives(ORDERS.audience)]).toEqual(["given", true]);
    expect(toldOf(world).join()).not.toMatch(/put back/);
  });

  test.each([
    ["open", undefined],
    ["unread", "unreachable"],
  ] as const)(
    "may be opened by an earlier try of the call that was refused in the end: where it is %s, that stands",
    async (_, unread) => {
      const world = await agreed("restore", { grants: [ORDERS] });
      await giveThrough(world, async (types) => {
        world.tenant.setGrantTypes(types);
        if (unread) world.tenant.refusals.client = unread;
      });
      expect([howFar(world.incident()), isContained(world.incident())]).toEqual(["opened", false]);
      delete world.tenant.refusals.client;
      await turns(world, 1);

      expect([howFar(world.incident()), world.tenant.gives(ORDERS.audience)]).toEqual(["given", true]);
      expect(toldOf(world).join()).not.toMatch(/put back/);
    },
  );

  test("stays open by the one of two at once that has seen it open, whoever locks it then", async () => {
    const world = await agreed("restore", { grants: [ORDERS] });
    await giveThrough(world, async (types, parts) => {
      world.tenant.setGrantTypes(types);
      await giveBack(world.incident(), parts);
      world.tenant.setGrantTypes([]);
    });
    expect(world.incident().restored).toMatchObject({ isOpen: true });
  });

  test("is not called contained where the lock is seen open and cannot be closed", async () => {
    const world = await agreed("restore", { grants: [ORDERS] });
    world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
    world.tenant.refusals.setGrantTypes = "throttled";
    await give(world);
    expect([howFar(world.incident()), isContained(world.incident())]).toEqual(["giving", false]);
    expect(world.incident().steps.lock).toMatchObject({ outcome: "incomplete", wasComplete: true });
  });

  test("is given back by one of two at once: what the other one finds open then is no news", async () => {
    const world = await agreed("restore", { grants: [ORDERS] });
    const before = world.incident();
    await give(world);
    await world.clock.run(world.run("give", async (parts) => giveBack(before, parts)));

    expect(howFar(world.incident())).toBe("given");
    expect(toldOf(world).join()).not.toMatch(/not given back/);
  });

  test.each([
    ["by itself", false],
    ["by a later incident", true],
  ])("and is opened between the look and the record %s is not shut again: that would undo it", async (_, isLater) => {
    const world = await agreed("restore", { grants: [ORDERS] });
    const decider = isLater ? "next" : world.opened.id;
    if (isLater) {
      await world.table.put(incidentKey(decider), { ...world.incident(), id: decider });
      await changeIncident(world.table, world.opened.id, (known) => ({ ...known, followedBy: decider }));
    }
    world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
    let isGiven = false;
    const beaten = (table: Table): Table => ({
      ...table,
      get: async (key) => {
        const row = await table.get(key);
        if (key.partition === incidentKey(decider).partition && key.sort === "INCIDENT" && !isGiven) {
          isGiven = true;
          const restored = { at: world.clock.now(), stoppedAt: world.clock.now() };
          await changeIncident(world.table, decider, (known) => ({ ...known, restored }));
        }
        return row as never;
      },
    });
    const ending = await world.clock.run(
      world.run("lock", async (parts) => lock(world.incident(), { ...parts, table: beaten(parts.table) })),
    );

    expect(ending).toMatchObject({ ended: "failed", error: { message: expect.stringMatching(/looked at once more/) } });
    expect(world.tenant.client?.grantTypes).toEqual(["client_credentials"]);
    expect(world.incident().steps.lock?.outcome).toBe("done");
    expect(toldOf(world).join()).not.toMatch(/put back/);
  });

  test("and is given back is no more than that: a grant type that it never had is taken away again", async () => {
    const world = await agreed("restore", { grants: [ORDERS], client: { grantTypes: ["refresh_token"] } });
    await give(world);
    expect([howFar(world.incident()), staysLocked(world.incident())]).toEqual(["given", true]);
    world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
    await look(world);

    expect(world.tenant.client?.grantTypes).toEqual([]);
    expect(toldOf(world)).toContainEqual(expect.stringMatching(/put back/));
  });
});

test("what a later incident gives back without a grant type stays locked in the earlier one as well", async () => {
  const world = await createWorld({ grants: [ORDERS], client: { grantTypes: ["refresh_token"], attachedKeys: [] } });
  await world.clock.run(replaced(world).then(() => world.clock.sleep(7_200_000)));
  const { id } = await report(world, null);
  await contain(world, id);
  const proven = { at: world.clock.now(), outcome: "done", message: "Done." } as const;
  const ready = await changeIncident(world.table, id, ({ steps, ...known }) => ({
    ...known,
    steps: { ...steps, rotate: proven, prove: proven },
  }));
  await world.clock.run(approve(world, "restore", ready));
  await world.clock.run(world.run("give", (parts) => giveBack(ready, parts)));

  const both = [world.incident(), await readIncident(world.table, id)];
  for (const one of both) expect([howFar(one), staysLocked(one), isSeenOpen(one)]).toEqual(["given", true, false]);
  expect([mayBeLocked(both), openOf(both).length]).toEqual([true, 2]);
});

test("what giving back leaves undone the watch finishes, and the plan goes on to what comes then", async () => {
  const world = await agreed("restore", { grants: [ORDERS, MEMBERS] });
  const plan = () =>
    world.clock.run(
      world.run("plan", async (parts) => {
        const all = { ...parts, inventories: { before: async () => undefined } };
        return QUESTIONS.restore.plan(await readIncident(parts.table, world.opened.id), all);
      }),
    );
  world.tenant.refusals.addOrganization = "throttled";
  await give(world);
  expect(await plan()).toMatchObject({ value: { next: "act" } });

  delete world.tenant.refusals.addOrganization;
  await turns(world, 1);
  expect(howFar(world.incident())).toBe("given");
  expect(await plan()).toMatchObject({ value: { next: "on" } });
});

describe("what a person has ended", () => {
  const end = (world: World) =>
    endIncident(world.table, world.opened.id, { at: world.clock.now(), by: "sam", reason: "a false alarm" });

  /** The state of the machine that does what was agreed to, and the next one. */
  const act = (world: World, step: keyof typeof QUESTIONS) =>
    world.clock.run(
      (async () => {
        const ways = [];
        for (const what of ["act", "plan"] as const) {
          const ending = await world.run(what, async (parts) => {
            const incident = await readIncident(parts.table, world.opened.id);
            return QUESTIONS[step][what](incident, { ...parts, inventories: { before: async () => undefined } });
          });
          ways.push(ending.ended === "done" ? ending.value.next : ending.ended);
        }
        return ways;
      })(),
    );

  const ENDED = expect.stringContaining("a person has ended the incident");

  test("between the plan and the act, nothing of it is given back", async () => {
    const world = await agreed("restore", { grants: [ORDERS] });
    await end(world);

    expect(await act(world, "restore")).toEqual(["on", "on"]);
    expect([audiences(world), howFar(world.incident())]).toEqual([[], "shut"]);
    expect(world.incident().steps.restore).toMatchObject({ outcome: "not-applicable" });
  });

  test("between the plan and the act, no signing key is rotated", async () => {
    const world = await agreed("key-revocation", { grants: [ORDERS] });
    await end(world);

    expect(await act(world, "key-revocation")).toEqual(["on", "on"]);
    expect(world.tenant.currentKey()).toBe("now");
    expect(world.incident().steps["key-revocation"]).toMatchObject({ outcome: "incomplete", missing: [ENDED] });
  });

  // Right after one of these calls a person ends it: what would come next does not.
  test.each([
    { step: "key-revocation", after: "tenant.rotateSigningKey", left: "the key is not revoked", opened: "shut" },
    { step: "restore", after: "tenant.createGrant", left: "the other grant is not given", opened: "giving" },
    { step: "restore", after: "tenant.addOrganization", left: "it is not unlocked", opened: "giving" },
  ] as const)("right after $after, $left", async ({ step, after, opened }) => {
    const world = await agreed(step, {
      grants: after.endsWith("Organization") ? [MEMBERS] : [ORDERS, MEMBERS],
      beside: { call: after, change: () => void end(world) },
    });

    expect(await act(world, step)).toEqual(["on", "on"]);
    const { tenant } = world;
    expect(howFar(world.incident())).toBe(opened);
    expect(tenant.signingKeys.map(({ state }) => state)).not.toContain("revoked");
    expect([tenant.grants.size, tenant.client?.grantTypes]).toEqual([opened === "giving" ? 1 : 0, ["refresh_token"]]);
    expect(world.incident().steps[step]).toMatchObject({ outcome: "incomplete" });
    expect(world.guard.violations).toEqual([]);
  });
});
