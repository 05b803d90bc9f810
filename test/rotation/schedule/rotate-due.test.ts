import { describe, expect, it } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { announced } from "../../../lib/rotation/schedule/due.ts";
import { versionOf } from "../../../lib/rotation/schedule/order-of-run.ts";
import { HELD, known, NOW } from "../../support/rotations.ts";
import { arnOf, company } from "../company.ts";
import { DAY, later, morning, names, old, RUN } from "./morning.ts";

const AGE = { source: "vault-version", isAtLeast: false } as const;

describe("a run", () => {
  it("rotates what is due, waits until the old one is proven dead, and counts", async () => {
    const world = await morning([old("a", "due", 100), old("a", "young", 10), old("a", "off", 300, { rotate: "off" })]);

    const result = await world.rotate(RUN, world.tenants);

    expect(names(world)).toEqual(["a due"]);
    expect(result).toMatchObject({ proven: 1, failed: 0, waiting: 0, held: 0 });
    expect(world.recordOf("a", "due")?.order).toEqual({
      version: versionOf(RUN, "a", "due"),
      by: "schedule",
      at: NOW,
      orderedAt: NOW,
    });
    expect(versionOf(RUN, "a", "due")).toMatch(/^[0-9a-f]{64}$/); // Secrets Manager takes 32 to 64 characters
  });

  it("rotates the oldest, as many as it may of all, and leaves the rest to the next", async () => {
    const credentials = [91, 95, 99, 93, 97].map((days) => old(`t${days}`, "c", days));
    const world = await morning(credentials);

    const result = await world.rotate(RUN, world.tenants, { limits: { maxPerRun: 5, maxPercentPerRun: 40 } });

    expect(names(world).sort()).toEqual(["t97 c", "t99 c"]);
    expect(result).toMatchObject({ proven: 2, waiting: 3 });
  });

  it("rotates tenants side by side, and in a tenant one after the other", async () => {
    const world = await morning([old("a", "1", 99), old("a", "2", 98), old("b", "1", 97), old("b", "2", 96)]);

    await world.rotate(RUN, world.tenants);

    const ofTenant = (tenant: string) => world.begun.filter((one) => one.tenant === tenant);
    for (const tenant of ["a", "b"]) {
      const [first, second] = ofTenant(tenant);
      expect(second?.from).toBeGreaterThanOrEqual(first?.to ?? Number.POSITIVE_INFINITY);
    }
    expect(ofTenant("b")[0]?.from).toBeLessThan(ofTenant("a")[0]?.to ?? 0);
  });

  it("begins none that it could not see to its end", async () => {
    const world = await morning(["1", "2", "3"].map((clientId) => old("a", clientId, 99)));

    const result = await world.rotate(RUN, world.tenants, { deadline: NOW + 400_000 });

    expect(result).toMatchObject({ proven: 2, waiting: 1 });
  });

  it("is about its own tenants alone, with the limits of all", async () => {
    const world = await morning([old("a", "1", 99), old("b", "1", 98), old("b", "2", 97), old("b", "3", 96)]);

    await world.rotate(RUN, ["b"], { limits: { maxPerRun: 5, maxPercentPerRun: 50 } });

    expect(names(world)).toEqual(["b 1", "b 2"]);
  });
});

it.each([
  ["what hangs takes the place of one that the run may begin, although it fails", undefined, []],
  ["what is held takes none", HELD, ["b 1"]],
])("%s", async (_, held, begun) => {
  const world = await morning([old("a", "1", 5), old("b", "1", 99)]);
  const underWay = { version: "hanging", startedAt: NOW - 2 * DAY, setAt: NOW - 2 * DAY };
  await world.change("a", "1", { underWay, failures: 1, ...(held ? { held } : {}) });

  await world.rotate(RUN, world.tenants, { limits: { maxPerRun: 1, maxPercentPerRun: 100 } });

  expect(world.failures).toHaveLength(1);
  expect(names(world)).toEqual(begun);
});

