import { describe, expect, it } from "vitest";
import type { DeployedRotation } from "../../bin/rotation/deployed-rotation.ts";
import { orderAndFollow } from "../../bin/rotation/follow-rotation.ts";
import { spoken } from "../../bin/spoken.ts";
import type { Terminal } from "../../bin/terminal.ts";
import { takeLease } from "../../lib/rotation/lease.ts";
import { changeRotation } from "../../lib/rotation/ledger/ledger.ts";
import type { RotationRecord } from "../../lib/rotation/ledger/rotation-record.ts";
import { CURRENT, PENDING, type RotationService } from "../../lib/rotation/ports.ts";
import { recordOf } from "../rotation/world/curfew.ts";
import { prepareKeys } from "../rotation/world/keys.ts";
import { announcedWorld, stepsUpTo } from "../rotation/world/one-step.ts";
import type { World } from "../rotation/world/world.ts";

const nobody = () => Promise.reject(new Error("Nobody should ask for this."));
const service: RotationService = {
  startRotation: nobody,
  enableRotation: nobody,
  createManaged: nobody,
  tagManaged: nobody,
};

/** A rotation that hangs after Auth0 was told, and what finishes it from here. */
async function hanging() {
  const options = { kind: "client-secret", propagation: "at once", keys: await prepareKeys(1) } as const;
  const { world, version } = await announcedWorld(options);
  expect(await stepsUpTo(world, "setSecret", version)).toBeUndefined();
  return { world, version };
}

/** Runs the command in virtual time. */
async function finished(world: World, hangs: string | undefined, given: Partial<DeployedRotation> = {}, width = 200) {
  const said = { out: "", err: "", code: -1 };
  const terminal: Terminal = {
    out: (text) => {
      said.out += text;
    },
    write: async () => undefined,
    err: (text) => {
      said.err += text;
    },
    ...{ isWatched: false, width, color: false },
  };
  const setExitCode = (code: number) => {
    said.code = code;
  };
  const invocation = { signal: new AbortController().signal, setExitCode };
  const begun = world.clock.now();
  const ending = await world.clock.run(
    world.run("by hand", 3_600_000, (_, parts) => {
      const rotation = { ...parts, service, newVersion: world.newVersion, keepsProof: true, ...given };
      const rotatable = { target: world.target, hanging: hangs, record: undefined };
      return orderAndFollow(rotatable, false, rotation as DeployedRotation, terminal, invocation);
    }),
  );
  return { ...said, ending: ending.ended, lasted: world.clock.now() - begun };
}

const LEASE = 300_000;

it("says once that somebody else has the credential, however often the service tries", async () => {
  const options = { kind: "client-secret", propagation: "at once", keys: await prepareKeys(1) } as const;
  const { world } = await announcedWorld(options);
  const { table, target, clock } = world;
  const { tenant, clientId } = target;
  const change = (more: Partial<RotationRecord>) => changeRotation(table, target, (record) => ({ ...record, ...more }));
  const tries = async (version: string) => {
    for (let tried = 0; tried < 5; tried++) {
      const failure = { version, step: "createSecret", at: clock.now(), refusal: null, message: "Busy." } as const;
      await change({ lastFailure: { ...failure, code: "rotation-busy" } });
      await clock.sleep(20_000);
    }
    await change({
      promoted: { version, at: clock.now() },
      lastProof: { old: "old", current: version, provenAt: clock.now(), answers: [] },
    });
  };
  let trying: Promise<void> | undefined;
  const startRotation = async (_: string, version: string) => {
    trying = tries(version);
    return { outcome: "started" } as const;
  };
  await clock.run(takeLease(table, { tenant, clientId, owner: "an incident", until: clock.now() + LEASE }, clock));

  const { err, code } = await finished(world, undefined, { service: { ...service, startRotation } });
  await trying;

  expect(code).toBe(0);
  expect(err.match(/Somebody else has this credential/g)).toHaveLength(1);
});

describe("finishing a rotation from here", () => {
  it("begins with the steps when somebody else's lease has ended, and says nothing of a function", async () => {
    const { world, version } = await hanging();
    const { tenant, clientId } = world.target;
    await world.clock.run(
      takeLease(world.table, { tenant, clientId, owner: "an incident", until: world.clock.now() + LEASE }, world.clock),
    );

    const { out, err, code, ending, lasted } = await finished(world, version);

    expect({ out, code, ending }).toEqual({
      out: "The secret is rotated, and the old one is proven dead.\n",
      code: 0,
      ending: "done",
    });
    expect(lasted).toBeLessThan(LEASE + 120_000);
    expect(err).toMatch(
      /^Somebody else has this credential, until \d{4}-\d\d-\d\d \d\d:\d\d UTC at the latest; waiting/m,
    );
    expect(err).not.toContain("rotation function");
    const lines = err.trim().split("\n");
    expect(new Set(lines).size).toBe(lines.length);
    expect(world.vault.labelled(CURRENT)).toBe(version);
    expect(world.guard.violations).toEqual([]);
  });

  it("says that what hung is dropped where somebody changed other fields of the secret since, and how to go on", async () => {
    const options = { kind: "client-secret", propagation: "at once", keys: await prepareKeys(1) } as const;
    const { world, version } = await announcedWorld(options);
    expect(await stepsUpTo(world, "createSecret", version)).toBeUndefined();
    const value = JSON.parse(world.vault.read(CURRENT) ?? "");
    world.vault.putByHand(world.newVersion(), JSON.stringify({ ...value, apiUrl: "https://canary.example" }));

    const { out, err, code } = await finished(world, version);

    expect(code).toBe(1);
    expect(out).toMatch(/^Not rotated: Somebody has changed other fields of the secret of jkl \(apiUrl\)/);
    expect(err).toMatch(/Order it again, .*: npx curfew rotate --tenant acme-prod --client jkl$/m);
    expect(`${out}${err}`).not.toContain("canary");
    expect(world.vault.read(CURRENT)).toContain("canary");
    expect(world.vault.labelled(PENDING)).toBeUndefined();
    expect(world.guard.violations).toEqual([]);
  });

  it("asks for no proof that nobody keeps, and says so in the result", async () => {
    const { world, version } = await hanging();
    const evidence = { write: nobody, create: nobody, read: nobody };

    const { out, err, code, lasted } = await finished(world, version, { keepsProof: false, evidence });

    expect(lasted).toBeLessThan(10_000); // a proof takes 75 s
    expect(err).not.toContain("Asking whether");
    expect(recordOf(world)?.aftercare).toMatchObject([{ current: version, answers: [] }]);
    expect(recordOf(world)).not.toHaveProperty("lastFailure");
    expect({ out, code }).toEqual({
      out: "The secret is rotated. No evidence bucket is named, so that the old one is dead is proven by the next audit.\n",
      code: 0,
    });
  });

  it("breaks what it says to the terminal, and no command", async () => {
    const { world, version } = await hanging();
    const evidence = { write: nobody, create: nobody, read: nobody };

    const { out, err } = await finished(world, version, { keepsProof: false, evidence }, 40);

    const lines = `${out}${err}`.split("\n");
    expect(lines.length).toBeGreaterThan(6);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    const said = spoken("If nobody uses it, overwrite it: npx curfew rotate --tenant acme --client checkout", 40);
    expect(said.split("\n")).toEqual([
      "If nobody uses it, overwrite it:",
      "  npx curfew rotate --tenant acme --client checkout",
    ]);
  });
});
