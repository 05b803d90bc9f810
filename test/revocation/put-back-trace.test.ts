import { describe, expect, test } from "vitest";
import { documentName } from "../../lib/revocation/contain/documents.ts";
import { lock } from "../../lib/revocation/contain/lock.ts";
import { putBack } from "../../lib/revocation/contain/put-back.ts";
import { type Incident, isContained, stoppedAt } from "../../lib/revocation/incident/incident.ts";
import { recordStep } from "../../lib/revocation/incident/incidents.ts";
import { notDone } from "../../lib/revocation/incident/not-done.ts";
import { respond, turn } from "./world/curfew.ts";
import { approvedWorld, give } from "./world/second-leak.ts";
import { createWorld, type World } from "./world/world.ts";

async function contained(): Promise<World> {
  const world = await createWorld({ grants: [{ audience: "https://orders" }] });
  await world.clock.run(respond(world));
  return world;
}

const toldOf = ({ alerts }: World): string[] => alerts.map(({ title }) => title);
const turns = (world: World, count: number) =>
  world.clock.run(
    (async () => {
      for (let index = 0; index < count; index++) await turn(world);
    })(),
  );

describe("a lock that somebody opens while the table takes nothing", () => {
  test("is laid again at once, people hear of it, and what was proven before is proven anew", async () => {
    const world = await contained();
    const before = stoppedAt(world.incident());
    world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
    world.wire.fail({ call: "table.put*", fault: "fails before" });
    await turns(world, 1);
    expect(world.tenant.client?.grantTypes).toEqual([]);
    expect(toldOf(world).at(-1)).toMatch(/somebody put back what was taken away/);
    world.calm();
    await world.clock.run(world.run("look", async (parts) => putBack(world.incident(), parts)));
    expect(notDone(world.incident())).toEqual([expect.stringMatching(/^client_credentials of job: was there again/)]);
    await turns(world, 2);

    expect(stoppedAt(world.incident())).toBeGreaterThan(before ?? 0);
    expect(isContained(world.incident())).toBe(true);
  });

  test("is told as what it is while Auth0 refuses to close it, before and after the table works again", async () => {
    const world = await contained();
    world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
    world.wire.fail({ call: "table.put*", fault: "fails before" });
    world.tenant.refusals.setGrantTypes = "missing-scope";
    await turns(world, 2);
    world.calm();
    await turns(world, 2);
    const told = (): string[] => toldOf(world).filter((title) => title.includes("put back"));
    expect(told().filter((title) => !title.includes("it is still there"))).toEqual([]);
    expect(told().length).toBeGreaterThan(0);
    delete world.tenant.refusals.setGrantTypes;
    await turns(world, 2);

    expect(told().at(-1)).toMatch(/it is taken away again/);
    expect(isContained(world.incident())).toBe(true);
  });

  test("is not called seen where nobody can read whether there was one", async () => {
    const world = await contained();
    world.wire.fail({ call: "evidence.read", fault: "fails before" });
    await turns(world, 20);

    const { "put-back": look } = world.incident().steps;
    const missing = look?.outcome === "incomplete" ? look.missing : [];
    expect(missing).toEqual([expect.stringMatching(/evidence bucket could not be read/)]);
    expect(toldOf(world).join()).toMatch(/nobody sees whether something is put back to job/);
  });
});

/** What a process leaves that closes something again and dies before it can record that. */
const leaveTrace = (world: World, { steps: { prove } }: Incident, at: number) =>
  world.clock.run(
    world.run("trace", ({ evidence }) => {
      const name = documentName(world.opened, `put-back-${prove?.at ?? 0}.json`);
      const body = Buffer.from(JSON.stringify({ step: "lock", at, what: ["client_credentials of job"] }));
      return evidence.create(name, body, "application/json");
    }),
  );

describe("the trace that is left of something that was put back", () => {
  test("says nothing about a newer proof", async () => {
    const world = await contained();
    const before = world.incident();
    await leaveTrace(world, before, world.clock.now());
    const at = world.clock.now() + 1;
    await recordStep(world.table, before.id, "prove", { at, outcome: "done", message: "It gets no token." });
    await world.clock.run(world.run("look", async (parts) => putBack(before, parts)));

    expect(world.incident().steps.prove).toMatchObject({ outcome: "done", at });
  });

  test.each([
    { title: "before access was given back refutes the proof that this rests on", after: -1, isRefuted: true },
    { title: "since access was given back says nothing about the proof from before", after: 0, isRefuted: false },
  ])("$title", async ({ after, isRefuted }) => {
    const world = await approvedWorld();
    await give(world);
    const { at = 0 } = world.incident().restored ?? {};
    await leaveTrace(world, world.incident(), at + after);
    await turns(world, 1);

    expect(world.incident().restored?.refutedAt !== undefined).toBe(isRefuted);
  });
});

test("a lock that is laid once more by the main line is told as put back, and not as the first one", async () => {
  const world = await contained();
  world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));
  await world.clock.run(world.run("lock", (parts) => lock(world.incident(), parts)));

  expect(toldOf(world).filter((title) => title.includes("is locked"))).toHaveLength(1);
  expect(toldOf(world).at(-1)).toMatch(/taken away again/);
});
