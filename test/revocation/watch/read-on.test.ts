import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { type LogGap, type LogPosition, readOn } from "../../../lib/revocation/watch/read-on.ts";
import { virtualClock } from "../../support/virtual-clock.ts";
import { DAY, HOUR, logEvent, THREE_AM, testTenant } from "../support.ts";

/** What happens between two readings: time passes, events come, and a reading fails in the middle. */
const history = fc.array(
  fc.record({
    hours: fc.double({ min: 0.1, max: 60, noNaN: true }),
    events: fc.integer({ min: 0, max: 12 }),
    failsAfter: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 12 },
);

interface Outcome {
  read: string[];
  all: { id: string; at: number }[];
  gaps: LogGap[];
  position: LogPosition;
}

/** Reads a log that forgets what is older than `retention`, over and over. */
async function play(
  steps: readonly { hours: number; events: number; failsAfter: number | undefined }[],
  { retention, knowsDropped }: { retention: number; knowsDropped: boolean },
): Promise<Outcome> {
  let now = THREE_AM;
  const clock = { ...virtualClock(), now: () => now };
  const tenant = testTenant();
  Object.assign(tenant, { pageSize: 3, knowsDropped });
  const outcome: Outcome = { read: [], all: [], gaps: [], position: { position: null, readUntil: now } };
  for (const { hours, events, failsAfter } of steps) {
    const length = hours * HOUR;
    const fresh = Array.from({ length: events }, (_, index) => logEvent(now + (length * (index + 1)) / (events + 1)));
    now += length;
    tenant.log = [...tenant.log, ...fresh].filter(({ at }) => at >= now - retention);
    outcome.all.push(...fresh);
    let pages = 0;
    for await (const page of readOn(tenant.port, clock, outcome.position)) {
      outcome.read.push(...page.events.map(({ id }) => id));
      if (page.gap) outcome.gaps.push(page.gap);
      outcome.position = { position: page.position, readUntil: page.readUntil };
      pages += 1;
      if (pages === failsAfter) break;
    }
  }
  for await (const page of readOn(tenant.port, clock, outcome.position)) {
    outcome.read.push(...page.events.map(({ id }) => id));
    if (page.gap) outcome.gaps.push(page.gap);
  }
  return outcome;
}

describe("reading on in a log", () => {
  it.each([true, false])(
    "reads each event once, or says that it is missing (events that are gone are known: %s)",
    async (knowsDropped) => {
      await fc.assert(
        fc.asyncProperty(history, fc.constantFrom(1, 5, 30), async (steps, days) => {
          const { read, all, gaps } = await play(steps, { retention: days * DAY, knowsDropped });

          expect(new Set(read).size).toBe(read.length);
          for (const { id, at } of all) {
            if (!read.includes(id)) expect(gaps.some(({ from, to }) => at >= from && at <= to)).toBe(true);
          }
          expect(read).toEqual(read.toSorted());
        }),
      );
    },
  );

  it("says of no gap where none can be", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const short = steps.map((step) => ({ ...step, hours: Math.min(step.hours, 12), failsAfter: undefined }));
        const { read, all, gaps } = await play(short, { retention: DAY, knowsDropped: false });

        expect(gaps).toEqual([]);
        expect(read).toHaveLength(all.length);
      }),
    );
  });

  it("shows nothing again where Auth0 refuses to go on from an event that it still has", async () => {
    const tenant = testTenant();
    const [first, second, third] = [0, 1, 2].map((minute) => logEvent(THREE_AM + minute));
    tenant.log = [first, second, third].flatMap((event) => event ?? []);
    const { logEvents } = tenant.port;
    const refusing = {
      logEvents: (from: string | undefined) => {
        if (from === undefined) return logEvents(from);
        throw new CurfewError("request-refused", "Auth0 does not know this event.", { detail: "status 400" });
      },
    };
    const read: string[] = [];
    const known = { position: second?.id ?? null, readUntil: THREE_AM + 1 };
    for await (const { events } of readOn(refusing, virtualClock(), known)) read.push(...events.map(({ id }) => id));

    expect(read).toEqual([third?.id]);
  });

  it("fails where Auth0 does", async () => {
    const tenant = testTenant();
    tenant.failure = new CurfewError("unreachable", "Auth0 could not be reached.");
    const reading = readOn(tenant.port, virtualClock(), { position: "1", readUntil: THREE_AM });

    await expect(reading.next()).rejects.toMatchObject({ code: "unreachable" });
  });
});
