import { describe, expect, it } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { oldCredential } from "../../../lib/revocation/evidence/old-credential.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { rotateLeaked } from "../../../lib/revocation/rotate/rotate-leaked.ts";
import { CREDENTIAL_KINDS, type CredentialKind } from "../../../lib/rotation/ledger/target.ts";
import { CURRENT, PREVIOUS } from "../../../lib/rotation/ports.ts";
import { recordOf } from "../../rotation/world/curfew.ts";
import { stepOf, withTenant } from "../../rotation/world/one-step.ts";
import { loginOf, payloadOf } from "../../rotation/world/payload.ts";
import { moveForwardByHand } from "../../rotation/world/people.ts";
import { KEYS, type LeakedWorld, leakedWorld } from "./leaked-world.ts";

/** Rotates, and gives what is recorded of it. */
async function rotated(world: LeakedWorld) {
  await world.step(rotateLeaked);
  return world.incident().steps.rotate;
}

describe("where a person stores another value while it is replaced", () => {
  /** Right after Auth0 was told. */
  const slipping = async (kind: CredentialKind, incident: Partial<Incident> = {}) => {
    const world = await leakedWorld({ kind, propagation: "both", incident });
    const leaked = world.vault.labelled(CURRENT) ?? "";
    const slip = payloadOf(kind, "text in JSON", kind === "private-key" ? (KEYS[7]?.jwk ?? "") : "slip");
    let isStored = false;
    const store = () => {
      if (!isStored) world.vault.putByHand(world.newVersion(), slip);
      isStored = true;
    };
    world.answers = (tenant) => ({
      attachKeys: async (ids) => tenant.attachKeys(ids).then(store),
      setSecret: async (...secret) => tenant.setSecret(...secret).then(store),
    });
    return { world, leaked };
  };

  it.each(CREDENTIAL_KINDS)("what leaked is what is proven dead, and what was stored, too (%s)", async (kind) => {
    const { world, leaked } = await slipping(kind);
    const slipped = expect.not.stringMatching(leaked);

    expect(await rotated(world)).toMatchObject({ message: expect.stringContaining("The old one is proven dead.") });
    expect(recordOf(world)?.lastProof).toMatchObject({ old: leaked, oldToo: slipped, wasAccepted: true });
    expect(world.guard.violations.filter((one) => !one.startsWith("the consumers' current key"))).toEqual([]);
    expect((await oldCredential(world.incident(), world.table)).seen).toBe("refused");
  });

  it("a key that is accepted and did not leak keeps its label, and nothing is called dead", async () => {
    const { world, leaked } = await slipping("private-key", { leakedKey: "another" });
    const keys = [{ id: "cred_0", kid: "another", name: undefined }];
    await preserve(world.table, world.incident(), "keys", { attached: null, keys });

    expect(await rotated(world)).toMatchObject({
      outcome: "incomplete",
      missing: [expect.stringContaining("detach and delete it at Auth0; where applications use it, move AWSCURRENT")],
    });
    expect(world.vault.labelled(PREVIOUS)).toBe(leaked);
  });
});

it.each([
  ["accepted", true],
  ["refused", false],
] as const)(
  "a key that was stored after the proof keeps AWSPREVIOUS as long as it is accepted (%s)",
  async (_, isAttached) => {
    const world = await leakedWorld({
      kind: "private-key",
      propagation: "at once",
      incident: { leakedKey: KEYS[0]?.kid ?? "" },
    });
    await rotated(world);
    const [current = "", other = ""] = [world.vault.labelled(CURRENT), world.newVersion()];
    const key = KEYS[7] as (typeof KEYS)[number];
    world.vault.putByHand(other, payloadOf("private-key", "text in JSON", key.jwk));
    world.vault.promote(world.target.arn, current, other);
    if (isAttached) {
      const { id } = world.client.register({ ...key, name: "by hand" }, "hand");
      world.client.attach([...(world.client.attached ?? []), id], "hand");
    }

    expect(await rotated(world)).toMatchObject({ outcome: isAttached ? "incomplete" : "done" });
    expect(world.vault.labelled(PREVIOUS)).toBe(isAttached ? other : undefined);
  },
);

it.each(CREDENTIAL_KINDS)(
  "a version that was made current early, told once and is refused does not keep what leaked from being replaced (%s)",
  async (kind) => {
    const world = await leakedWorld({ kind, propagation: "both" });
    const [leaked = "", value = ""] = [world.vault.labelled(CURRENT), world.vault.read(CURRENT)];
    const early = world.newVersion();
    const fails = withTenant(() => ({ setSecret: down, attachKeys: down }));
    world.vault.announce(early);
    expect(await stepOf(world, "createSecret", early)).toBeUndefined();
    moveForwardByHand(world);
    expect(await stepOf(world, "setSecret", early, fails)).toMatchObject({ code: "service-failed" });
    world.clock.pass(900_000); // nobody has the lease any more
    const labelled: unknown[] = [];
    const labels = () => world.vault.secret.versions.get(leaked)?.labels.has(PREVIOUS);
    world.answers = (tenant) => ({
      attachKeys: async (ids) => tenant.attachKeys(ids).then(() => void labelled.push(labels())),
      setSecret: async (...secret) => tenant.setSecret(...secret).then(() => void labelled.push(labels())),
    });

    expect(await rotated(world)).toMatchObject({ outcome: "done" });

    expect(labelled[0]).toBe(true);
    const current = world.vault.labelled(CURRENT);
    expect(recordOf(world)).toMatchObject({ promoted: { version: current }, lastProof: { current } });
    expect(world.client.mayAccept(loginOf(kind, value))).toBe(false);
    expect(world.guard.violations.filter((one) => !one.startsWith("the consumers' current key"))).toEqual([]);
  },
);

const down = () => Promise.reject(new CurfewError("service-failed", "Auth0 failed.", { retryable: true }));
