import { describe, expect, it } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { oldCredential } from "../../../lib/revocation/evidence/old-credential.ts";
import { noteAskedAgain } from "../../../lib/revocation/incident/asked-again.ts";
import { endIncident } from "../../../lib/revocation/incident/end-incident.ts";
import { incidentKey, stoppedAt } from "../../../lib/revocation/incident/incident.ts";
import { recordStep } from "../../../lib/revocation/incident/incidents.ts";
import { readTimeline } from "../../../lib/revocation/incident/timeline.ts";
import { prove } from "../../../lib/revocation/rotate/prove.ts";
import { rotateLeaked } from "../../../lib/revocation/rotate/rotate-leaked.ts";
import { changeRotation, readTarget } from "../../../lib/rotation/ledger/ledger.ts";
import { CREDENTIAL_KINDS } from "../../../lib/rotation/ledger/target.ts";
import { CURRENT, PENDING, PREVIOUS } from "../../../lib/rotation/ports.ts";
import { rotationStep } from "../../../lib/rotation/rotation-step.ts";
import { recordOf, serveRotation } from "../../rotation/world/curfew.ts";
import { credentialOf, loginOf } from "../../rotation/world/payload.ts";
import { incidentOf } from "../support.ts";
import { KEYS, type LeakedWorld, leakedWorld } from "./leaked-world.ts";

/** Rotates, and gives what is recorded of it. */
async function rotated(world: LeakedWorld) {
  const incident = await world.step(rotateLeaked);
  return incident === "died" ? undefined : incident.steps.rotate;
}

/** What leaked, and whether it is of any use. */
const isAccepted = (world: LeakedWorld, payload: string | undefined): boolean =>
  payload !== undefined && world.client.mayAccept(loginOf(world.kind, payload));