it("replaces what people went back to a week after a run first saw it, and announces that; once more, the same", async () => {
  const world = await morning([old("a", "1", 93)]);
  const promoted = { version: "left", at: NOW - 2 * DAY };
  await world.change("a", "1", { promoted, wentBack: { to: "another", seenAt: NOW - 30 * DAY } });
  const stored = { id: "stored", at: NOW - 93 * DAY, run: `${new Date(NOW).toISOString()}#` };
  const days: string[] = [];

  for (let day = 0; world.begun.length === 0 && day < 10; day++) {
    const run = day === 0 ? RUN : later(day);
    await world.clock.run(world.clock.sleep(Date.parse(run.startedAt) - world.clock.now()));
    await world.audited(run, world.tenants);
    await world.rotate(run, world.tenants);
    const credential = known({ rotation: world.recordOf("a", "1"), stored, age: { ...AGE, since: NOW - 93 * DAY } });
    days.push(...announced([credential], world.clock.now()).map(({ mark }) => `${day}: ${mark}`));
  }

  expect(days).toEqual(["0: 7", "1: 7", "2: 7", "3: 7", "4: 7", "5: 7", "6: 1", "7: 1"]);
  expect(world.begun.map(({ from }) => from > NOW + 7 * DAY)).toEqual([true]);
  const forward = { id: world.begun[0]?.version ?? "", at: NOW, run: `${later(9).startedAt}#` };
  await world.table.put(
    { partition: "TENANT#a", sort: "CREDENTIAL#1" },
    { clientId: "1", seen: { first: 0 }, vaultVersion: forward },
  );
  await world.audited(later(9), world.tenants);
  await world.rotate(later(9), world.tenants);
  expect(world.recordOf("a", "1")?.wentBack).toBeUndefined();
});

it.each([
  ["what people went back to, however late", { id: "former", at: NOW - 100 * DAY }, NOW],
  [
    "nothing where the promoted version is current, which was made before",
    { id: "new", at: NOW - 61 * DAY },
    undefined,
  ],
])("notes %s", async (_, stored, seenAt) => {
  const world = await morning([old("a", "1", 93)]);
  const seen = {
    clientId: "1",
    seen: { first: 0 },
    vaultVersion: { ...stored, run: `${new Date(NOW).toISOString()}#` },
  };
  await world.table.put({ partition: "TENANT#a", sort: "CREDENTIAL#1" }, seen);
  await world.change("a", "1", { promoted: { version: "new", at: NOW - 60 * DAY } });

  await world.rotate(RUN, world.tenants);

  expect(world.recordOf("a", "1")?.wentBack).toEqual(seenAt && { to: "former", seenAt });
  expect(names(world)).toEqual([]);
});

it.each([
  ["forgets", NOW - 1, undefined],
  ["keeps", NOW, { to: "former", seenAt: NOW }],
])("%s what people went back to, where the vault was read after that or before", async (_, seenAt, kept) => {
  const world = await morning([old("a", "1", 93)]);
  const vaultVersion = { id: "new", at: NOW - 61 * DAY, run: `${new Date(NOW).toISOString()}#` };
  const seen = { clientId: "1", seen: { first: 0 }, vaultVersion };
  await world.table.put({ partition: "TENANT#a", sort: "CREDENTIAL#1" }, seen);
  await world.change("a", "1", {
    promoted: { version: "new", at: NOW - 60 * DAY },
    wentBack: { to: "former", seenAt },
  });

  await world.rotate(RUN, world.tenants);

  expect(world.recordOf("a", "1")?.wentBack).toEqual(kept);
});

it("a run that is tried again rotates what it gave up before it died", async () => {
  const world = await morning([old("a", "1", 99)]);
  const order = {
    version: "given-up",
    by: "schedule" as const,
    at: Date.parse(RUN.startedAt),
    orderedAt: NOW - 60_000,
  };
  await world.change("a", "1", { order });

  expect(await world.rotate(RUN, world.tenants)).toMatchObject({ busy: 0, proven: 1 });
});

