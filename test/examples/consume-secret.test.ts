import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { consumeSecret, KEEP, LABELS, type Label, PERSIST, REST } from "../../examples/consume-secret.ts";
import { virtualClock } from "../support/virtual-clock.ts";

/** A secret and what Auth0 accepts of it, both as a test says. */
function aWorld(values: Partial<Record<Label, string>>, accepts: (value: string, now: number) => boolean) {
  const clock = virtualClock(0);
  const readings: Label[] = [];
  const attempts: { value: string; at: number }[] = [];
  const read = async (label: Label): Promise<string | undefined> => {
    readings.push(label);
    await clock.sleep(10);
    return values[label];
  };
  const attempt = async (value: string): Promise<string | undefined> => {
    const at = clock.now();
    attempts.push({ value, at });
    await clock.sleep(20);
    return accepts(value, at) ? `with ${value}` : undefined;
  };
  const withSecret = consumeSecret({ read, clock });
  return { clock, values, readings, attempts, read, attempt, ask: () => withSecret(attempt) };
}

const tried = ({ attempts }: { attempts: { value: string }[] }) => attempts.map(({ value }) => value);

describe("a consumer", () => {
  it("reads AWSCURRENT once and keeps it for five minutes", async () => {
    const world = aWorld({ AWSCURRENT: "a" }, () => true);

    const answers = await world.clock.run(
      (async () => {
        const first = [await world.ask(), await world.ask()];
        await world.clock.sleep(KEEP);
        return [...first, await world.ask()];
      })(),
    );

    expect(answers).toEqual(["with a", "with a", "with a"]);
    expect(world.readings).toEqual(["AWSCURRENT", "AWSCURRENT"]);
  });

  it("shares one reading among callers that come together", async () => {
    const world = aWorld({ AWSCURRENT: "a" }, () => true);

    await world.clock.run(Promise.all(Array.from({ length: 50 }, world.ask)));

    expect(world.readings).toEqual(["AWSCURRENT"]);
    expect(world.attempts).toHaveLength(50);
  });

  it("reads again when its value is refused, and then keeps the new one", async () => {
    const world = aWorld({ AWSCURRENT: "a" }, (value) => value === world.values.AWSCURRENT);
    await world.clock.run(world.ask());
    Object.assign(world.values, { AWSPREVIOUS: "a", AWSCURRENT: "b" });

    await world.clock.run(world.ask());
    await world.clock.run(world.ask());

    expect(tried(world)).toEqual(["a", "a", "b", "b"]);
    expect(world.readings).toEqual(["AWSCURRENT", "AWSCURRENT"]);
  });

  it.each([
    { title: "the pending value, when the current one is the refused one", right: "p", order: ["c", "p"] },
    { title: "the previous value, when the pending one is refused too", right: "o", order: ["c", "p", "o"] },
  ])("tries $title", async ({ right, order }) => {
    const world = aWorld({ AWSCURRENT: "c", AWSPENDING: "p", AWSPREVIOUS: "o" }, (value) => value === right);

    expect(await world.clock.run(world.ask())).toBe(`with ${right}`);
    expect(tried(world)).toEqual(order);
  });

  it("goes round again for 45 s, ever more slowly, and then says that everything is refused", async () => {
    const world = aWorld({ AWSCURRENT: "c", AWSPREVIOUS: "o" }, () => false);

    const asking = world.clock.run(world.ask());

    await expect(asking).rejects.toThrow("Auth0 refuses every stored value of the secret.");
    expect(world.clock.now()).toBeGreaterThanOrEqual(PERSIST);
    expect(world.attempts.at(-1)?.at).toBeGreaterThanOrEqual(PERSIST);
    expect(world.attempts.length).toBeLessThan(30);
  });

  it("searches once for callers that are refused together", async () => {
    const world = aWorld({ AWSCURRENT: "c", AWSPENDING: "p" }, (value) => value === "p");

    const answers = await world.clock.run(Promise.all(Array.from({ length: 50 }, world.ask)));

    expect(new Set(answers)).toEqual(new Set(["with p"]));
    expect(tried(world).filter((value) => value === "c")).toHaveLength(50);
    expect(tried(world).filter((value) => value === "p")).toHaveLength(50);
    expect(world.readings).toEqual(["AWSCURRENT", "AWSCURRENT", "AWSPENDING"]);
  });

  it("leaves Auth0 alone for a few seconds after everything was refused, whoever asks, and then asks again", async () => {
    const world = aWorld({ AWSCURRENT: "c" }, (value) => value === "mended");
    const asks = Array.from({ length: 50 }, () => world.ask());
    const ended = await world.clock.run(Promise.allSettled(asks));
    const before = world.attempts.length;

    await expect(world.clock.run(world.ask())).rejects.toThrow("Auth0 refuses every stored value");
    expect(world.attempts.length).toBe(before);
    expect(before).toBeLessThan(50 + 30);
    expect(ended.every(({ status }) => status === "rejected")).toBe(true);
    world.values.AWSCURRENT = "mended";
    await world.clock.run(world.clock.sleep(REST));
    expect(await world.clock.run(world.ask())).toBe("with mended");
  });

  it("lets a caller go when its signal says so, and goes on for the others", async () => {
    const world = aWorld({ AWSCURRENT: "c", AWSPENDING: "p" }, (value, now) => value === "p" && now > 10_000);
    const withSecret = consumeSecret({ read: world.read, clock: world.clock });
    const impatient = new AbortController();
    const first = withSecret(world.attempt, impatient.signal);
    const second = withSecret(world.attempt);
    const left = expect(first).rejects.toThrow("no time");

    await world.clock.run(world.clock.sleep(1_000));
    impatient.abort(new Error("no time"));
    await left;

    expect(await world.clock.run(second)).toBe("with p");
  });

  it("passes on what is no refusal, at once", async () => {
    const { clock, read } = aWorld({ AWSCURRENT: "a" }, () => true);
    let attempts = 0;
    const attempt = async (): Promise<string> => {
      attempts += 1;
      throw new Error("status 503");
    };

    await expect(clock.run(consumeSecret({ read, clock })(attempt))).rejects.toThrow("status 503");
    expect(attempts).toBe(1);
  });

  it("goes on with the value that it has while Secrets Manager cannot be read", async () => {
    const world = aWorld({ AWSCURRENT: "a" }, () => true);
    let away = false;
    const read = (label: Label) => (away ? Promise.reject(new Error("away")) : world.read(label));
    const withSecret = consumeSecret({ read, clock: world.clock });
    await world.clock.run(withSecret(world.attempt));
    away = true;
    await world.clock.run(world.clock.sleep(KEEP));

    expect(await world.clock.run(withSecret(world.attempt))).toBe("with a");
  });

  it("finds the right value although one label cannot be read", async () => {
    const world = aWorld({ AWSCURRENT: "c", AWSPREVIOUS: "o" }, (value) => value === "o");
    const read = (label: Label) => (label === "AWSPENDING" ? Promise.reject(new Error("denied")) : world.read(label));

    expect(await world.clock.run(consumeSecret({ read, clock: world.clock })(world.attempt))).toBe("with o");
  });

  it("says why a label could not be read when nothing else helps", async () => {
    const world = aWorld({ AWSCURRENT: "c" }, () => false);
    const read = (label: Label) => (label === "AWSPENDING" ? Promise.reject(new Error("denied")) : world.read(label));

    const asking = world.clock.run(consumeSecret({ read, clock: world.clock })(world.attempt));

    await expect(asking).rejects.toMatchObject({ cause: new Error("denied") });
  });

  it("rejects when there is nothing to begin with", async () => {
    const world = aWorld({}, () => true);

    await expect(world.clock.run(world.ask())).rejects.toThrow("no value under AWSCURRENT");
  });

  it("never fails while one of the stored values is accepted by each server, whichever that is", async () => {
    let asked = 0;
    const choices = fc.array(fc.nat(2), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(choices, fc.integer({ min: 0, max: 30_000 }), async (flaps, windowEnd) => {
        // Each attempt meets a server that has one of the values; from the window's end on all have the pending one.
        let attempt = 0;
        const accepted = (now: number) =>
          now >= windowEnd ? "AWSPENDING" : LABELS[flaps[attempt++ % flaps.length] ?? 0];
        const values = { AWSCURRENT: "AWSCURRENT", AWSPENDING: "AWSPENDING", AWSPREVIOUS: "AWSPREVIOUS" };
        const world = aWorld(values, (value, now) => value === accepted(now));
        expect(await world.clock.run(world.ask())).toMatch(/^with AWS/);
        asked += world.attempts.length;
      }),
    );
    console.info(`consumer: 100 windows of up to 30 s, ${asked} attempts, no failure`);
  });
});
