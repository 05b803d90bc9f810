import { describe, expect, it } from "vitest";
import type { RunRef } from "../../../lib/findings/ledger/run-record.ts";
import { rotationAlerts } from "../../../lib/rotation/news/rotation-alerts.ts";
import { versionOf } from "../../../lib/rotation/schedule/order-of-run.ts";
import { rotateDue } from "../../../lib/rotation/schedule/rotate-due.ts";
import { NOW } from "../../support/rotations.ts";
import { type Aged, arnOf, type Company, company } from "../company.ts";
import { recordOf } from "../world/curfew.ts";
import { prepareKeys } from "../world/keys.ts";
import { announcedWorld, stepsUpTo, withTenant } from "../world/one-step.ts";

const RUN: RunRef = { id: "run-1", startedAt: "2026-11-25T06:00:00.000Z" };
const DAY = 86_400_000;
const KEYS = prepareKeys(1);
const later = (days: number): RunRef => ({
  id: `run-${days}`,
  startedAt: new Date(NOW + days * DAY).toISOString(),
});

const old = (tenant: string, clientId: string, ageDays: number, parts: Partial<Aged> = {}): Aged => ({
  tenant,
  clientId,
  ageDays,
  ...parts,
});

/** A company whose tenants were all audited in the run. */
async function morning(credentials: readonly Aged[]): Promise<Company & { tenants: string[] }> {
  const tenants = [...new Set(credentials.map(({ tenant }) => tenant))];
  const world = await company(credentials);
  await world.audited(RUN, tenants);
  return Object.assign(world, { tenants });
}

const names = ({ begun }: Company): string[] => begun.map(({ tenant, clientId }) => `${tenant} ${clientId}`);

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
    await world.table.put(key, { owner: "an incident", until: NOW + DAY, formerUntil: 0 });

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