describe.each(CREDENTIAL_KINDS)("a leaked %s that Curfew looks after", (kind) => {
  it("is replaced without an overlap, proven dead, and held by no label", async () => {
    const world = await leakedWorld({ kind });
    const leaked = world.vault.read(CURRENT);
    const began = world.clock.now();

    const result = await rotated(world);

    expect(result).toMatchObject({ outcome: "done", message: expect.stringContaining("The old one is proven dead.") });
    expect(isAccepted(world, leaked)).toBe(false);
    expect(isAccepted(world, world.vault.read(CURRENT))).toBe(true);
    expect(recordOf(world)?.ownKeys ?? []).toEqual(world.client.attached ?? []);
    expect(world.vault.labelled(PREVIOUS)).toBeUndefined();
    expect(world.vault.labelsOf((payload) => payload === leaked)).toEqual([]);
    expect(world.guard.violations).toEqual([]);
    expect(world.clock.now() - began).toBeLessThan(10 * 60_000);
  });

  it("is not replaced once more when nothing happened since", async () => {
    const world = await leakedWorld({ kind });
    const first = await rotated(world);
    const current = world.vault.labelled(CURRENT);
    const again = await rotated(world);
    expect(again).toEqual(first);
    expect(world.vault.labelled(CURRENT)).toBe(current);
  });

  it("is noted to be replaced before anybody can use the new one, whoever dies in between", async () => {
    const world = await leakedWorld({ kind });
    const away = () => Promise.reject(new CurfewError("unreachable", "Auth0 does not answer."));
    world.answers = () => ({ setSecret: away, registerKey: away });

    expect(await rotated(world)).toMatchObject({ outcome: "incomplete" });
    expect(world.incident().replacedAt).toEqual(expect.any(Number));
  });

  it("is left to the incident that goes on from it: each would take the other's credential for what leaked", async () => {
    const world = await leakedWorld({ kind, incident: { followedBy: "the-next" } });
    await world.table.put(incidentKey("the-next"), incidentOf({ id: "the-next" }));
    const current = world.vault.labelled(CURRENT);

    expect(await rotated(world)).toMatchObject({
      ...{ outcome: "not-applicable", leftTo: "the-next" },
      message: expect.stringContaining("the-next"),
    });
    expect(world.vault.labelled(CURRENT)).toBe(current);

    await endIncident(world.table, "the-next", { at: world.clock.now(), by: "sam", reason: "the same one" });
    expect(await rotated(world)).toMatchObject({ outcome: "done" });
    expect(world.vault.labelled(CURRENT)).not.toBe(current);
  });

  it("is replaced again where something put the old one back", async () => {
    const world = await leakedWorld({ kind });
    const leaked = world.vault.read(CURRENT) ?? "";
    await rotated(world);
    await world.clock.run(world.clock.sleep(3_600_000));
    if (kind === "client-secret") world.client.setSecret(credentialOf(leaked), "hand");
    else {
      const [key] = KEYS;
      const { id } = world.client.register({ ...(key as (typeof KEYS)[number]), name: "put back" }, "hand");
      world.client.attach([id], "hand");
    }
    await world.clock.run(world.clock.sleep(60_000));

    expect(await rotated(world)).toMatchObject({ outcome: "done" });
    expect(isAccepted(world, leaked)).toBe(false);
    expect(isAccepted(world, world.vault.read(CURRENT))).toBe(true);
  });

  it("is replaced where rotating it is held, off and cancelled, and it is said that it was held", async () => {
    const world = await leakedWorld({ kind, rotate: "off" });
    const held = { since: 0, refusal: null, message: "It failed three times." };
    await changeRotation(world.table, world.target, (record) => ({ ...record, held }));
    world.vault.cancel();
    expect(await rotated(world)).toMatchObject({ outcome: "done", message: expect.stringContaining("was held") });
    expect(recordOf(world)?.held).toBeUndefined();
  });

  it.each(["createSecret", "setSecret"] as const)(
    "is replaced where another rotation hangs after %s: what Auth0 was told of comes to its end first",
    async (last) => {
      const world = await leakedWorld({ kind });
      const leaked = world.vault.read(CURRENT);
      const hanging = world.newVersion();
      world.vault.announce(hanging);
      const steps = last === "createSecret" ? (["createSecret"] as const) : (["createSecret", "setSecret"] as const);
      for (const step of steps) {
        await world.clock.run(
          world.run(step, 600_000, ({ killedAt }, parts) =>
            rotationStep({ step, arn: world.target.arn, version: hanging, deadline: killedAt }, parts),
          ),
        );
      }
      const told = world.vault.secret.versions.get(hanging)?.value;

      expect(await rotated(world)).toMatchObject({ outcome: "done" });
      for (const old of [leaked, told]) expect(isAccepted(world, old)).toBe(false);
      expect(world.vault.labelled(CURRENT)).not.toBe(hanging);
      expect(world.vault.labelled(PENDING) ?? world.vault.labelled(CURRENT)).toBe(world.vault.labelled(CURRENT));
      expect(world.guard.violations).toEqual([]);
    },
  );

  it("waits for somebody else's lease, and says so where that takes too long", async () => {
    const world = await leakedWorld({ kind });
    const key = { partition: "TENANT#acme-prod", sort: `LEASE#${world.target.clientId}` };
    const until = world.clock.now() + 3_600_000;
    const taken = (until: number) => ({ owner: "somebody", writer: 1, processes: [{ id: 1, until }] });
    await world.table.put(key, taken(until));
    expect(await rotated(world)).toMatchObject({ outcome: "incomplete", code: "rotation-busy" });
    const soon = world.clock.now() + 60_000;
    await world.table.put(key, taken(soon));
    expect(await rotated(world)).toMatchObject({ outcome: "done" });
  });

  it("changes nothing in a drill", async () => {
    const world = await leakedWorld({ kind, incident: { drill: true } });
    const before = world.vault.read(CURRENT);
    expect(await rotated(world)).toMatchObject({ outcome: "done", message: expect.stringContaining("would be") });
    expect(world.vault.read(CURRENT)).toBe(before);
    expect(isAccepted(world, before)).toBe(true);
    const told = [];
    for await (const { what } of readTimeline(world.table, world.incident().id)) told.push(what);
    expect(told).toEqual(["Would replace the credential."]);
  });
});

it("replaces a secret that somebody set by hand, though nothing of the application was ever seen to be accepted", async () => {
  const world = await leakedWorld({ wasAccepted: false });
  world.client.setSecret("by-hand".padEnd(64, "-"), "hand");
  await world.clock.run(world.clock.sleep(120_000));
  expect(await rotated(world)).toMatchObject({
    outcome: "done",
    message: expect.stringMatching(/that what leaked is dead is not provable: Auth0 was not seen to accept/),
  });
  expect(await world.step(prove)).toMatchObject({
    steps: { prove: { message: expect.stringContaining("dead is not provable: Auth0 was not seen to accept") } },
  });
  expect((await oldCredential(world.incident(), world.table)).seen).toBe("not seen");
  expect(isAccepted(world, world.vault.read(CURRENT))).toBe(true);
  expect(world.guard.violations).toEqual([]);
});

