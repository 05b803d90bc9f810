import fc from "fast-check";
import { expect, it } from "vitest";
import { changeRotation, writeTarget } from "../../lib/rotation/ledger/ledger.ts";
import { CREDENTIAL_KINDS } from "../../lib/rotation/ledger/target.ts";
import { CURRENT, PENDING, PREVIOUS } from "../../lib/rotation/ports.ts";
import { FAULTS } from "../support/world/wire.ts";
import { PROPAGATIONS } from "./world/auth0.ts";
import {
  hangingVersion,
  nextMorning,
  recordOf,
  resume,
  rotateByHand,
  rotateDue,
  serveRotation,
} from "./world/curfew.ts";
import { prepareKeys } from "./world/keys.ts";
import { credentialOf } from "./world/payload.ts";
import {
  attachAllByHand,
  detachAllButCurrentByHand,
  leaveKeyByHand,
  moveBackByHand,
  moveForwardByHand,
  setSecretByHand,
  tidyKeysByHand,
} from "./world/people.ts";
import { createWorld, type World } from "./world/world.ts";

const SECOND = 1_000;
const HOUR = 3_600_000;

/** Histories of one test run. */
const RUNS = Number(process.env.CURFEW_RUNS ?? 300);

/** Milliseconds on a busy machine; on an idle one it takes a twentieth of that. */
const PATIENCE = 300 * Math.max(300, RUNS);

/** Happenings of one history. */
const MOST = 40;

/** Nine that Curfew takes, and two that people register by hand. */
const KEYS = prepareKeys(11);
const OWN = KEYS.slice(0, 9);
const HAND = KEYS.slice(9);

/** What must be true, by what people did alone. */
interface Model {
  /** Whether people had their hands in the client: then what is stored may be refused. */
  isTouched: boolean;
  /**
   * How often Auth0 had been told of something new when it was held with nothing under way: until a person says
   * otherwise it stays so.
   */
  frozenAt: number | undefined;
  /** People who are at it. */
  people: number;
  hands: number;
}

/** What is going on: each of them ends when its processes do. */
interface Real {
  world: World;
  background: Promise<unknown>[];
}

/** A name for what happens, and what it does to model and world. */
class Happening implements fc.AsyncCommand<Model, Real> {
  readonly name: string;
  readonly happen: (model: Model, real: Real) => void | Promise<void>;

  constructor(name: string, happen: (model: Model, real: Real) => void | Promise<void>) {
    this.name = name;
    this.happen = happen;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    await this.happen(model, real);
    await pass(real, 0);
    judge(model, real);
  }

  toString(): string {
    return this.name;
  }
}

const pass = ({ world }: Real, milliseconds: number): Promise<void> => world.clock.run(world.clock.sleep(milliseconds));

/** After every step: nothing that must never be has been, what is stored works, and what is held is left alone. */
function judge(model: Model, { world }: Real): void {
  const [newest] = world.client.live();
  const record = recordOf(world);
  expect(world.guard.violations).toEqual([]);
  if (world.kind === "client-secret" && !model.isTouched) {
    const stored = [CURRENT, PENDING].flatMap((label) => world.vault.read(label) ?? []);
    expect(stored.map(credentialOf)).toContain(newest?.secret);
  }
  const told = world.wire.calls.filter((call) => TELLING.includes(call)).length;
  if (model.frozenAt !== undefined) expect(told).toBe(model.frozenAt);
  const isFrozen = record?.held && record.underWay?.setAt === undefined && record.order?.by !== "person";
  model.frozenAt = isFrozen && model.people === 0 ? told : undefined;
}

const TELLING: readonly string[] = ["tenant.setSecret", "tenant.registerKey"];

const happening = (name: string, happen: Happening["happen"]) => fc.constant(new Happening(name, happen));
const inBackground = (real: Real, work: Promise<unknown>): void => void real.background.push(work);

function byPerson(model: Model, real: Real, work: Promise<unknown>): void {
  model.frozenAt = undefined;
  model.people += 1;
  inBackground(
    real,
    work.finally(() => {
      model.people -= 1;
    }),
  );
}

