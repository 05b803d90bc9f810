import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Login } from "../../../lib/auth0/login.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { Secret } from "../../../lib/model/secret.ts";
import { CURRENT, PENDING } from "../../../lib/rotation/ports.ts";
import { ServiceError } from "../../../lib/sandbox/cloud/secrets-manager/service-error.ts";
import { startSecretsManager } from "../../../lib/sandbox/cloud/secrets-manager/start-secrets-manager.ts";
import { eventClock } from "../../support/world/event-clock.ts";
import { runProcess } from "../../support/world/process.ts";
import { seeded } from "../../support/world/random.ts";
import { createWire, FAULTS, type Fault } from "../../support/world/wire.ts";
import { PROPAGATIONS, type Propagation, WINDOW, worldClient } from "./auth0.ts";
import { prepareKeys } from "./keys.ts";
import { moveBackByHand, setSecretByHand } from "./people.ts";
import { worldVault } from "./vault.ts";
import { createWorld } from "./world.ts";

const id = (index: number): string => `version-${String(index).padStart(28, "0")}`;
const version = fc.integer({ min: 0, max: 4 }).map(id);
const value = fc.constantFrom("one", "two");
const operation = fc.oneof(
  fc.record({ do: fc.constant("storePending" as const), version, value }),
  fc.record({ do: fc.constant("promote" as const), to: version, from: version }),
  fc.record({ do: fc.constant("announce" as const), version }),
  fc.record({ do: fc.constant("putByHand" as const), version: fc.integer({ min: 5, max: 9 }).map(id), value }),
  fc.record({ do: fc.constant("cancel" as const) }),
);

describe("the vault of the world", () => {
  it("does what the fake of Secrets Manager does, which is tested against the service's documentation", async () => {
    await using service = await startSecretsManager({ rotate: () => new Promise(() => undefined) });
    let names = 0;
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25, size: "max" }), async (operations) => {
        names += 1;
        const name = `secret-${names}`;
        const call = (operation: string, input: object) => service.call(operation, { SecretId: name, ...input });
        call("CreateSecret", { Name: name, ClientRequestToken: id(0), SecretString: "first" });
        call("RotateSecret", { ClientRequestToken: id(99), RotationLambdaARN: "arn:f", RotateImmediately: false });
        call("UpdateSecretVersionStage", { VersionStage: PENDING, RemoveFromVersionId: id(99) });
        const vault = worldVault(name, id(0), "first");
        const taken = new Set([id(0)]);
        for (const next of operations) {
          steps += 1;
          if (next.do === "putByHand") {
            if (taken.has(next.version)) continue; // the service chooses a token that nobody has
            taken.add(next.version);
          }
          const expected = refusedOr(() => inService(call, next));
          expect([next, refusedOr(() => inWorld(vault, name, next))]).toEqual([next, expected]);
          const described = call("DescribeSecret", {}) as { VersionIdsToStages: Record<string, string[]> };
          expect(sorted([...vault.describe(name).versions])).toEqual(
            sorted(Object.entries(described.VersionIdsToStages)),
          );
          for (const label of [CURRENT, PENDING]) {
            const read = refusedOr(() => call("GetSecretValue", { VersionStage: label }).SecretString);
            expect(vault.read(label)).toBe(read === "refused" ? undefined : read);
          }
        }
      }),
      { numRuns: 200 },
    );
    console.info(`the world's vault: ${steps} operations agree with the fake of Secrets Manager`);
  });
});

const sorted = (labels: (readonly [string, readonly string[]])[]) =>
  labels.map(([version, on]) => [version, on.toSorted()]).sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function inWorld(vault: ReturnType<typeof worldVault>, name: string, next: Operation): unknown {
  if (next.do === "storePending") return vault.storePending(name, next.version, new Secret(next.value));
  if (next.do === "promote") return vault.promote(name, next.to, next.from);
  if (next.do === "putByHand") return vault.putByHand(next.version, next.value);
  if (next.do === "cancel") return vault.cancel();
  return vault.announce(next.version) ? undefined : "refused";
}

function inService(call: (operation: string, input: object) => unknown, next: Operation): undefined {
  if (next.do === "storePending") {
    call("PutSecretValue", {
      ClientRequestToken: next.version,
      SecretString: next.value,
      VersionStages: [PENDING],
    });
  } else if (next.do === "promote") {
    const labels = { MoveToVersionId: next.to, RemoveFromVersionId: next.from };
    call("UpdateSecretVersionStage", { VersionStage: CURRENT, ...labels });
  } else if (next.do === "putByHand") {
    call("PutSecretValue", { ClientRequestToken: next.version, SecretString: next.value });
  } else if (next.do === "cancel") call("CancelRotateSecret", {});
  else call("RotateSecret", { ClientRequestToken: next.version });
}

function refusedOr<T>(run: () => T): T | "refused" {
  try {
    return run();
  } catch (error) {
    if (error instanceof ServiceError || error instanceof CurfewError) return "refused";
    throw error;
  }
}

/** What each way to spread says of the old and the new secret, while it spreads and afterwards. */
const SPREADING: Readonly<Record<Propagation, [old: Said, current: Said]>> = {
  "at once": ["never", "always"],
  "old until the end": ["always", "never"],
  both: ["always", "always"],
  flapping: ["sometimes", "sometimes"],
};
type Said = "never" | "always" | "sometimes";