describe.each(CREDENTIAL_KINDS)("a leaked %s that nobody stored", (kind) => {
  it("is replaced by one in a secret of its own, whose target the incident records", async () => {
    const world = await leakedWorld({ kind, isUnmanaged: true });

    const result = await rotated(world);

    expect(result).toMatchObject({ outcome: "done" });
    expect(world.vault.secret.name).toBe("curfew/incidents/acme-prod/jkl");
    const payload = JSON.parse(world.vault.read(CURRENT) ?? "{}") as Record<string, unknown>;
    const field = kind === "client-secret" ? "clientSecret" : "privateKeyJwk";
    expect(payload).toEqual({ domain: "acme.eu.auth0.com", clientId: "jkl", [field]: expect.any(String) });
    expect(isAccepted(world, world.vault.read(CURRENT))).toBe(true);
    expect(await readTarget(world.table, world.target.arn)).toMatchObject({ writtenBy: "incident", clientId: "jkl" });
    expect(recordOf(world)).toMatchObject({ promoted: { version: world.vault.labelled(CURRENT) } });
    expect(recordOf(world)?.lastProof).toBeUndefined();
    expect(recordOf(world)?.ownKeys ?? []).toEqual(world.client.attached ?? []);
    if (kind === "client-secret") expect(result?.message).toContain("not provable here");
    else expect(world.client.registered).toHaveLength(1);
    expect(world.guard.violations).toEqual([]);
  });

  it("is the same one when it is asked for again, and a managed one in the next incident", async () => {
    const world = await leakedWorld({ kind, isUnmanaged: true });
    const first = await rotated(world);
    const current = world.vault.labelled(CURRENT);
    expect(await rotated(world)).toEqual(first);
    expect(world.vault.labelled(CURRENT)).toBe(current);
    const leaked = world.vault.read(CURRENT);
    const next = { ...world.incident(), id: "the-next-one", steps: {} };
    await world.table.put(incidentKey(next.id), next);
    const after = await world.step((_, parts) => rotateLeaked(next, parts));
    expect(after).toMatchObject({ steps: { rotate: { message: expect.stringContaining("proven dead") } } });
    expect(isAccepted(world, leaked)).toBe(false);
  });
});

it("goes at once though an earlier rotation keeps it until the end of its overlap", async () => {
  const world = await leakedWorld({ kind: "private-key", overlap: 86_400 });
  const version = world.newVersion();
  world.vault.announce(version);
  await world.clock.run(serveRotation(world, version));
  expect(world.client.attached).toHaveLength(2);
  expect(await rotated(world)).toMatchObject({ outcome: "done" });
  expect(world.client.registered).toHaveLength(1);
  expect(recordOf(world)?.aftercare).toEqual([]);
});

it("keeps its label, and is called neither dead nor replaced, as long as Auth0 accepts it", async () => {
  const world = await leakedWorld();
  const leaked = credentialOf(world.vault.read(CURRENT) ?? "");
  world.answers = (tenant) => ({
    probe: async (login, endpoint) =>
      "secret" in login && login.secret.reveal() === leaked ? { answer: "accepted" } : tenant.probe(login, endpoint),
  });
  expect(await rotated(world)).toMatchObject({
    outcome: "incomplete",
    missing: ["the old credential of jkl: Auth0 still accepts it"],
  });
  expect(world.vault.labelsOf((payload) => credentialOf(payload) === leaked)).toEqual([PREVIOUS]);
  expect(world.incident().replacedAt).toBeLessThanOrEqual(world.clock.now());
  world.answers = () => ({});
  expect(await rotated(world)).toMatchObject({ outcome: "done" });
  expect(world.vault.labelled(PREVIOUS)).toBeUndefined();
});

it("leaves the other keys as they are while the new one is not seen to be accepted", async () => {
  const world = await leakedWorld({ kind: "private-key", isUnmanaged: true });
  world.answers = (tenant) => ({
    probe: async (login, endpoint) =>
      recordOf(world)?.promoted ? { answer: "unknown", detail: "status 500" } : tenant.probe(login, endpoint),
  });
  expect(await rotated(world)).toMatchObject({ outcome: "incomplete", code: "rotation-unfinished" });
  expect(world.client.attached).toHaveLength(2);
  world.answers = () => ({});
  expect(await rotated(world)).toMatchObject({ outcome: "done" });
  expect(world.client.attached).toHaveLength(1);
});