const commands = [
  happening("the audit rotates", (_, real) => inBackground(real, rotateDue(real.world, true))),
  happening("the audit finishes", (_, real) => inBackground(real, rotateDue(real.world, false))),
  happening("a person rotates", (model, real) => {
    byPerson(model, real, rotateByHand(real.world));
  }),
  happening("a person rotates with --overwrite", (model, real) => {
    byPerson(model, real, rotateByHand(real.world, true));
  }),
  happening("the console rotates", (_, real) => {
    const version = real.world.newVersion();
    if (real.world.vault.announce(version)) inBackground(real, serveRotation(real.world, version));
  }),
  happening("rotation is cancelled", (_, { world }) => world.vault.cancel()),
  happening("AWSPENDING is taken away by hand", (model, { world }) => {
    model.isTouched = true;
    world.guard.excuse();
    world.vault.takePendingAway();
  }),
  happening("the oldest version is labelled AWSPENDING by hand", (model, { world }) => {
    model.isTouched = true;
    world.guard.excuse();
    world.vault.labelOldest();
  }),
  happening("the former value is stored again", (model, { world }) => {
    const former = world.vault.read(PREVIOUS);
    if (former === undefined) return;
    model.isTouched = true;
    world.guard.excuse();
    world.vault.putByHand(world.newVersion(), former);
    world.guard.look("storing", "a person");
  }),
  happening("AWSCURRENT is moved back by label", (model, { world }) => {
    if (moveBackByHand(world)) model.isTouched = true;
  }),
  happening("AWSCURRENT is moved to the pending version by label", (model, { world }) => {
    if (moveForwardByHand(world)) model.isTouched = true;
  }),
  happening("rotation is switched on", (_, { world }) => {
    world.vault.secret.rotationEnabled = true;
  }),
  happening("a person resumes", (model, real) => {
    byPerson(model, real, resume(real.world));
  }),
  happening("every process dies", (_, { world }) => world.killAll()),
  happening("deprecated versions go after a day", async (_, real) => {
    const { vault } = real.world;
    const unwanted = vault.deprecated();
    await pass(real, 24 * HOUR);
    vault.removeDeprecated(unwanted);
  }),
  fc.boolean().map(
    (isStored) =>
      new Happening(`a secret is set by hand${isStored ? " and stored" : ""}`, (model, { world }) => {
        if (world.kind !== "client-secret") return;
        model.hands += 1;
        const secret = `hand-${model.hands}`;
        setSecretByHand(world, secret, isStored);
        model.isTouched = true;
      }),
  ),
  fc.constantFrom(...HAND).map(
    (key) =>
      new Happening("a key is left by hand", (_, { world }) => {
        if (world.kind === "private-key") leaveKeyByHand(world, key);
      }),
  ),
  happening("all keys are attached by hand", (model, { world }) => {
    if (world.kind !== "private-key") return;
    model.isTouched = true;
    attachAllByHand(world);
  }),
  fc
    .record({ skip: fc.nat(40), fault: fc.constantFrom(...FAULTS) })
    .map(
      (fault) => new Happening(`${fault.fault} after ${fault.skip} calls`, (_, { world }) => world.wire.plan(fault)),
    ),
  ...[10 * SECOND, 90 * SECOND, 90 * SECOND, 600 * SECOND, 30 * HOUR].map((longest) =>
    fc.nat(longest).map((time) => new Happening(`${time / SECOND} s pass`, (_, real) => pass(real, time))),
  ),
];

/** People put right what only people can, and the mornings do the rest. */
async function end({ world }: Real): Promise<void> {
  world.wire.calm();
  world.vault.secret.rotationEnabled = true;
  if (world.kind === "private-key") tidyKeysByHand(world);
  for (let morning = 0; morning < 8; morning++) {
    await nextMorning(world);
    // A key that only a label kept until now is one more that nobody needs.
    if (recordOf(world)?.held?.refusal === "no-place") tidyKeysByHand(world);
    const advice = recordOf(world)?.lastFailure?.message;
    if (advice?.includes("detach it")) detachAllButCurrentByHand(world);
    if (advice?.includes("move AWSCURRENT to its version")) moveBackByHand(world);
    await resume(world);
    // What a person orders first may be a version that hangs and only comes to its end.
    if (morning === 0 || (morning < 4 && !isSettled(world))) await rotateByHand(world, true);
    else await rotateDue(world, false);
  }
}

/** Where what hung came to nothing, a person is told to order anew. */
const isSettled = (world: World): boolean =>
  hangingVersion(world) === undefined &&
  recordOf(world)?.promoted?.version === world.vault.labelled(CURRENT) &&
  recordOf(world)?.order?.cameToNothing === undefined;

it("holds whatever schedule, people, crashes and time do in whatever order", { timeout: PATIENCE }, async () => {
  let steps = 0;
  let promoted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...CREDENTIAL_KINDS),
      fc.constantFrom(...PROPAGATIONS),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.commands(commands, { maxCommands: MOST, size: "max" }),
      async (kind, propagation, seed, happenings) => {
        const world = createWorld({
          ...{ kind, propagation, seed, keys: OWN, isShared: true },
          latency: (random) => Math.floor(random() * 1_500),
        });
        await writeTarget(world.table, world.target);
        await changeRotation(world.table, world.target, (record) => ({ ...record, acceptedAt: world.clock.now() }));
        const real: Real = { world, background: [] };
        await fc.asyncModelRun(() => {
          const model: Model = { isTouched: false, frozenAt: undefined, people: 0, hands: 0 };
          return { model, real };
        }, happenings);
        steps += world.wire.calls.length;
        await world.clock.run(Promise.all(real.background).then(() => end(real)));
        const record = recordOf(world);
        expect(world.guard.violations).toEqual([]);
        expect([hangingVersion(world), record?.held, record?.promoted?.version]).toEqual([
          undefined,
          undefined,
          world.vault.labelled(CURRENT),
        ]);
        expect(record?.aftercare.filter(({ notProvable }) => notProvable === undefined)).toEqual([]);
        const kids = world.client.registered.map(({ kid }) => kid);
        expect(new Set(kids).size).toBe(kids.length);
        promoted += 1;
      },
    ),
    { numRuns: RUNS },
  );
  console.info(`interleavings: ${promoted} histories of up to ${MOST} happenings, ${steps} calls, all ended promoted`);
});
