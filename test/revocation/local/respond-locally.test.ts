import { describe, expect, test } from "vitest";
import type { Login } from "../../../lib/auth0/login.ts";
import { recordLifetimes } from "../../../lib/history/lifetimes.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { Secret } from "../../../lib/model/secret.ts";
import { endIncident } from "../../../lib/revocation/incident/end-incident.ts";
import { stepsForPeople } from "../../../lib/revocation/incident/for-people.ts";
import { type Incident, isContained, stoppedAt } from "../../../lib/revocation/incident/incident.ts";
import { notDone } from "../../../lib/revocation/incident/not-done.ts";
import type { OwnLogin } from "../../../lib/revocation/leak/classify.ts";
import { respondLocally } from "../../../lib/revocation/local/respond-locally.ts";
import type { LogEvent, ResponderTenant } from "../../../lib/revocation/ports.ts";
import { aResourceServer } from "../../support/inventory.ts";
import { logEvent } from "../support.ts";
import { CLIENT_ID, createWorld, type World, type WorldOptions } from "../world/world.ts";

const DAY = 86_400_000;
const ORDERS = { audience: "https://orders", scopes: ["read:orders"] };
const LEAKED: Login = { method: "client-secret", clientId: CLIENT_ID, secret: new Secret("cNry-leaked") };
/** Without user logins the window closes by itself. */
const MACHINE = { client: { grantTypes: ["client_credentials"] }, grants: [ORDERS] };

/** The token endpoint refuses whatever is not what leaked. */
const knowing =
  (tokenFor: ResponderTenant["tokenFor"]): ResponderTenant["tokenFor"] =>
  async (login, audience) =>
    login === LEAKED ? tokenFor(login, audience) : { answer: "refused" };

/** A person's machine, which may be switched off: `signal` ends it. */
function answered(
  world: World,
  {
    leaked = LEAKED,
    signal = new AbortController().signal,
    onStep = () => undefined,
    log = [],
  }: {
    leaked?: Login | null;
    signal?: AbortSignal;
    onStep?: (incident: Incident) => void;
    log?: readonly LogEvent[];
  } = {},
) {
  const nothing = async () => undefined;
  const logEvents = async function* () {
    yield log;
  };
  const run = world.run(
    "a person's machine",
    (parts) =>
      respondLocally(world.opened.id, {
        ...parts,
        tenant: { ...parts.tenant, logEvents, tokenFor: knowing(parts.tenant.tokenFor) },
        signal,
        inventories: { before: nothing, now: nothing },
        leaked,
        onStep: async (incident) => onStep(incident),
      }),
    100 * DAY,
  );
  return world.clock.run(run);
}

/** Runs until the incident is so, as if somebody pressed Ctrl-C then. */
async function until(world: World, is: (incident: Incident) => boolean, leaked: Login | null = LEAKED) {
  const controller = new AbortController();
  const interrupt = new CurfewError("interrupted", "Interrupted.");
  return answered(world, {
    leaked,
    signal: controller.signal,
    onStep: (now) => is(now) && controller.abort(interrupt),
  });
}

const isAnnounced = ({ window }: Incident): boolean => window !== null;

