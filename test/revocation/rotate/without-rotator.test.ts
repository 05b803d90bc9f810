import { describe, expect, it } from "vitest";
import type { TenantConfig } from "../../../lib/config/schema.ts";
import { incidentKey, isContained } from "../../../lib/revocation/incident/incident.ts";
import { changeIncident, recordStep } from "../../../lib/revocation/incident/incidents.ts";
import { openIncident } from "../../../lib/revocation/incident/open-incident.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";
import { shouldRotateAgain } from "../../../lib/revocation/respond/rotate-again.ts";
import { whyNotReady } from "../../../lib/revocation/restore/ready.ts";
import { rotatePartsOf } from "../../../lib/revocation/rotate/from-config.ts";
import { prove } from "../../../lib/revocation/rotate/prove.ts";
import { beginSupplied, recordSupplied } from "../../../lib/revocation/rotate/record-supplied.ts";
import { rotateLeaked } from "../../../lib/revocation/rotate/rotate-leaked.ts";
import { CREDENTIAL_KINDS } from "../../../lib/rotation/ledger/target.ts";
import { CURRENT, PREVIOUS } from "../../../lib/rotation/ports.ts";
import { configOf, FULL } from "../../config/example.ts";
import { credentialOf, loginOf, payloadOf } from "../../rotation/world/payload.ts";
import { KEYS, type LeakedWorld, leakedWorld } from "./leaked-world.ts";

const WORLDS = CREDENTIAL_KINDS.flatMap((kind) =>
  (["it leaked", "there is none"] as const).map((withoutRotator) => ({ kind, withoutRotator })),
);

const later = (world: LeakedWorld) => world.clock.run(world.clock.sleep(120_000));

/** As a person does it: the dashboard first, then the vault. */
async function replaceByHand(world: LeakedWorld): Promise<string> {
  const { kind, client, vault } = world;
  const key = KEYS.at(-1) as (typeof KEYS)[number];
  const credential = kind === "client-secret" ? "by-hand".padEnd(64, "-") : key.jwk;
  if (kind === "client-secret") client.setSecret(credential, "hand");
  else {
    const { id } = client.register({ ...key, name: "by hand" }, "hand");
    client.attach([id], "hand");
  }
  const payload = payloadOf(kind, "plain", credential);
  vault.putByHand("by-hand", payload);
  await later(world);
  return payload;
}

describe.each(WORLDS)("without a rotator ($withoutRotator), a leaked $kind", (options) => {
  it("is proven to give nothing all the same, and its replacement is asked of a person", async () => {
    const world = await leakedWorld(options);
    const rotated = await world.step(rotateLeaked);
    const proven = await world.step(prove);

    expect(rotated).toMatchObject({
      steps: { rotate: { outcome: "incomplete", missing: [expect.stringMatching(/only a person.*apps\/checkout/)] } },
    });
    expect(proven).toMatchObject({ steps: { prove: { outcome: "done" } } });
    expect(isContained(world.incident())).toBe(true);
    expect(whyNotReady(world.incident())).toMatch(/not replaced/);
  });

  it("is replaced when a person has done so, and the old one is seen dead and held by no label", async () => {
    const world = await leakedWorld(options);
    const leaked = world.vault.read(CURRENT) ?? "";
    await world.step(rotateLeaked);
    await world.step(prove);
    const stopped = world.incident().steps.prove?.at;
    await replaceByHand(world);
    await world.step(rotateLeaked);
    await world.step(prove);

    const { steps } = world.incident();
    expect(steps.rotate).toMatchObject({ outcome: "done", message: expect.stringContaining("proven dead") });
    expect(world.client.mayAccept(loginOf(world.kind, leaked))).toBe(false);
    expect(world.vault.labelled(PREVIOUS)).toBeUndefined();
    expect(whyNotReady(world.incident())).toBeNull();
    // Nothing was given out since: the window does not begin anew.
    expect(steps.prove).toMatchObject({ outcome: "done", at: stopped });
  });

  it("is not called dead where Auth0 does not say, and what leaked stays to be asked about", async () => {
    const world = await leakedWorld(options);
    const leaked = world.vault.labelled(CURRENT);
    await world.step(rotateLeaked);
    await replaceByHand(world);
    world.tokens.refusal = { answer: "unknown", detail: "status 500" };

    expect(await world.step(rotateLeaked)).toMatchObject({
      steps: { rotate: { outcome: "incomplete", missing: ["the old credential of jkl: it is not proven dead yet"] } },
    });
    expect(world.vault.labelled(PREVIOUS)).toBe(leaked);
    delete world.tokens.refusal;
    expect(await world.step(rotateLeaked)).toMatchObject({ steps: { rotate: { outcome: "done" } } });
  });

  it("is not called replaced by a value that Auth0 does not know", async () => {
    const world = await leakedWorld(options);
    await world.step(rotateLeaked);
    const wrong = world.kind === "client-secret" ? "mistyped" : (KEYS.at(-1) as (typeof KEYS)[number]).jwk;
    world.vault.putByHand("mistyped", payloadOf(world.kind, "plain", wrong));

    expect(await world.step(rotateLeaked)).toMatchObject({
      steps: { rotate: { outcome: "incomplete", missing: [expect.stringContaining("Auth0 refuses")] } },
    });
    expect(world.vault.labelled(PREVIOUS)).toBeDefined();
  });
});

