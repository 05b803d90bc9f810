import { describe, expect, it } from "vitest";
import { changeRotation } from "../../../lib/rotation/ledger/ledger.ts";
import { CREDENTIAL_KINDS } from "../../../lib/rotation/ledger/target.ts";
import { CURRENT, PENDING, PREVIOUS } from "../../../lib/rotation/ports.ts";
import { rotationStep } from "../../../lib/rotation/rotation-step.ts";
import { recordOf } from "../world/curfew.ts";
import type { PreparedKey } from "../world/keys.ts";
import { type Alter, announcedWorld, stepOf, stepsUpTo, withTenant } from "../world/one-step.ts";
import { credentialOf, kidOf } from "../world/payload.ts";
import { setSecretByHand } from "../world/people.ts";
import { care, countingLive, DAY, KEY, KEYS, orderedBy, rotatedOnce, SECRET, storeSlip, unfinished } from "./a-step.ts";

const [OWN, SLIP] = KEYS.slice(4) as [PreparedKey, PreparedKey];
const noProof: Alter = (parts) => ({ ...parts, keepsProof: false });

describe("a secret keeps its last label until it is dead", () => {
  const options = { ...SECRET, propagation: "both" } as const;

  it("where a person stored it, and moved AWSCURRENT back before the promotion", async () => {
    const { world, first, second } = await rotatedOnce(options);
    setSecretByHand(world, "hand", true);
    world.clock.pass(DAY);
    world.vault.announce(second);
    expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();
    world.vault.promote(world.target.arn, first, world.vault.labelled(CURRENT) ?? "");
    const live: number[] = [];

    expect(await stepOf(world, "finishSecret", second, countingLive(world, live))).toBeUndefined();

    expect(live).toEqual([1]);
    expect(world.guard.violations).toEqual([]);
  });

  it("where a person set the former one again at Auth0, and nobody could see that before it was overwritten", async () => {
    const { world, second } = await rotatedOnce(options);
    world.client.setSecret(credentialOf(world.vault.read(PREVIOUS) ?? ""), "hand");
    world.clock.pass(DAY);
    world.vault.announce(second);
    await orderedBy(world, second, "person", { overwrite: true });
    expect(await stepOf(world, "createSecret", second)).toBeUndefined();
    const silent = withTenant(() => ({ probe: async () => ({ answer: "unknown", detail: "no answer" }) }));
    expect(await stepOf(world, "setSecret", second, silent)).toBeUndefined();
    const live: number[] = [];

    expect(await stepOf(world, "finishSecret", second, countingLive(world, live))).toBeUndefined();

    expect(live).toEqual([1]);
    expect(recordOf(world)?.lastProof).not.toHaveProperty("wasAccepted");
  });
});

describe.each(CREDENTIAL_KINDS)("what is replaced (%s)", (kind) => {
  const options = kind === "client-secret" ? SECRET : KEY;
  const slip = kind === "client-secret" ? "a slip of the hand" : SLIP.jwk;

  it("is what was current when a person had told Auth0 in Curfew's stead", async () => {
    const { world, version } = await announcedWorld(options);
    const first = world.vault.labelled(CURRENT);
    expect(await stepOf(world, "createSecret", version)).toBeUndefined();
    const pending = credentialOf(world.vault.read(PENDING) ?? "");
    if (kind === "client-secret") world.client.setSecret(pending, "hand");
    else {
      const key = KEYS.find(({ kid }) => kid === kidOf(pending)) as PreparedKey;
      world.client.register({ ...key, name: "by hand" }, "hand");
    }
    expect(await stepOf(world, "setSecret", version)).toBeUndefined();
    if (kind === "private-key") storeSlip(world, OWN.jwk); // else the one that is accepted would keep AWSPREVIOUS
    const stored = storeSlip(world, slip);

    expect(await stepOf(world, "finishSecret", version, noProof)).toBeUndefined();

    expect(recordOf(world)?.aftercare).toEqual([expect.objectContaining({ old: first, oldToo: stored })]);
  });

  it.each([
    ["", {}],
    [
      ", also where its aftercare had ended because people went back to it",
      { notProvable: "It is current again.", ending: "in-use" },
    ],
  ] as const)("stays what it is where the new one is promoted once more over a slip%s", async (_, ended) => {
    const { world, version } = await announcedWorld(options);
    const first = world.vault.labelled(CURRENT);
    expect(await stepsUpTo(world, "finishSecret", version, noProof)).toBeUndefined();
    await changeRotation(world.table, world.target, (record) => ({
      ...record,
      aftercare: record.aftercare.map((one) => ({ ...one, ...ended })),
    }));
    const stored = storeSlip(world, slip);

    expect(await stepOf(world, "createSecret", version, noProof)).toBeUndefined();

    expect(world.vault.labelled(CURRENT)).toBe(version);
    expect(recordOf(world)?.aftercare).toEqual([expect.objectContaining({ old: first, oldToo: stored })]);
  });
});