describe("answering a leak from a person's machine", () => {
  test("locks, contains, proves and watches until the window is over, and keeps the evidence", async () => {
    const world = await createWorld({ ...MACHINE, egress: ["203.0.113.7/32"] });

    await until(world, isAnnounced);
    const used = logEvent(world.clock.now(), { id: "m", clientId: CLIENT_ID });
    world.clock.pass(31 * DAY); // a watch of a month takes seconds even here
    const ending = await answered(world, { log: [used] });

    const incident = world.incident();
    expect(ending).toMatchObject({ ended: "done", value: { closedAt: expect.any(Number) } });
    expect(isContained(incident)).toBe(true);
    expect(incident.window?.state === "closes" && (incident.closedAt ?? 0) >= incident.window.at).toBe(true);
    expect(world.tenant.client?.grantTypes).toEqual([]);
    expect([world.tenant.grants.size, world.tenant.acls.length]).toEqual([0, 0]);
    expect(incident.steps["network-acl"]?.message).toMatch(/^From this machine no network ACL is made/);
    expect(incident.steps.close?.outcome).toBe("done");
    expect(world.heard()).toMatch(/was used after it was locked: 1 request\n.*the deployed Curfew did.*\n1 time: POST/);
    expect(incident.steps.investigate?.message).toMatch(/This machine compares no inventories\.$/);
    expect(world.heard()).toContain("Which of these requests were the deployed Curfew's own");
  });

  test("says that a new credential waits for the vault", async () => {
    const world = await createWorld(MACHINE);

    await until(world, isAnnounced);

    expect(world.incident().steps.rotate).toMatchObject({
      outcome: "incomplete",
      missing: [expect.stringContaining("Secrets Manager")],
    });
  });

  test("calls nothing contained that nobody could try", async () => {
    const world = await createWorld(MACHINE);

    await until(world, isAnnounced, null);

    const incident = world.incident();
    expect(incident.steps).toMatchObject({ lock: { outcome: "done" }, contain: { outcome: "done" } });
    expect(isContained(incident)).toBe(false);
    expect(notDone(incident)).toEqual([expect.stringContaining("--old-secret-file")]);
    expect(incident.window?.state).toBe("open");
  });

  test("promises no new credential, and no proof, where it authenticates with a certificate", async () => {
    const client = { ...MACHINE.client, certificates: ["cred_7"], tokenEndpointAuthMethod: undefined };
    const world = await createWorld({ ...MACHINE, client });

    await until(world, isAnnounced, null);

    const incident = world.incident();
    const message = expect.stringContaining("certificate (mTLS)");
    expect(incident.steps).toMatchObject({ lock: { outcome: "done" }, rotate: { outcome: "not-applicable", message } });
    expect(notDone(incident)).toEqual([expect.stringContaining("cannot log in with a certificate")]);
    expect(stepsForPeople(incident)).toContainEqual(expect.stringContaining("take it off"));
    const told = JSON.stringify([incident.steps, world.alerts]);
    expect(told).not.toMatch(/--old-secret-file|Secrets Manager|new secret/);
  });

  test("goes on after every interruption, and ends as if there had been none", async () => {
    const world = await createWorld(MACHINE);
    const steps = ["lock", "contain", "look", "rotate", "prove", "investigate", "watch"] as const;

    const endings = [];
    for (const step of steps) endings.push(await until(world, (incident) => incident.steps[step] !== undefined));
    world.clock.pass(31 * DAY);
    const ending = await answered(world);

    expect(endings.map(({ ended }) => ended)).toEqual(steps.map(() => "failed"));
    expect(ending).toMatchObject({ ended: "done", value: { closedAt: expect.any(Number) } });
    expect(isContained(world.incident())).toBe(true);
    expect(world.alerts.filter(({ title }) => title.includes("is locked"))).toHaveLength(1);
  });

  test("takes away again what a tool puts back, and proves it anew", async () => {
    const world = await createWorld(MACHINE);
    await until(world, isAnnounced);
    const before = world.incident().steps.prove?.at ?? 0;
    world.putBack((tenant) => tenant.setGrantTypes(["client_credentials"]));

    await until(world, ({ steps }) => (steps.prove?.at ?? 0) > before && steps.prove?.outcome === "done");

    expect(world.tenant.client?.grantTypes).toEqual([]);
    expect(isContained(world.incident())).toBe(true);
  });

  test("announces one end and keeps to it: what is proven is not proven again", async () => {
    const world = await createWorld(MACHINE);
    const api = aResourceServer({ identifier: ORDERS.audience, token_lifetime: 3_600 });
    world.tenant.apis.push(api);
    const { openedAt } = world.opened;
    for (let day = 40; day >= 0; day -= 1) await recordLifetimes(world.table, "acme", [api], openedAt - day * DAY);

    const ends = new Set<number>();
    await until(world, ({ window }) => {
      if (window?.state === "closes") ends.add(window.at);
      return world.clock.now() > openedAt + DAY;
    });
    const [end = 0, ...others] = ends;

    expect(others).toEqual([]);
    expect(world.incident().closedAt).toBeLessThan(end + DAY / 24);
  });

  /** Goes on for so long that anything that is tried again now and then was. */
  const resumed = async (world: World, leaked: Login | null): Promise<Incident> => {
    const since = world.clock.now();
    await until(world, () => world.clock.now() > since + DAY / 24, leaked);
    return world.incident();
  };
  const OTHER: Login = { ...LEAKED, secret: new Secret("it-was-replaced") };

  test.each([
    ["nothing to try", null],
    ["what Auth0 refuses, as it does once it is replaced", OTHER],
  ])("stays proven where it is resumed with %s", async (_, leaked) => {
    const world = await createWorld(MACHINE);
    await until(world, isAnnounced);
    const { prove } = world.incident().steps;

    expect((await resumed(world, leaked)).steps.prove).toEqual(prove);
    expect(isContained(world.incident())).toBe(true);
  });

  test("tries at once what it is resumed with, however long it has lasted", async () => {
    const world = await createWorld(MACHINE);
    await until(world, isAnnounced, null);
    world.clock.pass(5 * DAY);
    await until(world, () => true, null);
    const began = world.clock.now();
    await until(world, isContained);

    expect(world.clock.now() - began).toBeLessThan(120_000);
  });

  test("is tried again within a quarter of an hour, however often nothing came of it", async () => {
    const world = await createWorld(MACHINE);
    const { gives } = world.tenant;
    const minutes = () => (world.clock.now() - world.opened.openedAt) / 60_000;
    world.tenant.gives = () => true;
    await until(world, (incident) => {
      if (minutes() > 25) world.tenant.gives = gives;
      return isContained(incident) || minutes() > 120;
    });

    expect(isContained(world.incident())).toBe(true);
    expect(minutes()).toBeLessThan(25 + 15);
  });

  test("is not proven any more where what it is resumed with still gets a token", async () => {
    const world = await createWorld(MACHINE);
    await until(world, isAnnounced);
    world.tenant.gives = () => true;

    expect((await resumed(world, LEAKED)).steps.prove).toMatchObject({ outcome: "incomplete" });
  });

  test("closes what a person has ended, whatever is open, and does not call that contained", async () => {
    const world = await createWorld(MACHINE);
    await until(world, isAnnounced, null);
    const said = { at: world.clock.now(), by: "dana", reason: "mistyped" };
    await endIncident(world.table, world.opened.id, said);
    await endIncident(world.table, world.opened.id, { ...said, by: "sam" });
    const ending = await answered(world, { leaked: null });

    expect(ending).toMatchObject({ ended: "done", value: { closedAt: expect.any(Number), ended: said } });
    expect(isContained(world.incident())).toBe(false);
    expect(world.heard()).toContain("dana ended it before it was over: mistyped");
    expect(world.tenant.client?.grantTypes).toEqual([]);
    expect((await endIncident(world.table, world.opened.id, said)).ended).toEqual(said);
  });

  test("closes what a person has ended where nobody could act", async () => {
    const own: OwnLogin = { role: "responder", hasSpare: false };
    const world = await createWorld({ ...MACHINE, own });
    await answered(world);
    await endIncident(world.table, world.opened.id, { at: world.clock.now(), by: "dana", reason: "done by hand" });

    expect(await answered(world)).toMatchObject({ ended: "done", value: { closedAt: expect.any(Number) } });
  });

  test("closes one about an application that is nowhere once nothing of it can be out", async () => {
    const world = await createWorld({ client: null });
    await until(world, isAnnounced, null);
    const { window, openedAt } = world.incident();
    world.clock.pass(31 * DAY);
    const ending = await answered(world, { leaked: null });

    expect(window).toMatchObject({ state: "closes", at: expect.any(Number) });
    expect(window?.state === "closes" && window.at >= openedAt + 30 * DAY).toBe(true);
    expect(ending).toMatchObject({ ended: "done", value: { closedAt: expect.any(Number) } });
    expect(isContained(world.incident())).toBe(false);
  });

  test("ends where the responder leaked and there is no spare, and acts once it is resumed with one", async () => {
    const own: OwnLogin = { role: "responder", hasSpare: false };
    const world = await createWorld({ ...MACHINE, own });
    const ending = await answered(world);
    const { steps, closedAt } = world.incident();
    own.hasSpare = true;
    await until(world, isContained);

    expect(ending).toMatchObject({ ended: "done", value: { closedAt: null } });
    expect([steps.lock?.outcome, steps.watch, closedAt]).toEqual(["not-applicable", undefined, null]);
    expect(isContained(world.incident())).toBe(true);
  });

  test("changes nothing in a drill, and ends at once", async () => {
    const world = await createWorld({ ...MACHINE, drill: true } satisfies WorldOptions);

    const ending = await answered(world);

    expect(ending).toMatchObject({ ended: "done", value: { closedAt: expect.any(Number), drill: true } });
    expect(world.tenant.client?.grantTypes).toEqual(["client_credentials"]);
    expect(world.tenant.grants.size).toBe(1);
    expect(world.clock.now() - world.opened.openedAt).toBeLessThan(60_000);
    const incident = world.incident();
    expect(incident.steps["put-back"]).toMatchObject({ message: "Nothing was taken away." });
    expect(stoppedAt(incident)).not.toBeNull();
  });

  test("tells of a drill about an application that is nowhere how to drill the right one, and proves nothing", async () => {
    const world = await createWorld({ client: null, drill: true });

    await answered(world);

    expect(world.incident().steps.prove?.outcome).toBe("not-applicable");
    expect(stepsForPeople(world.incident()).join("\n")).toMatch(
      /revoke --local --tenant acme --client ID --reason … --drill\n.*incidents close \S+ --local --reason/,
    );
  });

  test("says of a drill, too, that nothing is proven where nobody has what leaked", async () => {
    const world = await createWorld({ ...MACHINE, drill: true });

    const ending = await answered(world, { leaked: null });

    expect(ending).toMatchObject({ ended: "done", value: { closedAt: expect.any(Number) } });
    expect(stoppedAt(world.incident())).toBeNull();
    expect(notDone(world.incident())).toEqual([expect.stringContaining("--old-secret-file")]);
    expect(world.heard()).not.toMatch(/would be contained/);
  });
});
