import { describe, expect, test } from "vitest";
import { endIncident } from "../../lib/revocation/incident/end-incident.ts";
import { isGivenBack, isOpened } from "../../lib/revocation/incident/how-far.ts";
import { incidentKey, isContained, stoppedAt, wasContained } from "../../lib/revocation/incident/incident.ts";
import { changeIncident, readIncident } from "../../lib/revocation/incident/incidents.ts";
import { laterOnes } from "../../lib/revocation/incident/later.ts";
import { notDone } from "../../lib/revocation/incident/not-done.ts";
import { openIncident } from "../../lib/revocation/incident/open-incident.ts";
import { preserve, readPreserved, readPreservedGrants } from "../../lib/revocation/incident/preserve.ts";
import type { TokenFacts } from "../../lib/revocation/leak/leaked-token.ts";
import { giveBack } from "../../lib/revocation/restore/give-back.ts";
import type { ExposureWindow } from "../../lib/revocation/window/window.ts";
import { toldOf } from "./contain/contained.ts";
import { approve, replaced } from "./world/approve.ts";
import { respond } from "./world/curfew.ts";
import { approvedWorld, contain, give, ORDERS, report, turns } from "./world/second-leak.ts";
import type { WorldTenant } from "./world/tenant.ts";
import { createWorld } from "./world/world.ts";

const PLANTED: Parameters<WorldTenant["createGrant"]>[0] = {
  ...{ audience: "https://stock", scopes: ["read:stock"], subjectType: "client", organizations: [], isSystem: false },
  ...{ allowsAllScopes: undefined, organizationUsage: undefined, allowsAnyOrganization: undefined },
};

test("nothing is given back before what leaked is replaced, whoever approved it", async () => {
  const world = await createWorld({ grants: [ORDERS] });
  await world.clock.run(respond(world));
  await world.clock.run(approve(world, "restore"));
  await give(world);

  const missing = [expect.stringMatching(/not replaced yet/)];
  expect(world.incident().steps.restore).toMatchObject({ outcome: "incomplete", missing });
  expect(world.tenant.grants.size).toBe(0);
});

