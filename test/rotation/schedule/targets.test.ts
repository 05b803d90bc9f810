import { describe, expect, it } from "vitest";
import { NOW } from "../../support/rotations.ts";
import { arnOf } from "../company.ts";
import { DAY, later, morning, names, old, RUN } from "./morning.ts";

describe("a secret's target", () => {
  it("is written for every configured credential, also for those that are never rotated by themselves", async () => {
    const world = await morning([old("a", "1", 5, { rotate: "off", kind: "private-key" })]);

    await world.rotate(RUN, world.tenants);

    expect(world.table.peek({ partition: `SECRET#${arnOf("apps/a/1")}`, sort: "TARGET" })).toEqual({
      arn: arnOf("apps/a/1"),
      tenant: "a",
      clientId: "1",
      kind: "private-key",
      writtenBy: "deploy",
      at: NOW,
    });
  });

  it("is left alone where the tenant has no rotator", async () => {
    const world = await morning([old("a", "1", 99, { hasRotator: false })]);

    expect(await world.rotate(RUN, world.tenants)).toMatchObject({ waiting: 0, failed: 0 });
    expect(world.table.peek({ partition: `SECRET#${arnOf("apps/a/1")}`, sort: "TARGET" })).toBeUndefined();
  });
});

describe("a secret that was made anew under its name while something of the former one was open", () => {
  const FORMER = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:apps/a/1-ZyXwVu";
  const care = { current: "v1", old: "v0", recordedAt: NOW, promotedAt: NOW, from: NOW, lastWriteAt: NOW, answers: [] };

  it("is rotated, and that the old credential cannot be proven dead stays on record", async () => {
    const world = await morning([old("a", "1", 99), old("a", "2", 98)]);
    const underWay = { version: "v2", startedAt: NOW - DAY, setAt: NOW - DAY };
    await world.change("a", "1", { arn: FORMER, aftercare: [care], underWay });

    expect(await world.rotate(RUN, world.tenants)).toMatchObject({ proven: 2, failed: 0 });

    const record = world.recordOf("a", "1");
    expect(record?.arn).toBe(arnOf("apps/a/1"));
    expect(record).not.toHaveProperty("underWay");
    expect(record?.aftercare).toEqual([
      { ...care, givenUpAt: NOW, notProvable: expect.stringContaining("was deleted") },
    ]);
  });

  it("is held, with the reason, where the former one is there under another name, and keeps no other back", async () => {
    const world = await morning([old("a", "1", 99), old("a", "2", 98)]);
    const former = { arn: `${arnOf("apps/former")}`, name: "apps/former", rotationEnabled: true, versions: new Map() };
    world.secrets.set(former.name, former);
    await world.change("a", "1", { arn: former.arn, aftercare: [care] });

    await world.rotate(RUN, world.tenants);
    await world.audited(later(1), world.tenants);
    await world.clock.run(world.clock.sleep(DAY));
    await world.rotate(later(1), world.tenants);

    expect(world.recordOf("a", "1")?.held).toMatchObject({ refusal: "not-configured" });
    expect(names(world)).toEqual(["a 2"]);
  });
});

describe("a secret that cannot be looked at", () => {
  const told = { version: "v2", startedAt: NOW - DAY, setAt: NOW - DAY };

  it.each([
    ["auto", 99],
    ["off", 5],
  ] as const)(
    "is a failed try of what Auth0 was told of, and holds it after three, with rotate: %s",
    async (rotate, age) => {
      const world = await morning([old("a", "1", age, { rotate })]);
      await world.change("a", "1", { underWay: told });
      world.secrets.clear();
      const failed: unknown[] = [];
      for (let day = 0; day < 3; day += 1) {
        await world.audited(later(day), world.tenants);
        await world.rotate(later(day), world.tenants);
        await world.rotate(later(day), world.tenants); // a run that is tried again counts once
        failed.push(world.recordOf("a", "1")?.failures);
        await world.clock.run(world.clock.sleep(DAY));
      }

      expect(failed).toEqual([1, 2, 3]);
      expect(world.recordOf("a", "1")).toMatchObject({
        ...{ underWay: told, order: { version: "v2", by: "schedule" } },
        ...{ lastFailure: { version: "v2", code: "not-found" }, held: { refusal: null } },
      });
    },
  );

  it("is left to whoever is at work, and what nobody was told of is not begun anew", async () => {
    const world = await morning([old("a", "1", 5), old("a", "2", 5, { rotate: "off" })]);
    const order = { version: "v2", by: "person", at: NOW - 60_000 } as const;
    await world.change("a", "1", { underWay: told, order });
    await world.change("a", "2", { underWay: { version: "v2", startedAt: NOW - DAY } });
    world.secrets.clear();

    await world.rotate(RUN, world.tenants);

    expect(world.recordOf("a", "1")).toMatchObject({ failures: 0, order });
    expect(world.recordOf("a", "2")).not.toHaveProperty("lastFailure");
  });
});
