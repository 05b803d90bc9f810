import { respond, turn } from "../world/curfew.ts";
import { createWorld, type World, type WorldOptions } from "../world/world.ts";

export const ORDERS = { audience: "https://orders", scopes: ["read:orders"] };
export const MEMBERS = { audience: "https://stock", organizationUsage: "require", organizations: ["org_1"] };

/** A world in which the main line is through. */
export async function contained(
  options: WorldOptions,
  prepare: (world: World) => void = () => undefined,
): Promise<World> {
  const world = await createWorld({ grants: [ORDERS], ...options });
  prepare(world);
  await world.clock.run(respond(world));
  return world;
}

export const stepsOf = (world: World) => world.incident().steps;
export const missingOf = (world: World, step: "lock" | "detach-key" | "contain" | "put-back"): readonly string[] => {
  const result = stepsOf(world)[step];
  return result?.outcome === "incomplete" ? result.missing : [];
};
export const toldOf = ({ alerts }: World): string[] => alerts.map(({ title }) => title);
export const turns = (world: World, count: number) =>
  world.clock.run(
    (async () => {
      for (let index = 0; index < count; index++) await turn(world);
    })(),
  );