describe("the moment since which access is given back", () => {
  test("is that of an earlier incident which still watches, too, unless it is closed", async () => {
    const world = await approvedWorld();
    const { id } = world.opened;
    const leak = { ...world.incident().leak, levers: [] };
    for (const [earlier, changed] of [
      ["one", {}],
      ["two", { closedAt: 5 }],
      ["user", { token: USERS, leak }],
    ] as const) {
      await world.table.put(incidentKey(earlier), { ...world.incident(), id: earlier, followedBy: id, ...changed });
    }
    await changeIncident(world.table, id, (known) => ({ ...known, follows: ["one", "two", "user"] }));
    await give(world);
    const { restored } = world.incident();
    const [one, two] = [await readIncident(world.table, "one"), await readIncident(world.table, "two")];

    expect([one.restored, two.restored]).toEqual([{ ...restored, by: id, isOpen: true }, undefined]);
    // Nothing was taken away for it, and the user's token works on.
    expect((await readIncident(world.table, "user")).restored).toBeUndefined();
    expect([isGivenBack(one), isContained(one), wasContained(one)]).toEqual([true, false, true]);
  });

  test("is the last one at which the lock was seen to hold, until all of it is back, also of an earlier incident", async () => {
    const world = await approvedWorld();
    const { id } = world.opened;
    await world.table.put(incidentKey("one"), { ...world.incident(), id: "one", followedBy: id });
    await changeIncident(world.table, id, (known) => ({ ...known, follows: ["one"] }));
    world.wire.fail({ call: "tenant.setGrantTypes", fault: "fails before" });
    await give(world);
    const first = world.incident().restored;
    const before = await readIncident(world.table, "one");
    expect([before.restored?.at, isOpened(before), isGivenBack(before)]).toEqual([first?.at, true, false]);
    expect(notDone(before)).toEqual([expect.stringMatching(/being given back/)]);
    await world.clock.run(world.clock.sleep(3_600_000));
    world.calm();
    await give(world);
    const { restored } = world.incident();

    expect(isGivenBack(world.incident())).toBe(true);
    expect(restored?.stoppedAt).toBe(first?.stoppedAt);
    expect((restored?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(3_600_000);
    const one = await readIncident(world.table, "one");
    expect([one.restored?.at, isGivenBack(one)]).toEqual([restored?.at, true]);
    world.putBack((tenant) => tenant.setGrantTypes([]));
    await give(world);
    expect(world.incident().restored).toEqual(restored);
  });
});

describe("after access was given back", () => {
  test("what was proven before stays proven, also where something is put back and taken away again", async () => {
    const world = await approvedWorld();
    const proof = world.incident().steps.prove?.at;
    await give(world);
    await turns(world, 2);

    expect(world.incident().restored).toMatchObject({ stoppedAt: proof });
    expect(world.tenant.gives(ORDERS.audience)).toBe(true);

    world.putBack((tenant) => tenant.createGrant(PLANTED));
    await turns(world, 5);
    const incident = world.incident();

    expect([...world.tenant.grants.values()].map(({ audience }) => audience)).toEqual([ORDERS.audience]);
    expect([stoppedAt(incident), wasContained(incident), isContained(incident)]).toEqual([proof, true, false]);
    expect(incident.steps.restore?.outcome).toBe("done");
  });

  test.each([
    { unseen: "the application", call: "tenant.client", steps: [/^client_credentials of job: /] },
    { unseen: "the approval", call: "table.get ASKED", steps: [/^client_credentials of job: /, /^cgr_2 /] },
  ])("is not called uncontained where nobody can see $unseen for a while: it is said that nobody can", async (it) => {
    const world = await approvedWorld();
    await give(world);
    await turns(world, 1);
    const { steps } = world.incident();
    const heard = world.alerts.length;
    world.wire.fail({ call: it.call, fault: "fails before" });
    for (const wait of [0, 20 * 60_000]) {
      await world.clock.run(world.clock.sleep(wait));
      await turns(world, 1);
    }

    expect(toldOf(world).slice(heard)).toEqual(["acme: nobody sees whether something is put back to job"]);
    const missing = it.steps.map((line) => expect.stringMatching(line));
    expect(world.incident().steps).toEqual({ ...steps, "put-back": expect.objectContaining({ missing }) });
  });

  test("what was begun stays locked until it is proven once more, where something was planted meanwhile", async () => {
    const world = await approvedWorld();
    world.tenant.refusals.createGrant = "throttled";
    await give(world);
    delete world.tenant.refusals.createGrant;
    world.putBack((tenant) => tenant.createGrant(PLANTED));
    await contain(world, world.opened.id);
    await give(world);

    expect(world.tenant.grants.size).toBe(1);
    expect(world.incident().steps.restore).toMatchObject({ outcome: "incomplete" });
    expect(world.tenant.gives(ORDERS.audience)).toBe(false);
  });

  test("what is planted while it is given back has it proven once more first", async () => {
    const world = await approvedWorld();
    const proof = world.incident().steps.prove?.at ?? 0;
    world.putBack((tenant) => tenant.createGrant(PLANTED));
    await turns(world, 1);
    await give(world);
    await turns(world, 5);

    expect(world.incident().restored?.stoppedAt).toBeGreaterThan(proof);
    expect(world.tenant.gives(ORDERS.audience)).toBe(true);
    expect(world.guard.violations).toEqual([]);
  });
});

const TOKEN: TokenFacts = {
  ...{ form: "jwt", issuer: "https://acme.eu.auth0.com/", subject: "job@clients", clientId: "job", scopes: [] },
  ...{
    audience: ["https://orders"],
    grantType: "client-credentials",
    issuedAt: null,
    notBefore: null,
    expiresAt: null,
  },
  ...{ jti: null, kid: "now", sha256: "0".repeat(64), signature: { status: "verified" } },
};
const USERS: TokenFacts = { ...TOKEN, subject: "auth0|1", grantType: null, sha256: "1".repeat(64) };

describe("another report about the same application", () => {
  test("opens another incident once access was given back: it is locked again, and the first one gives nothing", async () => {
    const world = await approvedWorld();
    await give(world);
    await turns(world, 1);
    const later = await report(world, null);

    expect([later.id, later.follows]).toEqual([`${world.opened.id}-2`, [world.opened.id]]);
    // What was given back may have been taken away by people since: what is there now is what it has.
    expect(later.keptBy).toBeUndefined();
    expect(world.incident().followedBy).toBe(later.id);
    expect((await report(world, null)).id).toBe(later.id);

    world.putBack(() => undefined);
    await turns(world, 1);
    expect(world.tenant.gives(ORDERS.audience)).toBe(true);
    await contain(world, later.id);
    await turns(world, 3);

    expect(world.tenant.gives(ORDERS.audience)).toBe(false);
    expect(await readPreservedGrants(world.table, later)).toMatchObject([ORDERS]);
    expect(isContained(world.incident())).toBe(false);
  });

  test("opens another one where it was approved and not given back yet, which keeps what was taken away", async () => {
    const world = await approvedWorld();
    const later = await report(world, null);
    await give(world);
    await turns(world, 2);
    await contain(world, later.id);

    expect(later.id).toBe(`${world.opened.id}-2`);
    expect(world.tenant.gives(ORDERS.audience)).toBe(false);
    expect(world.incident().steps.restore).toMatchObject({ outcome: "incomplete" });
    expect(await readPreservedGrants(world.table, later)).toMatchObject([ORDERS]);
  });

  test("opens another one where a person has ended the first: nobody watches that any more", async () => {
    const world = await createWorld({ grants: [ORDERS] });
    await world.clock.run(respond(world));
    await endIncident(world.table, world.opened.id, { at: world.clock.now(), by: "sam", reason: "a false alarm" });
    const later = await report(world, null);

    expect([later.id, later.ended]).toEqual([`${world.opened.id}-2`, undefined]);
    expect(await readPreservedGrants(world.table, later)).toMatchObject([ORDERS]);
    await expect(report(world, null, world.opened.id)).rejects.toThrow("was ended by a person");
  });

  test("decides in place of one that a person has ended: who asked that one has nobody to decide", async () => {
    const world = await createWorld({ grants: [ORDERS] });
    await world.clock.run(respond(world));
    const second = await report(world, TOKEN);
    await endIncident(world.table, second.id, { at: world.clock.now(), by: "sam", reason: "the same one" });
    const third = await report(world, null);

    expect(third.id).toBe(`${world.opened.id}-3`);
    expect((await laterOnes(world.table, world.incident())).map(({ id }) => id)).toEqual([second.id, third.id]);
  });

  test("that a person ends leaves it to the first one: what was given back by then stays, what is planted does not", async () => {
    const world = await createWorld({ grants: [ORDERS] });
    await world.clock.run(replaced(world));
    const { id } = await report(world, TOKEN);
    await contain(world, id);
    const proven = { at: world.clock.now(), outcome: "done", message: "It gets no token." } as const;
    const ready = await changeIncident(world.table, id, ({ steps, ...known }) => ({
      ...known,
      steps: { ...steps, rotate: proven, prove: proven },
    }));
    await world.clock.run(approve(world, "restore", ready));
    world.tenant.refusals.setGrantTypes = "throttled";
    await world.clock.run(world.run("give", (parts) => giveBack(ready, parts)));
    delete world.tenant.refusals.setGrantTypes;
    await endIncident(world.table, id, { at: world.clock.now(), by: "sam", reason: "the same one" });
    world.putBack((tenant) => tenant.createGrant(PLANTED));
    await turns(world, 2);

    expect([...world.tenant.grants.values()].map(({ audience }) => audience)).toEqual([ORDERS.audience]);
    expect(world.incident().steps.contain?.outcome).toBe("done");
  });

  test("is the same incident while that contains it", async () => {
    const world = await createWorld({ grants: [ORDERS] });
    await world.clock.run(respond(world));

    expect((await report(world, null)).id).toBe(world.opened.id);
    expect((await report(world, null, "repo")).id).toBe("repo");
  });

  test("opens another one for a token with more reach, and one that closes takes over from a user's token", async () => {
    const world = await createWorld({ grants: [ORDERS] });
    await world.clock.run(respond(world));
    const token = await report(world, TOKEN);
    const user = await report(world, USERS);

    expect([token.id, user.id]).toEqual([`${world.opened.id}-2`, `${world.opened.id}-3`]);
    expect(world.incident().followedBy).toBe(token.id);
    expect(await laterOnes(world.table, await readIncident(world.table, token.id))).toEqual([]);
    expect((await report(world, null)).id).toBe(token.id);
    expect((await report(world, USERS)).id).toBe(user.id);
  });

  test("of a secret is never swallowed by an incident about a user's token", async () => {
    const table = (await createWorld({})).table;
    const facts = { tenant: "acme", clientId: "other", drill: false, reason: "r", openedBy: "sam", leakedSince: null };
    const first = await openIncident(table, { ...facts, openedAt: 1, token: USERS });
    const second = await openIncident(table, { ...facts, openedAt: 2, token: null });
    const named = openIncident(table, { ...facts, openedAt: 3, token: null, name: first.id });

    expect(second.id).not.toBe(first.id);
    expect((await readIncident(table, first.id)).followedBy).toBe(second.id);
    await expect(named).rejects.toThrow("something else that leaked");
  });

  const HOUR = 3_600_000;
  const FAR = Date.UTC(2100, 0);
  const OTHER_API = { ...TOKEN, audience: ["https://stock"], issuedAt: 1 };
  const OPENED = { reason: "It was in a public repository.", openedBy: "dana" };
  test.each([
    { title: "by somebody else", what: {}, isOther: true },
    { title: "again by the same person, who looks how it stands", what: OPENED, isOther: false },
    { title: "by the same person, since later", what: { ...OPENED, leakedSince: FAR }, isOther: true },
    { title: "by the same person six hours later", after: 6 * HOUR, what: OPENED, isOther: true },
    { title: "of a token from before", what: { token: { ...TOKEN, issuedAt: 1, expiresAt: 2 } }, isOther: false },
    {
      title: "of a token from before, for another API",
      what: { token: { ...OTHER_API, expiresAt: 2 } },
      isOther: true,
    },
    { title: "of a token from after", what: { token: { ...TOKEN, issuedAt: FAR, expiresAt: 2 } }, isOther: true },
  ])(
    "$title, after what leaked was replaced: may be the new credential: $isOther",
    async ({ after, what, isOther }) => {
      const world = await createWorld({ grants: [ORDERS] });
      await world.clock.run(replaced(world));
      const api = { audience: ORDERS.audience, until: FAR } as ExposureWindow["apis"][number];
      const window: ExposureWindow = { apis: [api], others: 0, tokenUntil: null, state: "closes", at: FAR };
      await changeIncident(world.table, world.opened.id, (known) => ({ ...known, window }));
      const { tenant, clientId, id } = world.opened;
      const facts = {
        tenant,
        clientId,
        drill: false,
        reason: "once more",
        openedBy: "sam",
        leakedSince: null,
        token: null,
      };
      await preserve(world.table, { id }, "stored-version", "leaked");
      const later = await openIncident(world.table, { ...facts, openedAt: world.clock.now() + (after ?? 0), ...what });

      expect(later.id).toBe(isOther ? `${id}-2` : id);
      expect(world.incident().followedBy).toBe(isOther ? later.id : undefined);
      // What a person has to replace now is what they put in place of the first one.
      expect(await readPreserved(world.table, later, "stored-version")).toBe(isOther ? undefined : "leaked");
      expect(later.steps.rotate === undefined).toBe(isOther);
    },
  );

  test("that names the key that leaked goes on with the incident: it is detached, and that is proven again", async () => {
    const client = { attachedKeys: ["cred_1", "cred_2"], tokenEndpointAuthMethod: undefined };
    const world = await createWorld({ grants: [ORDERS], client });
    await world.clock.run(respond(world));
    expect(isContained(world.incident())).toBe(true);

    const same = await report(world, null, undefined, "old");
    expect([same.id, same.leak]).toEqual([world.opened.id, null]);
    expect(notDone(same)).toEqual([
      expect.stringMatching(/^The key old was named since the last look.* within seconds/),
    ]);
    await turns(world, 3);

    expect(world.incident().leak).toMatchObject({
      kind: "registered-key",
      levers: expect.arrayContaining(["detach-key"]),
    });
    expect(world.tenant.client?.attachedKeys).toEqual(["cred_2"]);
    expect(isContained(world.incident())).toBe(true);
  });
});