describe("a client of the world", () => {
  it.each(PROPAGATIONS)("lets the old and the new credential in as they spread: %s", (propagation) => {
    const keys = prepareKeys(2);
    const [first, second] = keys as [(typeof keys)[number], (typeof keys)[number]];
    for (const kind of ["client-secret", "private-key"] as const) {
      const clock = eventClock();
      const given = kind === "client-secret" ? { secret: "old" } : { key: first };
      const client = worldClient({ clock, random: seeded(7), kind, clientId: "c", propagation, ...given });
      const login = (credential: string): Login =>
        kind === "client-secret"
          ? { method: kind, clientId: "c", secret: new Secret(credential) }
          : { method: kind, clientId: "c", privateKeyJwk: new Secret(credential) };
      const old = login(kind === "client-secret" ? "old" : first.jwk);
      const current = login(kind === "client-secret" ? "new" : second.jwk);
      const ask = (asked: Login): Said => {
        const answers = new Set(Array.from({ length: 40 }, () => client.accepts(asked)));
        return answers.size === 2 ? "sometimes" : answers.has(true) ? "always" : "never";
      };

      expect([ask(old), ask(current)]).toEqual(["always", "never"]);
      if (kind === "client-secret") client.setSecret("new", "curfew");
      else client.attach([client.register({ ...second, name: "new" }, "curfew").id], "curfew");
      expect([ask(old), ask(current)]).toEqual(SPREADING[propagation]);
      clock.pass(WINDOW - 1);
      expect([ask(old), ask(current)]).toEqual(SPREADING[propagation]);
      clock.pass(1);
      expect([ask(old), ask(current)]).toEqual(["never", "always"]);
    }
  });

  it("keeps two keys, and none that is attached is deleted", () => {
    const [first, second, third] = prepareKeys(3).map((key) => ({ ...key, name: "key" }));
    if (!first || !second || !third) throw new Error("no keys");
    const options = { clock: eventClock(), random: seeded(1), propagation: "at once", clientId: "c" } as const;
    const client = worldClient({ ...options, kind: "private-key", key: first });
    const added = client.register(second, "curfew");

    expect(() => client.register(third, "curfew")).toThrow("refused");
    expect(() => client.deleteKey(client.attached?.[0] ?? "")).toThrow("refused");
    client.deleteKey(added.id);
    expect(client.registered.map(({ kid }) => kid)).toEqual([first.kid]);
  });
});

/** What each fault leaves behind: whether the call was done, and what its caller hears. */
const STRUCK: Readonly<Record<Fault, [done: string, heard: string]>> = {
  "fails before": ["never", "service-failed"],
  "fails after": ["at once", "service-failed"],
  "answer lost": ["at once", "unreachable"],
  "dies before": ["never", "nothing"],
  "dies after": ["at once", "nothing"],
  throttled: ["never", "throttled"],
  hangs: ["never", "nothing"],
  "hangs, done late": ["after its death", "nothing"],
};

describe("the wire of the world", () => {
  it.each(FAULTS)("strikes the call that was meant, and no other: %s", async (fault) => {
    const clock = eventClock();
    const done: number[] = [];
    const options = { latency: () => 1, isShared: false, onEffect: () => undefined };
    const wire = createWire({ clock, faults: [{ skip: 1, fault }], ...options });
    const call = (process: Parameters<typeof wire.call>[0]) =>
      wire.call(process, {
        name: "call",
        effect: () => void done.push(clock.now()),
        failed: (code) => new CurfewError(code, "It failed."),
      });
    const begun = clock.now();
    const ending = await clock.run(
      (async () => {
        const ended = await runProcess(clock, "one", 60_000, async (process) => {
          await call(process);
          await call(process);
        });
        const atItsEnd = clock.now();
        await clock.sleep(100_000);
        return { ended, atItsEnd };
      })(),
    );
    const [, second] = done;
    const { ended } = ending;

    const when = second === undefined ? "never" : second <= begun + 2 ? "at once" : "after its death";
    const heard = ended.ended === "failed" && ended.error instanceof CurfewError ? ended.error.code : "nothing";
    expect([when, heard]).toEqual(STRUCK[fault]);
    expect(wire.struck).toEqual([`${fault} at call`]);
  });

  it("has nothing more from a process that is dead", async () => {
    const clock = eventClock();
    const done: string[] = [];
    const options = { latency: () => 1_000, isShared: true, faults: [], onEffect: () => undefined };
    const wire = createWire({ clock, ...options });
    const ended = await clock.run(
      (async () => {
        const ending = await runProcess(clock, "one", 2_500, async (process) => {
          for (const name of ["first", "second", "third", "fourth"]) {
            await wire.call(process, {
              name,
              effect: () => void done.push(name),
              failed: () => new CurfewError("interrupted", ""),
            });
          }
        });
        await clock.sleep(10_000);
        return ending.ended;
      })(),
    );

    expect(ended).toBe("died");
    expect(done).toEqual(["first", "second"]);
  });
});

describe("the guard of labels", () => {
  it.each([
    ["cannot be seen: it moved a label after the last look, and that was a moment before", 1_500, "after", 0],
    ["was to be seen: the last look was long before", 1_501, "after", 1],
    ["was seen: it moved a label before the last look", 0, "before", 1],
  ] as const)("excuses what a person does exactly where it %s", (_, sentAfter, moved, violations) => {
    const world = createWorld({ kind: "client-secret", propagation: "at once", keys: prepareKeys(1) });
    const { vault, guard, clock, target } = world;
    const first = vault.labelled(CURRENT) ?? "";
    const process = {};
    setSecretByHand(world, "hand", true);
    if (moved === "before") moveBackByHand(world);
    clock.pass(1);
    guard.labels.looked(process);
    if (moved === "after") moveBackByHand(world);
    vault.storePending(target.arn, id(50), new Secret("new"));
    clock.pass(sentAfter);
    const promote = () => vault.promote(target.arn, id(50), first);

    guard.labels.moving("promote", promote, process, clock.now());

    expect(guard.violations).toHaveLength(violations);
  });
});