it.each([false, true])(
  "is asked of nobody where a certificate leaked, and no proof is promised; drill: %s",
  async (drill) => {
    const client = { clientId: "jkl", name: undefined, appType: undefined, tokenEndpointAuthMethod: undefined };
    const seen = { ...client, grantTypes: ["client_credentials"], attachedKeys: undefined, certificates: ["cred_7"] };
    const leak = classify({ clientId: "jkl", token: null, client: seen, own: null });
    const world = await leakedWorld({ withoutRotator: "there is none", isUnmanaged: true, incident: { leak, drill } });
    await world.step(rotateLeaked);
    await world.step(prove);

    const stays = expect.stringContaining("have it revoked, and take it off");
    // A person may let it authenticate otherwise: until then it is looked for what they store.
    const line = expect.stringMatching(/^or, where it uses none any more, a new credential of jkl: /);
    expect(world.incident().steps).toMatchObject({
      rotate: drill ? { outcome: "not-applicable", message: stays } : { outcome: "incomplete", missing: [stays, line] },
      prove: { outcome: "incomplete", missing: [expect.stringContaining("cannot log in with a certificate")] },
    });
  },
);

/** What an incident knows of an application that is not there. */
const NOT_THERE = [
  { title: "deleted since it was locked", incident: { goneSince: 1 }, proof: "done" },
  {
    title: "one that nobody has seen",
    incident: { steps: { lock: { at: 1, outcome: "not-applicable", message: "There is none." } } },
    proof: "not-applicable",
  },
] as const;

it.each(NOT_THERE)("is waited for by nobody where the application is $title", async ({ incident, proof }) => {
  for (const withoutRotator of ["it leaked", "there is none"] as const) {
    const world = await leakedWorld({ withoutRotator, incident });
    await world.step(rotateLeaked);
    await world.step(prove);

    expect(world.incident().steps).toMatchObject({ rotate: { outcome: "not-applicable" }, prove: { outcome: proof } });
    expect(world.wire.calls).not.toContain("tenant.tokenFor");
    expect(shouldRotateAgain(world.incident(), world.clock.now() + 86_400_000, true)).toBe(false);
  }
});

it("is replaced by a person also where one application is the responder as well", async () => {
  const own = { role: "responder", also: ["rotator"], hasSpare: true } as const;
  const world = await leakedWorld({ withoutRotator: "it leaked", own });
  await world.step(rotateLeaked);

  expect(world.incident().steps.rotate).toMatchObject({
    outcome: "incomplete",
    missing: [expect.stringMatching(/only a person.*other names/)],
  });
});

