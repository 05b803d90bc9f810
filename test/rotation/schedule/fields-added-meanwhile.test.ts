import { describe, expect, it } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { rotationTroubles } from "../../../lib/rotation/credentials/rotation-troubles.ts";
import { takeLease } from "../../../lib/rotation/lease.ts";
import { orderRotation } from "../../../lib/rotation/ledger/ledger.ts";
import type { RotationRecord, RotationStep } from "../../../lib/rotation/ledger/rotation-record.ts";
import { rotationAlerts } from "../../../lib/rotation/news/rotation-alerts.ts";
import type { RotationParts } from "../../../lib/rotation/parts.ts";
import { CURRENT, PENDING } from "../../../lib/rotation/ports.ts";
import { DAY, KEY, orderedBy, SECRET } from "../steps/a-step.ts";
import { nextMorning, recordOf, rotateByHand, rotateDue, serveRotation } from "../world/curfew.ts";
import { announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { credentialOf } from "../world/payload.ts";
import type { World } from "../world/world.ts";

describe.each(["client-secret", "private-key"] as const)("what a person stores meanwhile beside the %s", (kind) => {
  /** The rotation comes so far; then the person adds a field to what is current, and an audit comes. */
  async function extended(
    last: RotationStep,
    besides: (world: World, version: string) => unknown = () => {},
    then: (world: World, version: string) => Promise<unknown> = (world) => rotateDue(world, true),
  ): Promise<{ world: World; version: string; theirs: string }> {
    const { world, version } = await announcedWorld(kind === "client-secret" ? SECRET : KEY);
    await stepsUpTo(world, last, version);
    const theirs = world.newVersion();
    world.vault.putByHand(theirs, JSON.stringify({ ...fieldsOf(world), apiUrl: "https://canary.example" }));
    await besides(world, version);
    world.clock.pass(DAY);
    await world.clock.run(then(world, version));
    return { world, version, theirs };
  }

  const fieldsOf = ({ vault }: World) => JSON.parse(vault.read(CURRENT) ?? "") as Record<string, unknown>;
  const alertsOf = (world: World) => {
    const rotations = [{ tenant: "acme-prod", record: recordOf(world) as RotationRecord, isTended: true }];
    return rotationAlerts(rotations, { owners: new Map() }, world.clock.now());
  };

  const FAILED = ["acme-prod: the rotation of jkl came to nothing: other fields of the secret were changed meanwhile"];
  const titlesOf = (world: World) => alertsOf(world).map(({ title }) => title);

  it("is kept: a version that Auth0 was not told of is dropped, people hear of it, and the next audit rotates", async () => {
    const { world, version, theirs } = await extended("createSecret");

    expect(world.vault.labelled(PENDING)).toBeUndefined();
    expect(world.vault.labelled(CURRENT)).toBe(theirs);
    expect(titlesOf(world)).toEqual(FAILED);
    expect(JSON.stringify([alertsOf(world), recordOf(world)])).not.toContain("canary");
    await world.clock.run(nextMorning(world));
    await world.clock.run(rotateDue(world, true));

    expect(fieldsOf(world)).toHaveProperty("apiUrl");
    expect(recordOf(world)?.promoted?.version).toBe(world.vault.labelled(CURRENT));
    expect(recordOf(world)?.promoted?.version).not.toBe(version);
    expect(alertsOf(world)).toEqual([]);
    expect(world.guard.violations).toEqual([]);
  });

  it.each<[string, (world: World, version: string) => Promise<unknown>]>([
    ["the next audit", (world) => rotateDue(world, false)],
    ["a person", (world) => rotateByHand(world)],
    ["a person who overwrites", (world) => rotateByHand(world, true)],
    ["Secrets Manager's own repetition", serveRotation],
  ])("is kept also where a person asked for the version and no audit may ask, and %s comes first", async (_, then) => {
    const { world, version, theirs } = await extended(
      "createSecret",
      async (own, asked) => {
        Object.assign(own.settings, { rotate: "off" });
        await orderedBy(own, asked, "person", { overwrite: true });
      },
      then,
    );
    await world.clock.run(serveRotation(world, version)); // and again, in any case
    await world.clock.run(nextMorning(world));
    await world.clock.run(rotateDue(world, true));

    expect(world.vault.labelled(CURRENT)).toBe(theirs);
    expect(recordOf(world)).toMatchObject({ failures: 0, lastFailure: { version, refusal: "fields-changed" } });
    expect(recordOf(world)).not.toHaveProperty("held");
    expect(titlesOf(world)).toEqual(FAILED);
    expect(await rotationTroubles(world.table, "acme-prod")).toEqual(new Map());
    await world.clock.run(rotateByHand(world));

    expect(recordOf(world)?.promoted?.version).toBe(world.vault.labelled(CURRENT));
    expect(recordOf(world)?.promoted?.version).not.toBe(theirs);
    expect(fieldsOf(world)).toHaveProperty("apiUrl");
    expect(alertsOf(world)).toEqual([]);
    expect(world.guard.violations).toEqual([]);
  });

  it.each<[string, string, (world: World, version: string) => Promise<unknown>]>([
    ["before it is done", "an audit", (world) => rotateDue(world, false)],
    ["before it is done", "Secrets Manager", serveRotation],
    ["after it is done", "Secrets Manager", serveRotation],
  ])(
    "is kept where the call that takes the label away fails, %s: what was recorded stays, and %s takes it away",
    async (when, _, then) => {
      const failing = (parts: RotationParts): RotationParts => ({
        ...parts,
        vault: {
          ...parts.vault,
          dropPending: async (...asked) => {
            if (when === "after it is done") await parts.vault.dropPending(...asked);
            throw new CurfewError("vault-failed", "Secrets Manager failed.", { retryable: true });
          },
        },
      });
      const { world, version } = await extended(
        "createSecret",
        async (own, asked) => {
          Object.assign(own.settings, { rotate: "off" });
          await orderedBy(own, asked, "person");
        },
        async () => {},
      );

      expect(await stepOf(world, "createSecret", version, failing)).toMatchObject({ code: "vault-failed" });

      expect(recordOf(world)).not.toHaveProperty("underWay");
      expect(recordOf(world)).toMatchObject({ failures: 0, lastFailure: { refusal: "fields-changed" } });
      world.clock.pass(DAY);
      await world.clock.run(then(world, version));
      expect(world.vault.labelled(PENDING)).toBeUndefined();
      expect(titlesOf(world)).toEqual(FAILED);
      expect(world.guard.violations).toEqual([]);
    },
  );

  it("is taken back by an incident, which does not wait, and that is said", async () => {
    const { world, version } = await extended("createSecret", async ({ table, target, clock }, leaked) => {
      await orderRotation(table, target, { version: leaked, by: "incident", at: clock.now(), overwrite: true });
    });

    expect(recordOf(world)?.promoted?.version).toBe(version);
    expect(alertsOf(world).map(({ text }) => text)).toEqual([expect.stringContaining("an incident did not wait")]);
  });

  it("drops nothing where another process has gone on with the version meanwhile", async () => {
    const { world, version } = await extended(
      "createSecret",
      () => {},
      async () => {},
    );
    const { table, target, clock } = world;
    const { tenant, clientId } = target;
    const overtaken = withTenant(({ probe }) => ({
      probe: async (...asked) => {
        await takeLease(table, { tenant, clientId, owner: version, until: clock.now() + DAY }, clock);
        return probe(...asked);
      },
    }));

    expect(await stepOf(world, "createSecret", version, overtaken)).toMatchObject({ code: "rotation-busy" });

    expect(recordOf(world)?.underWay).toMatchObject({ version });
    expect(world.vault.labelled(PENDING)).toBe(version);
  });

  // A second key leaves no place, and the version is refused before anything is looked at.
  if (kind === "client-secret") {
    it("is not in a version that a person told Auth0 of, which is not dropped", async () => {
      const { world, version } = await extended("createSecret", ({ client, vault }) =>
        client.setSecret(credentialOf(vault.read(PENDING) ?? ""), "hand"),
      );

      expect(recordOf(world)?.promoted?.version).toBe(version);
      expect(alertsOf(world).map(({ title }) => title)).toEqual([expect.stringContaining("took back")]);
      expect(world.guard.violations).toEqual([]);
    });

    it("is told also where another version is promoted at once after the one that took it back", async () => {
      const { world, version, theirs } = await extended(
        "setSecret",
        ({ guard, vault }) => {
          guard.excuse();
          vault.takePendingAway();
        },
        async (own) => {
          const next = own.newVersion();
          own.vault.announce(next);
          await serveRotation(own, next);
        },
      );

      expect(recordOf(world)?.promoted?.version).not.toBe(version);
      expect(alertsOf(world).map(({ text }) => text)).toEqual([
        expect.stringContaining(`(apiUrl): it is in the version ${theirs}`),
      ]);
    });
  }

  it("is not in a version that Auth0 was told of, and people are told what is missing and where it is", async () => {
    const { world, version, theirs } = await extended("setSecret");

    expect(fieldsOf(world)).not.toHaveProperty("apiUrl");
    expect(recordOf(world)?.promoted?.version).toBe(version);
    const [alert, ...others] = alertsOf(world);
    expect(others).toEqual([]);
    expect(alert?.text).toContain(`(apiUrl): it is in the version ${theirs}`);
    expect(JSON.stringify([alert, recordOf(world)])).not.toContain("canary");
    world.clock.pass(8 * DAY);
    expect(alertsOf(world).map(({ id }) => id)).not.toContain(alert?.id);
  });
});
