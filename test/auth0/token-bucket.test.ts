import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PLAN_LIMITS } from "../../lib/auth0/rate-limits.ts";
import { createTokenBucket } from "../../lib/auth0/token-bucket.ts";
import type { Clock } from "../../lib/model/clock.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const never = new AbortController().signal;

/** A server that counts exactly: a request takes a token when it arrives, or is refused. */
function serverBucket(burst: number, perSecond: number, clock: Clock) {
  let level = burst;
  let at = clock.now();
  let refused = 0;
  return {
    get refused() {
      return refused;
    },
    arrive(): number {
      const now = clock.now();
      level = Math.min(burst, level + ((now - at) / 1000) * perSecond);
      at = now;
      if (level < 1) refused += 1;
      else level -= 1;
      return Math.floor(level);
    },
  };
}

const limits = Object.values(PLAN_LIMITS).flatMap((plan) => Object.values(plan.buckets));

describe("a token bucket", () => {
  it("is never refused by the server, whatever the latency of each request, and uses at least 95 % of its rate", async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...limits),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 250 }), fc.integer({ min: 0, max: 250 })), {
          minLength: 60,
          maxLength: 150,
        }),
        async (limit, latencies) => {
          runs += 1;
          const clock = virtualClock();
          const server = serverBucket(limit.burst, limit.perSecond, clock);
          const bucket = createTokenBucket(limit, clock);
          const startedAt = clock.now();
          let lastSentAt = startedAt;
          const requests = latencies.map(async ([there, back]) => {
            await bucket.take(never);
            const sentAt = clock.now();
            lastSentAt = sentAt;
            await clock.sleep(there);
            const remaining = server.arrive();
            await clock.sleep(back);
            bucket.settle();
            bucket.correct(remaining, clock.now() - sentAt, limit.burst);
          });
          await clock.run(Promise.all(requests));

          expect(server.refused).toBe(0);
          const sustained = latencies.length - limit.burst;
          const ideal = (sustained / limit.perSecond) * 1000;
          // One round trip is lost once: the burst is spent before the first answer lets tokens come back.
          if (sustained > 0) expect(lastSentAt - startedAt).toBeLessThanOrEqual(ideal / 0.95 + 1_000);
        },
      ),
      { numRuns: 60 },
    );
    console.log(`token bucket: ${runs} random runs over ${limits.length} limits, 0 refused`);
  });

  it("waits until the time the server named", async () => {
    const clock = virtualClock();
    const bucket = createTokenBucket({ burst: 10, perSecond: 2 }, clock);
    const startedAt = clock.now();
    await clock.run(bucket.take(never));
    bucket.settle();
    bucket.block(startedAt + 7_000);

    await clock.run(bucket.take(never));

    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(7_000);
  });

  it("believes the server when others use up the same limit", async () => {
    const clock = virtualClock();
    const bucket = createTokenBucket({ burst: 10, perSecond: 2 }, clock);
    const startedAt = clock.now();
    await clock.run(bucket.take(never));
    bucket.settle();
    bucket.correct(0, 0); // nine were thought to be left: at most one is

    await clock.run(bucket.take(never).then(() => bucket.take(never)));

    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(500);
  });

  it("never holds more than the server says there are at the most", async () => {
    const clock = virtualClock();
    const bucket = createTokenBucket({ burst: 50, perSecond: 16 }, clock);
    await clock.run(bucket.take(never));
    bucket.settle();
    bucket.correct(2, 0, 2);
    const startedAt = clock.now();

    await clock.run(Promise.all([1, 2, 3, 4].map(() => bucket.take(never).then(() => bucket.settle()))));

    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(60);
  });

  it("finds the rate that others leave, and what it asks in vain stays a small part", async () => {
    const clock = virtualClock();
    const server = serverBucket(50, 5, clock);
    const bucket = createTokenBucket({ burst: 50, perSecond: 16 }, clock);
    const startedAt = clock.now();
    const ask = async (): Promise<void> => {
      for (;;) {
        await bucket.take(never);
        await clock.sleep(50);
        const before = server.refused;
        server.arrive();
        bucket.settle();
        if (server.refused === before) return;
        bucket.block(clock.now() + 200);
      }
    };

    await clock.run(Promise.all(Array.from({ length: 500 }, ask)));

    const seconds = (clock.now() - startedAt) / 1000;
    console.log(
      `token bucket: 500 requests at a third of the rate: ${server.refused} refused, ${seconds.toFixed(0)} s of 90 s`,
    );
    expect(server.refused).toBeLessThan(75);
    expect(seconds).toBeLessThan(180);
  });

  it("serves in order of arrival and lets the next one go when one gives up", async () => {
    const clock = virtualClock();
    const bucket = createTokenBucket({ burst: 1, perSecond: 1 }, clock);
    await clock.run(bucket.take(never));
    bucket.settle();
    const order: string[] = [];
    const impatient = new AbortController();
    const first = bucket.take(impatient.signal).catch(() => order.push("first gave up"));
    const second = bucket.take(never).then(() => order.push("second"));
    impatient.abort();

    await clock.run(Promise.all([first, second]));

    expect(order).toEqual(["first gave up", "second"]);
  });
});