describe("nothing is begun", () => {
  it("in a tenant that could not be audited, or of which the run knows nothing", async () => {
    const world = await company([old("failed", "1", 99), old("lost", "1", 99), old("fine", "1", 99)]);
    await world.audited(RUN, ["failed"], "failed");
    await world.audited(RUN, ["fine"]);

    const result = await world.rotate(RUN, ["failed", "lost", "fine"]);

    expect(names(world)).toEqual(["fine 1"]);
    expect(result.waiting).toBe(2);
  });

  it("in a tenant where something has failed, on that day", async () => {
    const world = await morning([old("a", "1", 99, { fate: "fails" }), old("a", "2", 98), old("b", "1", 97)]);

    const result = await world.rotate(RUN, world.tenants);
    await world.audited(later(0.5), world.tenants);
    await world.clock.run(world.clock.sleep(DAY / 2));
    await world.rotate(later(0.5), world.tenants);
    expect(names(world)).toEqual(["a 1", "b 1"]);
    expect(result).toMatchObject({ failed: 1, proven: 1, waiting: 1 });

    await world.clock.run(world.clock.sleep(DAY / 2));
    await world.audited(later(1), world.tenants);
    await world.rotate(later(1), world.tenants);
    expect(names(world).slice(2)).toEqual(["a 2", "a 1"]); // the oldest again, and it fails again, after the other
  });

  it("after one of which nothing is heard any more", async () => {
    const world = await morning([old("a", "1", 99, { fate: "is never heard of" }), old("a", "2", 98)]);

    expect(await world.rotate(RUN, world.tenants)).toMatchObject({ unfinished: 1, waiting: 1 });
    expect(names(world)).toEqual(["a 1"]);
  });

  it("of what is held", async () => {
    const world = await morning([old("a", "1", 99), old("a", "2", 98)]);
    await world.change("a", "1", { held: { since: NOW - DAY, refusal: null, message: "It failed." } });

    expect(await world.rotate(RUN, world.tenants)).toMatchObject({ held: 1, proven: 1 });
    expect(names(world)).toEqual(["a 2"]);
  });

  it("in a tenant where something was held on that day", async () => {
    const world = await morning([old("a", "1", 99), old("a", "2", 98)]);
    const at = NOW - DAY / 48;
    const refused = { code: "rotation-refused", refusal: "hs256-client", message: "HS256." } as const;
    const lastFailure = { version: "v1", step: "createSecret" as const, at, ...refused };
    await world.change("a", "1", { lastFailure, held: { since: at, refusal: "hs256-client", message: "HS256." } });

    expect(await world.rotate(RUN, world.tenants)).toMatchObject({ held: 1, waiting: 1 });
    expect(world.begun).toEqual([]);
  });

  it("for what is held since an earlier day and fails again; the others of its tenant are rotated", async () => {
    const world = await morning([old("a", "1", 99), old("a", "2", 98)]);
    const at = NOW - 2 * DAY;
    await world.change("a", "1", {
      order: { version: "hanging", by: "schedule", at },
      underWay: { version: "hanging", startedAt: at, setAt: at },
      failures: 3,
      held: { since: NOW - DAY, refusal: null, message: "It failed." },
    });
    const secret = world.secrets.get("apps/a/1");
    const versions = new Map([...(secret?.versions ?? []), ["hanging", ["AWSPENDING"]]] as const);
    if (secret) world.secrets.set("apps/a/1", { ...secret, versions });

    expect(await world.rotate(RUN, world.tenants)).toMatchObject({ busy: 1, proven: 1, waiting: 0 });

    expect(world.recordOf("a", "1")?.lastFailure?.at).toBeGreaterThanOrEqual(NOW);
    expect(names(world)).toEqual(["a 2"]);
  });

  it("for one whose rotation is switched off, and that nothing holds; the others of its tenant are rotated", async () => {
    const world = await morning([old("a", "1", 99), old("a", "2", 98)]);
    const secret = world.secrets.get("apps/a/1");
    const versions = new Map([...(secret?.versions ?? []), ["empty".padEnd(32, "-"), ["AWSPENDING"]]] as const);
    if (secret) world.secrets.set("apps/a/1", { ...secret, rotationEnabled: false, versions });

    expect(await world.rotate(RUN, world.tenants)).toMatchObject({ proven: 1, failed: 0, held: 0 });

    expect(names(world)).toEqual(["a 2"]);
    expect(world.recordOf("a", "1")?.lastFailure?.refusal).toBe("rotation-disabled");
    expect(world.recordOf("a", "1")?.held).toBeUndefined();
  });

  describe("as ever where an aftercare fails as well", () => {
    async function withFailingAftercare() {
      const world = await morning([old("a", "1", 99), old("a", "2", 98)]);
      const care = { current: "old", old: "older", recordedAt: 1, promotedAt: 1, from: 1, lastWriteAt: 1, answers: [] };
      await world.change("a", "1", { promoted: { version: "old", at: 1 }, aftercare: [care] });
      world.secrets.values = () => {
        throw new CurfewError("vault-failed", "No answer.", { retryable: true });
      };
      return world;
    }

    it("in a tenant where something was held on that day", async () => {
      const world = await withFailingAftercare();
      const refused = { code: "rotation-refused", refusal: "hs256-client", message: "HS256." } as const;
      const lastFailure = { version: "v1", step: "createSecret" as const, at: NOW - DAY / 48, ...refused };
      await world.change("a", "1", { lastFailure, held: { ...refused, since: NOW - DAY / 48 } });

      expect(await world.rotate(RUN, world.tenants)).toMatchObject({ held: 1, waiting: 1 });
      expect(world.begun).toEqual([]);
      expect(world.recordOf("a", "1")).toMatchObject({
        lastFailure,
        aftercare: [{ failure: { message: "No answer." } }],
      });
    });

    it("after one whose rotation is switched off: the next day it comes after the others", async () => {
      const world = await withFailingAftercare();
      const secret = world.secrets.get("apps/a/1");
      if (secret) world.secrets.set("apps/a/1", { ...secret, rotationEnabled: false });

      for (const days of [0, 1]) {
        await world.audited(later(days), world.tenants);
        await world.rotate(later(days), world.tenants);
        await world.clock.run(world.clock.sleep(DAY));
      }

      expect(names(world)).toEqual(["a 2"]);
    });
  });

  it("of what a person has ordered a moment ago, whose order stays", async () => {
    const world = await morning([old("a", "1", 99)]);
    const order = { version: "by-hand", by: "person" as const, at: NOW - 60_000, overwrite: true as const };
    await world.change("a", "1", { order });

    expect(await world.rotate(RUN, world.tenants)).toMatchObject({ busy: 1, proven: 0 });
    expect(world.begun).toEqual([]);
    expect(world.recordOf("a", "1")?.order).toEqual(order);
  });

  it("in a tenant in which somebody is at work on another credential", async () => {
    const world = await morning([old("a", "1", 99), old("a", "2", 98), old("b", "1", 97)]);
    await world.change("a", "2", { order: { version: "by-hand", by: "person", at: NOW - 60_000 } });

    expect(await world.rotate(RUN, world.tenants)).toMatchObject({ busy: 1, proven: 1, waiting: 1 });
    expect(names(world)).toEqual(["b 1"]);
  });

  it("in a tenant in which somebody holds a credential of which only aftercare is left", async () => {
    const world = await morning([old("a", "1", 99, { kind: "private-key" }), old("a", "2", 98), old("b", "1", 97)]);
    const at = NOW - DAY;
    const care = { current: "v1", old: "v0", recordedAt: at, promotedAt: at, from: at, lastWriteAt: at, answers: [] };
    await world.change("a", "1", { promoted: { version: "v1", at }, aftercare: [care] });
    const key = { partition: "TENANT#a", sort: "LEASE#1" };
    await world.table.put(key, { owner: "an incident", writer: 1, processes: [{ id: 1, until: NOW + DAY }] });

    await world.rotate(RUN, world.tenants);

    expect(names(world)).toEqual(["b 1"]);
  });

  it("of what another run has ordered a moment ago, however long ago that run began", async () => {
    const world = await morning([old("a", "1", 99)]);
    const order = { version: "other", by: "schedule" as const, at: NOW - DAY / 4, orderedAt: NOW - 60_000 };
    await world.change("a", "1", { order });

    expect(await world.rotate(RUN, world.tenants)).toMatchObject({ busy: 1, proven: 0 });
    expect(world.recordOf("a", "1")?.order).toEqual(order);
  });

  it("of what hangs and could not be finished, whoever ordered it: on the third day it is held", async () => {
    const world = await morning([old("a", "1", 99)]);
    const order = { version: "by-hand", by: "person" as const, at: NOW - DAY, overwrite: true as const };
    await world.change("a", "1", { order });
    const secret = world.secrets.get("apps/a/1");
    const versions = new Map([...(secret?.versions ?? []), ["by-hand", ["AWSPENDING"]]] as const);
    if (secret) world.secrets.set("apps/a/1", { ...secret, versions });

    const asked = { by: "person", at: order.at };
    for (const days of [0, 1, 2, 3]) {
      await world.audited(later(days), world.tenants);
      await world.rotate(later(days), world.tenants);
      expect(world.recordOf("a", "1")?.order).toMatchObject({ version: "by-hand", by: "schedule", asked });
      await world.clock.run(world.clock.sleep(DAY));
    }

    expect(world.failures).toHaveLength(3);
    expect(world.begun).toEqual([]);
    expect(world.recordOf("a", "1")).toMatchObject({ failures: 3, held: { since: expect.any(Number) } });
  });

  it.each([
    { rotate: "off" as const, by: "person" },
    { rotate: "auto" as const, by: "schedule" },
  ])("in the name of a person whose order was refused: rotate $rotate, ordered by $by", async ({ rotate, by }) => {
    const world = await morning([old("a", "1", 10, { rotate })]);
    const order = { version: "by-hand", by: "person" as const, at: NOW - DAY };
    const refused = { code: "rotation-refused", refusal: "hs256-client", message: "HS256." } as const;
    const lastFailure = { version: "by-hand", step: "createSecret" as const, at: NOW - DAY, ...refused };
    await world.change("a", "1", { order, lastFailure });
    const secret = world.secrets.get("apps/a/1");
    const versions = new Map([...(secret?.versions ?? []), ["by-hand", ["AWSPENDING"]]] as const);
    if (secret) world.secrets.set("apps/a/1", { ...secret, versions });

    const result = await world.rotate(RUN, world.tenants);

    expect(result.busy).toBe(rotate === "off" ? 1 : 0);
    expect(world.recordOf("a", "1")?.order).toMatchObject({ version: "by-hand", by });
  });

  it.each([
    ["whose rotation somebody switched off", { rotationEnabled: false }],
    ["that another function rotates", { rotationFunction: "arn:aws:lambda:eu-central-1:111122223333:function:other" }],
  ])("of a secret %s; that is a failure on record", async (_, changed) => {
    const world = await morning([old("a", "1", 99)]);
    const secret = world.secrets.get("apps/a/1");
    if (secret) world.secrets.set("apps/a/1", { ...secret, ...changed });

    expect(await world.rotate(RUN, world.tenants)).toMatchObject({ failed: 1 });

    expect(world.begun).toEqual([]);
    expect(world.recordOf("a", "1")?.lastFailure).toMatchObject({ refusal: "rotation-disabled" });
    expect(world.failures.map(({ code }) => code)).toEqual(["rotation-refused"]);
  });

  it("of a secret that is not there: three runs later it is held, so that somebody hears of it", async () => {
    const world = await morning([old("a", "1", 99)]);
    world.secrets.clear();

    for (const days of [0, 1, 2]) {
      await world.audited(later(days), world.tenants);
      expect(await world.rotate(later(days), world.tenants)).toMatchObject({ failed: 1 });
      await world.clock.run(world.clock.sleep(DAY));
    }

    expect(world.recordOf("a", "1")).toMatchObject({ failures: 3, held: { message: "There is no secret apps/a/1." } });
  });

  it("of a secret that belongs to another client; that one is held, and the others are rotated", async () => {
    const world = await morning([old("a", "1", 99), old("b", "2", 98)]);
    const arn = arnOf("apps/a/1");
    const owner = { arn, tenant: "b", clientId: "2", kind: "client-secret", writtenBy: "adopt", at: NOW - DAY };
    await world.table.put({ partition: `SECRET#${arn}`, sort: "TARGET" }, owner);

    await world.rotate(RUN, world.tenants);

    expect(names(world)).toEqual(["b 2"]);
    expect(world.recordOf("a", "1")?.held).toMatchObject({ refusal: "not-configured" });
  });
});
