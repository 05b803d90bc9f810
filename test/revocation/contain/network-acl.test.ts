import { describe, expect, test } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { askedKey } from "../../../lib/revocation/approvals/asked.ts";
import { setNetworkAcl } from "../../../lib/revocation/contain/network-acl.ts";
import { putBack } from "../../../lib/revocation/contain/put-back.ts";
import { noteAskedAgain } from "../../../lib/revocation/incident/asked-again.ts";
import { endIncident } from "../../../lib/revocation/incident/end-incident.ts";
import { stepsForPeople } from "../../../lib/revocation/incident/for-people.ts";
import { changeIncident, noteReplaced, readIncident, recordStep } from "../../../lib/revocation/incident/incidents.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";
import type { TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import { giveBackByHand } from "../../../lib/revocation/local/by-hand.ts";
import type { IncidentSettings } from "../../../lib/revocation/parts.ts";
import type { ResponderTenant } from "../../../lib/revocation/ports.ts";
import { questionsBy } from "../../../lib/revocation/respond/questions.ts";
import { respondSteps } from "../../../lib/revocation/respond/respond.ts";
import type { Way } from "../../../lib/revocation/respond/way.ts";
import { giveBack } from "../../../lib/revocation/restore/give-back.ts";
import { tryRestored } from "../../../lib/revocation/restore/try-restored.ts";
import { CLIENT, DAY, done, incidentOf, MINUTE, putIncident, THREE_AM, testParts, testTenant } from "../support.ts";
import { approve, replaced } from "../world/approve.ts";
import { contain, give, ORDERS, report } from "../world/second-leak.ts";
import { createWorld, type World } from "../world/world.ts";
import { contained, stepsOf, toldOf, turns } from "./contained.ts";

const EGRESS = ["203.0.113.7/32"];
const SAM = { by: "sam", reason: "all is well" };
const STEPS = respondSteps(questionsBy({ checks: [], policy: new Map(), exceptions: [] }));
/** Nothing stops what leaked of it. */
const PUBLIC = { appType: "spa", tokenEndpointAuthMethod: "none", grantTypes: ["implicit"] };
const PEOPLES = { id: "acl_people", description: "Office only", isActive: true };

/** A state of the machine, as the function does it. */
async function state(world: World, step: "watch" | "last-look" | "plan-restore", id = world.opened.id) {
  let way: Way | undefined;
  await world.clock.run(
    world.run(step, async (parts) => {
      const inventories = { before: async () => undefined };
      way = await STEPS[step](await readIncident(parts.table, id), { ...parts, inventories });
    }),
  );
  return way;
}

const end = (world: World, id = world.opened.id) => endIncident(world.table, id, { at: world.clock.now(), ...SAM });
const rules = ({ tenant }: World): string[] => tenant.acls.map(({ description }) => description);
const ruleOf = (id: string): string => `Curfew, incident ${id}`;

/** The window is over, and so is the watch. */
const windowOver = async (world: World): Promise<void> => {
  const window = { state: "closes", at: world.clock.now(), apis: [], others: 0, tokenUntil: null } as const;
  await changeIncident(world.table, world.opened.id, (known) => ({ ...known, window }));
  await world.clock.run(world.clock.sleep(MINUTE));
};

describe("the network ACL of an incident goes before that is closed", () => {
  test.each([
    {
      title: "a leak without levers",
      client: PUBLIC,
      grants: [],
      why: /^Nothing was taken away .* network ACL is taken/,
    },
    { title: "an application that is deleted", isDeleted: true, why: /is gone, .* network ACL is taken away when/ },
    { title: "a question that nobody answers", why: undefined },
  ])("after the window: $title", async ({ why, isDeleted, ...options }) => {
    const world = await contained({ egress: EGRESS, ...options });
    world.tenant.acls.unshift(PEOPLES);
    if (isDeleted) world.tenant.deleteClient();
    await turns(world, 1);
    if (why) {
      await state(world, "plan-restore");
      expect(stepsOf(world).restore?.message).toMatch(why);
    }
    expect(rules(world)).toEqual([PEOPLES.description, ruleOf(world.opened.id)]);
    await windowOver(world);

    expect(await state(world, "last-look")).toEqual({ next: "on", wait: 0 });
    expect(rules(world)).toEqual([PEOPLES.description]);
    expect(stepsOf(world)["network-acl"]).toMatchObject({
      outcome: "not-applicable",
      message: expect.stringContaining("is gone"),
    });
  });

  test("where a person has ended it, while another one's stays as long as that is open", async () => {
    const world = await contained({ egress: EGRESS });
    const later = await report(world, null, "once-more");
    await contain(world, later.id);
    expect(rules(world)).toEqual([ruleOf(world.opened.id), ruleOf(later.id)]);
    await end(world);

    expect(await state(world, "watch")).toEqual({ next: "close", wait: 0 });
    expect(rules(world)).toEqual([ruleOf(later.id)]);
    await end(world, later.id);
    await state(world, "watch", later.id);
    expect(rules(world)).toEqual([]);
  });

  test("also where it was made by a process that died before it could say so, and twice by two beside each other", async () => {
    const world = await contained({ egress: EGRESS });
    world.tenant.acls.push({ id: "acl_twice", description: ruleOf(world.opened.id), isActive: true });
    await changeIncident(world.table, world.opened.id, ({ steps: { "network-acl": _, ...steps }, ...known }) => ({
      ...known,
      steps,
    }));
    await end(world);
    await state(world, "watch");
    expect(rules(world)).toEqual([]);
  });

  test("or is tried again where Auth0 hangs, before the function is cut off", async () => {
    const world = await contained({ egress: EGRESS });
    await end(world);
    world.wire.fail({ call: "tenant.networkAcls", fault: "hangs" });
    expect(await state(world, "watch")).toEqual({ next: "again", wait: 60 });
    expect(stepsOf(world)["network-acl"]).toMatchObject({ outcome: "incomplete", code: "timed-out" });
    await noteAskedAgain(world.opened, world);
    world.wire.fail({ call: "tenant.networkAcls", fault: "hangs" });
    // Beside what replaces once more, and without waiting for that.
    expect(await state(world, "watch")).toEqual({ next: "rotating", wait: 60 });
    world.wire.fail({ call: "tenant.client", fault: "hangs" });
    expect(await state(world, "watch")).toEqual({ next: "close", wait: 0 });
    expect(rules(world)).toEqual([]);
  });

  test.each([
    { code: "missing-scope", isTriedAgain: false },
    { code: "throttled", isTriedAgain: true },
  ] as const)("or stays, is named, and keeps nothing open, where that is refused: $code", async (refused) => {
    const world = await contained({ egress: EGRESS });
    world.tenant.refusals.deleteNetworkAcl = refused.code;
    await end(world);
    if (refused.isTriedAgain) expect(await state(world, "watch")).toEqual({ next: "again", wait: 60 });
    await world.clock.run(world.clock.sleep(16 * MINUTE));

    expect(await state(world, "watch")).toEqual({ next: "close", wait: 0 });
    expect(stepsOf(world)["network-acl"]).toMatchObject({
      outcome: "incomplete",
      missing: [expect.stringContaining(`the rule "${ruleOf(world.opened.id)}" may still be there: `)],
    });
  });

  test("in a drill nothing is done", async () => {
    const world = await contained({ egress: EGRESS, drill: true });
    world.tenant.acls.push({ ...PEOPLES, description: ruleOf(world.opened.id) });
    await end(world);
    await state(world, "watch");
    expect(rules(world)).toEqual([ruleOf(world.opened.id)]);
    expect(world.wire.calls).not.toContain("tenant.deleteNetworkAcl");
  });
});

test("giving access back takes away the rule of a later incident that was ended, too, and names whose holds", async () => {
  const world = await createWorld({ grants: [ORDERS], egress: EGRESS });
  await world.clock.run(replaced(world));
  const later = await report(world, null, "once-more");
  await contain(world, later.id);
  await end(world, later.id);
  await world.clock.run(world.clock.sleep(DAY));
  await recordStep(world.table, world.opened.id, "rotate", done(world.clock.now()));
  await recordStep(world.table, world.opened.id, "prove", done(world.clock.now()));
  await world.clock.run(approve(world, "restore"));
  world.tenant.acls.push(PEOPLES, { ...PEOPLES, description: ruleOf("others") });
  await give(world);

  expect(rules(world)).toEqual([PEOPLES.description, ruleOf("others")]);
  expect(stepsOf(world).restore).toMatchObject({
    outcome: "done",
    message: expect.stringMatching(/still closed to others, by "Curfew, incident others"\.$/),
  });
  await world.clock.run(
    world.run("try", (parts) => tryRestored(world.incident(), { ...parts, ...parts.tenant }, undefined)),
  );
  const stillClosed = expect.stringContaining("still closed to others, by");
  expect(stepsOf(world).restore?.message).toEqual(stillClosed);
  expect(world.alerts.at(-1)?.items).toContainEqual(stillClosed);
});

/** The step itself, with another tenant or other settings. */
async function set(world: World, tenant: Partial<ResponderTenant>, settings: Partial<IncidentSettings> = {}) {
  await world.clock.run(
    world.run("acl", async (parts) => {
      const changed = { tenant: { ...parts.tenant, ...tenant }, settings: { ...parts.settings, ...settings } };
      await setNetworkAcl(await readIncident(parts.table, world.opened.id), { ...parts, ...changed });
    }),
  );
  return stepsOf(world)["network-acl"];
}

test("one that shuts Curfew itself out is said to be there, with what to do, until a person has done that", async () => {
  const world = await contained({ egress: EGRESS });
  world.tenant.acls.length = 0;
  await changeIncident(world.table, world.opened.id, ({ steps: { "network-acl": _, ...steps }, ...known }) => ({
    ...known,
    steps,
  }));
  let isPersonDone = false;
  const networkAcls = async () => {
    if (world.tenant.acls.length === 0 || isPersonDone) return [...world.tenant.acls];
    throw new CurfewError("request-refused", "Auth0 refused it.", { detail: "status 403" });
  };
  const shutOut = {
    outcome: "incomplete",
    message: expect.stringMatching(/is there and shuts Curfew itself out/),
    missing: [
      expect.stringMatching(/^the rule "Curfew, incident .* correct containment\.networkAcl .* remove the rule/),
    ],
  };

  for (let times = 0; times < 2; times += 1) expect(await set(world, { networkAcls })).toMatchObject(shutOut);
  expect(stepsForPeople(world.incident())[0]).toMatch(/^Let Curfew in again: the rule/);
  expect(await giveBackByHand(world.incident(), world.table)).toContainEqual(
    expect.stringMatching(/switch off the rule/),
  );
  expect(toldOf(world).filter((title) => /network ACL is not as it should be/.test(title))).toHaveLength(1);
  isPersonDone = true;
  world.tenant.acls.length = 0;
  expect(await set(world, { networkAcls })).toMatchObject({ outcome: "done" });
});

test.each([
  ["a credential, and shares what is kept, is left away", null, []],
  ["a user's token, and has a rule of its own, is made", { form: "jwt", kid: "now", subject: "auth0|dana" }, ["users"]],
] as const)("one that is absent where the incident after it gave access back: about %s", async (_, facts, made) => {
  const acls: string[] = [];
  const all = testParts(
    testTenant({ networkAcls: async () => [], createNetworkAcl: async (what) => void acls.push(what) }),
  );
  const { parts, table, clock } = all;
  const token = facts && ({ ...facts, sha256: "a".repeat(64), audience: [], expiresAt: null } as unknown as TokenFacts);
  const leak = classify({ clientId: "job", token, client: CLIENT, own: null });
  const at = THREE_AM + 8 * MINUTE;
  const steps = { ...incidentOf().steps, restore: done(at) };
  const restored = { at, stoppedAt: at, isOpen: true } as const;
  await putIncident(table, incidentOf({ id: "users", token, leak, followedBy: "secret" }));
  await putIncident(
    table,
    incidentOf({ id: "secret", follows: ["users"], keptBy: "users", steps, restoring: { at }, restored }),
  );
  const plan = { clientId: "job", grantTypes: ["client_credentials"], grants: [], networkAcl: true };
  const decision = { by: "kim", at, decision: "approve" };
  await table.put(askedKey("secret", "restore"), { plan, planHash: "x", lines: [], askedAt: at, decision });

  const settings = { ...parts.settings, egress: EGRESS };
  await clock.run(setNetworkAcl(await readIncident(table, "users"), { ...parts, settings }));
  expect(acls).toEqual(made.map(ruleOf));
});

test.each(["ended by a person", "closed"])(
  "one that was opened as approved is not made again once the later incident, which opened its own, is %s",
  async (how) => {
    const world = await createWorld({ grants: [ORDERS], egress: EGRESS });
    const { clock, table, opened } = world;
    await clock.run(replaced(world));
    await clock.run(approve(world, "restore"));
    await give(world);
    expect(rules(world)).toEqual([]);
    await clock.run(clock.sleep(2 * DAY));

    const { id } = await report(world, null, "once-more");
    world.putBack(() => undefined);
    await contain(world, id);
    expect(rules(world)).toEqual([ruleOf(id)]);
    await clock.run(clock.sleep(MINUTE));
    await noteReplaced(await readIncident(table, id), world);
    for (const step of ["rotate", "prove"] as const) await recordStep(table, id, step, done(clock.now()));
    await clock.run(approve(world, "restore", await readIncident(table, id)));
    await clock.run(world.run("give", async (parts) => giveBack(await readIncident(parts.table, id), parts)));
    await clock.run(clock.sleep(MINUTE));
    const at = clock.now();
    if (how === "ended by a person") await endIncident(table, id, { at, ...SAM });
    await changeIncident(table, id, (known) => ({ ...known, closedAt: at }));
    const told = world.alerts.length;
    await clock.run(world.run("put-back", async (parts) => putBack(await readIncident(parts.table, opened.id), parts)));

    expect([rules(world), world.alerts.length]).toEqual([[], told]);
  },
);

test("from a person's machine none is made, and people within the ranges are told what they can do", async () => {
  const world = await contained({});
  await changeIncident(world.table, world.opened.id, ({ steps: { "network-acl": _, ...steps }, ...known }) => ({
    ...known,
    steps,
  }));

  const step = await set(world, {}, { isAlone: true, egress: EGRESS });
  expect(step).toMatchObject({
    outcome: "not-applicable",
    message: expect.stringMatching(/would shut this machine out/),
  });
  expect(world.tenant.acls).toEqual([]);
  expect(stepsForPeople(world.incident())[0]).toMatch(/^Where you work from within the ranges/);
  expect((await giveBackByHand(world.incident(), world.table)).join()).not.toMatch(/switch off the rule/);
});

test("one that was made is looked for on where the configuration names none any more", async () => {
  const world = await contained({ egress: EGRESS });
  expect(await set(world, {}, { egress: null })).toMatchObject({ outcome: "done" });
  await end(world);
  await state(world, "watch");
  expect(rules(world)).toEqual([]);
});
