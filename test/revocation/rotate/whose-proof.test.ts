import { expect, it } from "vitest";
import { oldCredential } from "../../../lib/revocation/evidence/old-credential.ts";
import { incidentKey } from "../../../lib/revocation/incident/incident.ts";
import { changeIncident, readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { prove } from "../../../lib/revocation/rotate/prove.ts";
import { rotateLeaked } from "../../../lib/revocation/rotate/rotate-leaked.ts";
import { serveRotation } from "../../rotation/world/curfew.ts";
import { type LeakedWorld, leakedWorld } from "./leaked-world.ts";

/** What replaced the leak leaks, too: another incident replaces it once more. */
async function leaksAgain(world: LeakedWorld) {
  const first = world.incident();
  await world.clock.run(world.clock.sleep(3_600_000));
  const at = world.clock.now();
  const done = { at, outcome: "done" as const, message: "Done." };
  const id = `${first.id}-2`;
  const { replacedAt: _, ...known } = first;
  await world.table.put(incidentKey(id), { ...known, id, openedAt: at, steps: { lock: done, contain: done } });
  await world.step(async (_incident, parts) =>
    prove(await rotateLeaked(await readIncident(parts.table, id), parts), parts),
  );
  return readIncident(world.table, id);
}

/** A rotation on a schedule comes weeks later, while the window is still open. */
async function rotatesOnSchedule(world: LeakedWorld) {
  const version = world.newVersion();
  world.vault.announce(version);
  await world.clock.run(serveRotation(world, version));
  await world.clock.run(world.clock.sleep(3_600_000));
}

/** What the first incident says of what leaked, proven once more. */
async function saidOfFirst(world: LeakedWorld): Promise<[string, string | undefined]> {
  await world.step((incident, parts) => {
    const { prove: _, ...steps } = incident.steps;
    return prove({ ...incident, steps }, parts);
  });
  return [(await oldCredential(world.incident(), world.table)).seen, world.incident().steps.prove?.message];
}

it("that what a later incident replaced is dead says nothing of what leaked before it", async () => {
  const world = await leakedWorld({ isUnmanaged: true });
  await world.step(rotateLeaked);
  const second = await leaksAgain(world);

  expect(second.steps.rotate?.message).toContain("The old one is proven dead.");
  expect((await oldCredential(second, world.table)).seen).toBe("refused");
  expect(await saidOfFirst(world)).toEqual(["not seen", expect.stringContaining("not provable from what is stored")]);
});

it.each([
  ["a later incident", leaksAgain],
  ["a rotation on a schedule", rotatesOnSchedule],
])("what was proven dead once stays so after %s", async (_, later) => {
  const world = await leakedWorld();
  await world.step(rotateLeaked);
  await later(world);

  expect(await saidOfFirst(world)).toEqual(["refused", expect.stringContaining("The old credential is proven dead.")]);
});

it("that the stored one is refused while a later incident replaces it is said with that one", async () => {
  const world = await leakedWorld();
  await world.table.put(incidentKey("the-next"), { ...world.incident(), id: "the-next" });
  await world.step((incident, { table }) =>
    changeIncident(table, incident.id, (known) => ({ ...known, followedBy: "the-next" })),
  );
  world.client.setSecret("another".padEnd(64, "-"), "hand");
  await world.clock.run(world.clock.sleep(120_000));
  await world.step(prove);

  expect(world.incident().steps.prove).toMatchObject({ missing: [expect.stringContaining("the-next goes on")] });
});

it("a drill about an application that is nowhere proves nothing", async () => {
  const lock = { at: 0, outcome: "not-applicable", message: "There is none." } as const;
  const world = await leakedWorld({ incident: { drill: true, steps: { lock } } });
  await world.step(prove);

  expect(world.incident().steps.prove?.outcome).toBe("not-applicable");
});
