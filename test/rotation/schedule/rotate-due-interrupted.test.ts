import { describe, expect, it } from "vitest";
import { rotationAlerts } from "../../../lib/rotation/news/rotation-alerts.ts";
import { rotateDue } from "../../../lib/rotation/schedule/rotate-due.ts";
import { arnOf, type Company } from "../company.ts";
import { recordOf } from "../world/curfew.ts";
import { prepareKeys } from "../world/keys.ts";
import { announcedWorld, stepsUpTo, withTenant } from "../world/one-step.ts";
import { DAY, later, morning, names, old, RUN } from "./morning.ts";

const KEYS = prepareKeys(1);

describe("a version that a run finishes itself", () => {
  it("is seen out, so that an old credential which is still accepted is told by that run", async () => {
    const { world, version } = await announcedWorld({ kind: "client-secret", propagation: "at once", keys: KEYS });
    await stepsUpTo(world, "setSecret", version);
    world.clock.pass(DAY);
    const accepting = withTenant(() => ({ probe: async () => ({ answer: "accepted" }) }));
    const { settings, target, vault } = world;

    const ending = await world.clock.run(
      world.run("rotate-due", 900_000, ({ killedAt }, parts) =>
        rotateDue(
          { run: RUN, tenants: [target.tenant] },
          {
            rotation: accepting(parts),
            service: { startRotation: () => Promise.reject(new Error("Nothing is due.")) },
            credentials: [{ ...settings, secret: vault.secret.name, maxAge: 1e9, hasRotator: true }],
            limits: { maxPerRun: 5, maxPercentPerRun: 100 },
            timezone: "UTC",
            deadline: killedAt - 10_000,
            onFailure: () => undefined,
          },
        ),
      ),
    );

    expect(ending).toMatchObject({ ended: "done", value: { finished: 1 } });
    const record = recordOf(world);
    expect(record?.promoted?.version).toBe(version);
    const alerts = record
      ? rotationAlerts([{ tenant: target.tenant, record, isTended: true }], { owners: new Map() }, world.clock.now())
      : [];
    expect(alerts.map(({ title }) => title)).toEqual([expect.stringContaining("is still accepted")]);
  });
});

describe("a run with little time", () => {
  it("begins each day with another credential, so that none of a tenant is never looked at", async () => {
    const world = await morning(["1", "2", "3", "4"].map((clientId) => old("a", clientId, 5)));
    const isLookedAt = (clientId: string) =>
      world.table.peek({ partition: `SECRET#${arnOf(`apps/a/${clientId}`)}`, sort: "TARGET" }) !== undefined;
    world.onCall = () => void world.clock.pass(5_000); // after the reading there is time for one

    for (let days = 0; days < 30; days++) {
      await world.audited(later(days), world.tenants);
      await world.rotate(later(days), world.tenants, { deadline: world.clock.now() + 60_000 });
    }

    expect(["1", "2", "3", "4"].filter(isLookedAt)).toEqual(["1", "2", "3", "4"]);
  });
});

describe("a run that dies anywhere and is tried again", () => {
  it("begins nothing twice, and no more than it may", async () => {
    const credentials = [
      old("a", "1", 99),
      old("a", "2", 98),
      old("b", "1", 97),
      old("c", "1", 96, { fate: "fails" }),
      old("c", "2", 95),
    ];
    let deaths = 0;
    for (let calls = 1; ; calls++) {
      const world = await morning(credentials);
      const limits = { maxPerRun: 3, maxPercentPerRun: 100 };
      const died = await dieAfter(world, calls, limits);
      if (!died) break;
      deaths += 1;
      await world.clock.run(world.clock.sleep(20_000));
      await world.rotate(RUN, world.tenants, { limits });
      const versions = world.begun.map(({ version }) => version);

      expect(new Set(versions).size).toBe(versions.length);
      expect(names(world).sort(), `died after ${calls} calls`).toEqual(["a 1", "a 2", "b 1"]);
    }
    console.info(`rotate due: ${deaths} deaths, nothing begun twice`);
    expect(deaths).toBeGreaterThan(50);
  });

  async function dieAfter(
    world: Company & { tenants: string[] },
    calls: number,
    limits: { maxPerRun: number; maxPercentPerRun: number },
  ) {
    let left = calls;
    world.onCall = () => {
      left -= 1;
      if (left < 0) throw new Error("The process was killed.");
    };
    try {
      await world.rotate(RUN, world.tenants, { limits });
      return false;
    } catch {
      return true;
    } finally {
      world.onCall = () => undefined;
    }
  }
});