it("is asked of a person while another incident has locked the rotator, as which nobody logs in, and done after that", async () => {
  const world = await leakedWorld();
  const [tenant] = configOf(FULL).tenants;
  const report = { tenant: "acme-prod", clientId: tenant?.rotator?.clientId ?? "", reason: "It leaked, too." };
  const rest = { openedAt: world.clock.now(), openedBy: "dana", leakedSince: null, drill: false, token: null };
  const other = await openIncident(world.table, { ...report, ...rest });
  const lock = { at: world.clock.now(), outcome: "done", message: "Locked." } as const;
  await recordStep(world.table, other.id, "lock", lock);
  const rotate = () =>
    world.step((incident, { deadline, signal, service, rotation }) =>
      rotateLeaked(
        incident,
        rotatePartsOf(tenant as TenantConfig, { deadline, signal, service, rotation, random: () => 0 }),
      ),
    );

  await rotate();
  expect(world.incident().steps.rotate).toMatchObject({
    outcome: "incomplete",
    missing: [expect.stringMatching(new RegExp(`locked by the incident ${other.id}.*only a person.*apps/checkout`))],
  });
  expect(world.wire.calls.filter((call) => call.startsWith("tenant."))).toEqual([]);
  await changeIncident(world.table, other.id, (known) => ({ ...known, closedAt: world.clock.now() }));
  await rotate();
  expect(world.wire.calls).toContain("tenant.client");
});

it("is not called dead while Auth0 accepts the old one", async () => {
  const world = await leakedWorld({ kind: "private-key", withoutRotator: "it leaked" });
  await world.step(rotateLeaked);
  const key = KEYS.at(-1) as (typeof KEYS)[number];
  const { id } = world.client.register({ ...key, name: "by hand" }, "hand");
  world.client.attach([...(world.client.attached ?? []), id], "hand");
  world.vault.putByHand("by-hand", payloadOf("private-key", "plain", key.jwk));
  await later(world);

  expect(await world.step(rotateLeaked)).toMatchObject({
    steps: { rotate: { outcome: "incomplete", missing: ["the old credential of jkl: Auth0 still accepts it"] } },
  });
  expect(credentialOf(world.vault.read(PREVIOUS) ?? "")).not.toBe("");
});

it("is proven by a person who tries what leaked where nothing is stored to ask with, not by a trial from before", async () => {
  const world = await leakedWorld({ isUnmanaged: true, withoutRotator: "there is none" });
  const report = async () => {
    const { table, clock } = world;
    await beginSupplied(world.incident(), { begins: 20, run: "run-1" }, { table, clock });
    await later(world);
    const trial = { came: "nothing" as const, detail: null };
    await recordSupplied(world.incident(), { said: "accepted", run: "run-1", trial }, "dana", { table, clock });
  };
  expect(await world.step(prove)).toMatchObject({ steps: { prove: { outcome: "incomplete" } } });
  await report();
  expect(await world.step(prove)).toMatchObject({
    steps: {
      prove: { outcome: "done", began: expect.any(Number), message: expect.stringContaining("A person tried") },
    },
  });
  const { id, steps } = world.incident();
  const again = { ...world.incident(), steps: { ...steps, contain: { ...steps.lock, at: world.clock.now() } } };
  await world.table.put(incidentKey(id), again);
  expect(await world.step(prove)).toMatchObject({ steps: { prove: { outcome: "incomplete" } } });
});

it("does not hold, whatever the stored one gets, while a person has seen that what leaked gets a token", async () => {
  const world = await leakedWorld();
  const { table, clock } = world;
  const trial = { came: "issued" as const, detail: "https://orders" };
  await recordSupplied(world.incident(), { said: "accepted", run: "run-1", trial }, "dana", { table, clock });

  expect(await world.step(prove)).toMatchObject({
    steps: { prove: { outcome: "incomplete", missing: [expect.stringContaining("STILL GETS a token")] } },
  });
  await later(world);
  await world.step(rotateLeaked);
  expect(await world.step(prove)).toMatchObject({ steps: { prove: { outcome: "done" } } });
});

it("does not hold where a person saw that while it was made", async () => {
  const world = await leakedWorld();
  const { table, clock } = world;
  const trial = { came: "issued" as const, detail: "https://orders" };
  await world.step((incident, parts) =>
    prove(incident, {
      ...parts,
      tokenFor: async (...asked) => {
        await recordSupplied(incident, { said: "accepted", run: "run-1", trial }, "dana", { table, clock });
        return parts.tokenFor(...asked);
      },
    }),
  );

  expect(world.incident().steps.prove?.outcome).toBe("incomplete");
});