describe("what was stored meanwhile", () => {
  const foreign = JSON.stringify({ domain: "acme.eu.auth0.com", clientId: "another", clientSecret: "x" });

  it.each(["is the new one", "is another application's", "is answered about by nobody"])(
    "keeps a proof back only where it may live: it %s",
    async (what) => {
      const { world, version } = await announcedWorld(SECRET);
      const first = world.vault.labelled(CURRENT);
      expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
      if (what === "is another application's") world.vault.putByHand(world.newVersion(), foreign);
      else if (what === "is the new one") world.vault.putByHand(world.newVersion(), world.vault.read(PENDING) ?? "");
      else storeSlip(world, "slip");
      const silent = withTenant((tenant) => ({
        probe: async (login, endpoint) =>
          "secret" in login && login.secret.reveal() === "slip"
            ? { answer: "unknown", detail: "no answer" }
            : tenant.probe(login, endpoint),
      }));

      expect(await stepOf(world, "finishSecret", version, silent)).toBeUndefined();

      const { lastProof } = recordOf(world) ?? {};
      expect(lastProof?.old).toBe(what === "is answered about by nobody" ? undefined : first);
      expect(lastProof ?? {}).not.toHaveProperty("oldToo"); // nobody was asked about it
    },
  );

  it("is the key that goes after the overlap, where a person put it in place of the one that was replaced", async () => {
    const { world, version } = await announcedWorld(KEY);
    expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
    const [replaced = "", own = ""] = world.client.attached ?? [];
    world.client.attach([own], "hand");
    world.client.deleteKey(replaced);
    const { id } = world.client.register({ ...OWN, name: "by hand" }, "hand");
    world.client.attach([own, id], "hand");
    storeSlip(world, OWN.jwk);

    expect(await stepOf(world, "finishSecret", version)).toBeUndefined();

    expect(recordOf(world)?.aftercare[0]?.oldKey?.id).toBe(id);
  });

  it.each(["no key", "the new key"])("loses AWSPREVIOUS where it is %s", async (what) => {
    const { world, version } = await announcedWorld(KEY);
    expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
    const stored = what === "no key" ? '{"kty":"EC"}' : credentialOf(world.vault.read(PENDING) ?? "");
    storeSlip(world, stored);
    storeSlip(world, SLIP.jwk);

    expect(await stepOf(world, "finishSecret", version)).toBeUndefined();

    expect(world.vault.labelled(CURRENT)).toBe(version);
  });
});

it("a key that a person went back to at Auth0 alone keeps its last label, where an order overwrites", async () => {
  const { world, second } = await rotatedOnce(KEY);
  await care(world);
  const [promoted = ""] = world.client.attached ?? [];
  const former = world.vault.labelled(PREVIOUS);
  const { id } = world.client.register({ ...(KEYS[0] as PreparedKey), name: "by hand" }, "hand");
  world.client.attach([id], "hand");
  world.client.deleteKey(promoted);
  world.clock.pass(DAY);
  world.vault.announce(second);
  await orderedBy(world, second, "person", { overwrite: true });
  expect(await stepsUpTo(world, "testSecret", second)).toBeUndefined();

  expect(await stepOf(world, "finishSecret", second)).toEqual(unfinished);

  expect(world.vault.labelled(PREVIOUS)).toBe(former);
});

it("the overlap stays whole where another process came to the end of the same promotion in between", async () => {
  const { world, version } = await announcedWorld(KEY);
  expect(await stepsUpTo(world, "testSecret", version)).toBeUndefined();
  const { arn } = world.target;
  const step = "finishSecret";
  let others = 0;
  const overtaken = withTenant((tenant) => ({
    keys: async () => {
      const keys = await tenant.keys();
      if (others++ === 0) {
        await world.run(step, 600_000, ({ killedAt: deadline }, parts) =>
          rotationStep({ step, arn, version, deadline }, parts),
        );
      }
      return keys;
    },
  }));

  await stepOf(world, step, version, overtaken);

  const { promoted, aftercare = [] } = recordOf(world) ?? {};
  expect(promoted?.version).toBe(version);
  expect(aftercare.map(({ from, promotedAt = Number.NaN }) => from - promotedAt)).toEqual([DAY]);
});