describe("what cannot be replaced is said, and nothing is changed", () => {
  it.each([
    ["an application that is gone", { isGone: true }, "not-applicable", /does not exist: nothing of it is accepted/],
    ["one with a certificate", { usesMtls: true }, "not-applicable", /certificate/],
    ["a public one", { tokenEndpointAuthMethod: "none" }, "not-applicable", /public/],
    ["the global one", { isGlobal: true }, "incomplete", /not replaced/],
  ] as const)("%s", async (_, settings, outcome, message) => {
    const world = await leakedWorld();
    Object.assign(world.client.settings, settings);
    const before = world.vault.read(CURRENT);
    expect(await rotated(world)).toMatchObject({ outcome, message: expect.stringMatching(message) });
    expect(world.vault.read(CURRENT)).toBe(before);
  });

  it("an unreachable vault", async () => {
    const world = await leakedWorld({ outage: { call: "vault.*", fault: "fails before" } });
    expect(await rotated(world)).toMatchObject({ outcome: "incomplete", code: "vault-failed" });
    world.wire.calm();
    expect(await rotated(world)).toMatchObject({ outcome: "done" });
  });

  it("an application that signs ID tokens with its secret is rotated all the same, and what breaks is said", async () => {
    const world = await leakedWorld();
    world.client.settings.idTokenAlgorithm = "HS256";
    expect(await rotated(world)).toMatchObject({ outcome: "done", message: expect.stringContaining("HS256") });
  });
});

describe("the proof", () => {
  it.each(CREDENTIAL_KINDS)("holds when the new %s gets no token", async (kind) => {
    const world = await leakedWorld({ kind });
    await world.step(rotateLeaked);
    const proven = await world.step(prove);
    expect(proven).toMatchObject({
      steps: {
        prove: {
          outcome: "done",
          began: expect.any(Number),
          message: expect.stringContaining("The old credential is proven dead."),
        },
      },
    });
  });

  it("holds with the credential that leaked while the vault cannot take another one, and says that it is not replaced", async () => {
    const world = await leakedWorld();
    expect(await world.step(prove)).toMatchObject({
      steps: { prove: { outcome: "done", message: expect.stringContaining("not replaced") } },
    });
  });

  it.each([
    [{ answer: "issued", scopes: [] }, /was still given a token/],
    [{ answer: "unknown", detail: "status 500" }, /status 500/],
    [{ answer: "refused" }, /proves nothing/],
  ] as const)("does not hold where the tenant says %o", async (answer, missing) => {
    const world = await leakedWorld();
    await world.step(rotateLeaked);
    world.tokens.answer = answer;
    expect(await world.step(prove)).toMatchObject({
      steps: { prove: { outcome: "incomplete", missing: [expect.stringMatching(missing)] } },
    });
  });

  it("is older than what watching took away again while it was asked: who asked did not know of that", async () => {
    const world = await leakedWorld();
    const taken = async () => {
      const again = { at: world.clock.now(), outcome: "done" as const, message: "Taken away again." };
      await recordStep(world.table, world.incident().id, "contain", again);
    };
    const proven = await world.step(async (incident, parts) =>
      prove(incident, {
        ...parts,
        tokenFor: async (...asked) => {
          if (incident.steps.contain?.at === world.incident().steps.contain?.at) await taken();
          return parts.tokenFor(...asked);
        },
      }),
    );

    expect(proven).toMatchObject({ steps: { prove: { outcome: "done" } } });
    expect(stoppedAt(world.incident())).toBeNull();
    await world.step(prove);
    expect(stoppedAt(world.incident())).not.toBeNull();
  });

  it.each([
    { title: "proven", changes: {} },
    { title: "proven as it was before", changes: {}, times: 2 },
    { title: "not to be proven, since access was given back", changes: { restored: { at: 1, stoppedAt: 1 } } },
    { title: "not to be proven, since a person ended it", changes: { ended: { at: 1, by: "sam", reason: "" } } },
  ])("is no longer waited for by who asked for it once it is $title", async ({ changes, times = 1 }) => {
    const world = await leakedWorld({ incident: changes });
    for (let time = 0; time < times; time += 1) {
      await noteAskedAgain(world.incident(), world);
      await world.step(prove);

      expect(world.incident().askedAgain).toEqual({ at: expect.any(Number), isOver: true });
    }
  });

  it("does not hold where nothing is stored to ask with", async () => {
    const world = await leakedWorld({ isUnmanaged: true });
    expect(await world.step(prove)).toMatchObject({ steps: { prove: { outcome: "incomplete" } } });
  });
});
