import { expect, test } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { setNetworkAcl } from "../../../lib/revocation/contain/network-acl.ts";
import { stepsForPeople } from "../../../lib/revocation/incident/for-people.ts";
import { changeIncident, readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { giveBackByHand } from "../../../lib/revocation/local/by-hand.ts";
import type { IncidentSettings } from "../../../lib/revocation/parts.ts";
import type { ResponderTenant } from "../../../lib/revocation/ports.ts";
import type { World } from "../world/world.ts";
import { contained, stepsOf, toldOf } from "./contained.ts";

const EGRESS = ["203.0.113.7/32"];

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
