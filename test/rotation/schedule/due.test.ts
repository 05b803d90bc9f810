import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KnownCredential } from "../../../lib/rotation/credentials/known-credentials.ts";
import { announced, dueDate, isAutomatic, isDue, mostInARun, planDue } from "../../../lib/rotation/schedule/due.ts";
import { HELD, known, NOW, rotation } from "../../support/rotations.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Any credential, aged so that about half of them are due. */
const anyCredential: fc.Arbitrary<KnownCredential> = fc
  .record({
    tenant: fc.constantFrom("a", "b", "c"),
    clientId: fc.uuid(),
    kind: fc.constantFrom("client-secret" as const, "private-key" as const),
    rotate: fc.constantFrom("auto" as const, "auto" as const, "off" as const),
    hasRotator: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    maxAgeDays: fc.integer({ min: 1, max: 30 }),
    ageHours: fc.option(fc.integer({ min: 0, max: 60 * 24 }), { freq: 9, nil: undefined }),
    isAtLeast: fc.boolean(),
    isHeld: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  })
  .map(({ maxAgeDays, ageHours, isAtLeast, isHeld, ...credential }) =>
    known({
      ...credential,
      maxAge: maxAgeDays * 86_400,
      age:
        ageHours === undefined ? undefined : { since: NOW - (ageHours * DAY) / 24, source: "vault-version", isAtLeast },
      rotation: isHeld ? rotation({ held: HELD }) : undefined,
    }),
  );

const company = fc.array(anyCredential, { maxLength: 40, size: "max" });

const anyRules = fc.record({
  now: fc.constant(NOW),
  limits: fc.record({ maxPerRun: fc.integer({ min: 1, max: 10 }), maxPercentPerRun: fc.integer({ min: 1, max: 100 }) }),
  automatic: fc.integer({ min: 0, max: 100 }),
  barred: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 2 }).map((tenants) => new Set<string>(tenants)),
  begun: fc.constantFrom(0, 0, 0, 1, 3),
});

const RUNS = 1_000;

describe("what is due", () => {
  it("is rotated, waits, or is held: each once, and nothing else is touched", () => {
    let taken = 0;
    fc.assert(
      fc.property(company, anyRules, (credentials, rules) => {
        const plan = planDue(credentials, rules);
        taken += plan.taken.length;

        const all = [...plan.taken, ...plan.waiting, ...plan.held];
        expect(new Set(all).size).toBe(all.length);
        expect(new Set(all)).toEqual(new Set(credentials.filter((one) => isAutomatic(one) && isDue(one, NOW))));
        for (const one of plan.taken) {
          expect(one).toMatchObject({ rotate: "auto", hasRotator: true });
          expect(one.rotation?.held).toBeUndefined();
          expect(rules.barred.has(one.tenant)).toBe(false);
        }
      }),
      { numRuns: RUNS },
    );
    console.info(`due: ${RUNS} companies, ${taken} credentials taken`);
    expect(taken).toBeGreaterThan(RUNS / 2);
  });

  it("is taken from the oldest on, and never more than a run may, with what a retry had begun already", () => {
    fc.assert(
      fc.property(company, anyRules, (credentials, rules) => {
        const { taken, waiting } = planDue(credentials, rules);
        const { maxPerRun, maxPercentPerRun } = rules.limits;

        const most = mostInARun(rules);
        expect(taken.length).toBeLessThanOrEqual(Math.max(0, most - rules.begun));
        expect(most === 1 || most <= maxPerRun).toBe(true);
        expect(most === 1 || most - 1 < (maxPercentPerRun * rules.automatic) / 100).toBe(true);
        const left = waiting.filter(({ tenant }) => !rules.barred.has(tenant));
        if (left.length > 0) expect(taken.length).toBe(Math.max(0, most - rules.begun));
        const youngest = Math.max(...taken.map(since));
        for (const one of left) expect(since(one)).toBeGreaterThanOrEqual(taken.length === 0 ? 0 : youngest);
      }),
      { numRuns: RUNS },
    );
  });

  const since = ({ age }: KnownCredential): number => age?.since ?? 0;

  it.each([
    { automatic: 0, maxPerRun: 5, maxPercentPerRun: 10, most: 1 },
    { automatic: 3, maxPerRun: 5, maxPercentPerRun: 10, most: 1 },
    { automatic: 11, maxPerRun: 5, maxPercentPerRun: 10, most: 2 },
    { automatic: 30, maxPerRun: 5, maxPercentPerRun: 10, most: 3 },
    { automatic: 1_000, maxPerRun: 5, maxPercentPerRun: 10, most: 5 },
    { automatic: 7, maxPerRun: 100, maxPercentPerRun: 100, most: 7 },
  ])("of $automatic credentials, $maxPerRun and $maxPercentPerRun % allow $most", ({ automatic, most, ...limits }) => {
    expect(mostInARun({ automatic, limits })).toBe(most);
  });

  it("comes oldest first, and after the others what failed since its promotion, that which failed longest ago first", () => {
    const at = (hours: number, days: number, promotedHours?: number) => {
      const lastFailure = { version: "v", step: "setSecret", code: "unreachable", refusal: null, message: "" } as const;
      const promoted =
        promotedHours === undefined ? {} : { promoted: { version: "u", at: NOW - promotedHours * HOUR } };
      const record = rotation({ lastFailure: { ...lastFailure, at: NOW - hours * HOUR }, ...promoted });
      return { rotation: record, age: { since: NOW - days * DAY, source: "rotation" as const, isAtLeast: false } };
    };
    const credentials = [
      known({ clientId: "failed yesterday", ...at(24, 400) }),
      known({ clientId: "failed the day before", ...at(48, 300) }),
      known({ clientId: "younger", ...at(0, 95), rotation: undefined }),
      known({ clientId: "failed, and was rotated since", ...at(24, 98, 23) }),
      known({ clientId: "older", ...at(0, 99), rotation: undefined }),
    ];
    const limits = { maxPerRun: 9, maxPercentPerRun: 100 };

    const { taken } = planDue(credentials, { now: NOW, limits, automatic: 9, barred: new Set(), begun: 0 });

    expect(taken.map(({ clientId }) => clientId)).toEqual([
      "older",
      "failed, and was rotated since",
      "younger",
      "failed the day before",
      "failed yesterday",
    ]);
  });

  it("is what is older than it may be; what is exactly so old is not", () => {
    const aged = (milliseconds: number) =>
      known({ maxAge: 86_400, age: { since: NOW - milliseconds, source: "rotation", isAtLeast: false } });

    expect([DAY - 1, DAY, DAY + 1].map((age) => isDue(aged(age), NOW))).toEqual([false, false, true]);
  });

  it("is what people went back to a week after a run sees it, and where none rotates it as old as it is", () => {
    const promoted = { version: "left", at: NOW - DAY };
    const stored = { id: "former", at: NOW - 99 * DAY, run: `${new Date(NOW).toISOString()}#` };
    const age = { since: stored.at, source: "vault-version", isAtLeast: false } as const;
    const back = known({ stored, age, rotation: rotation({ promoted }) });

    expect(dueDate(back, NOW)?.dueAt).toBe(NOW + 7 * DAY);
    expect(dueDate({ ...back, rotate: "off" }, NOW)?.dueAt).toBe(NOW - 9 * DAY);
  });

  it("is nothing of which nobody knows how old it is", () => {
    expect(isDue(known({ age: undefined }), NOW)).toBe(false);
    expect(dueDate(known({ age: undefined }), NOW)).toBeUndefined();
  });
});

describe("what is announced", () => {
  it("is what will be rotated within a week, by the last mark that it has passed", () => {
    fc.assert(
      fc.property(company, (credentials) => {
        const announcements = announced(credentials, NOW);

        for (const { credential, dueAt, mark } of announcements) {
          const left = dueAt - NOW;
          expect(isDue(credential, NOW)).toBe(false);
          expect(mark).toBe(left <= DAY ? 1 : 7);
          expect(left).toBeLessThanOrEqual(7 * DAY);
        }
        const expected = credentials.filter((one) => {
          const left = (dueDate(one, NOW)?.dueAt ?? Number.POSITIVE_INFINITY) - NOW;
          return isAutomatic(one) && !one.rotation?.held && left >= 0 && left <= 7 * DAY;
        });
        expect(new Set(announcements.map(({ credential }) => credential))).toEqual(new Set(expected));
      }),
      { numRuns: RUNS },
    );
  });

  it("is every rotation before it happens, where audits are three days apart at most", () => {
    const pauses = fc.array(fc.integer({ min: 1, max: 3 * 24 }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(pauses, fc.integer({ min: 8, max: 40 }), (hours, maxAgeDays) => {
        const age = { since: NOW, source: "rotation" as const, isAtLeast: false };
        const credential = known({ maxAge: maxAgeDays * 86_400, age });
        const marks: number[] = [];
        let now = NOW;
        for (const pause of hours) {
          now += pause * 3_600_000;
          if (isDue(credential, now)) break;
          marks.push(...announced([credential], now, Math.max(...hours) * 3_600_000).map(({ mark }) => mark));
        }

        if (isDue(credential, now)) expect(marks.at(-1)).toBe(1); // nothing is rotated before the last word on it
        expect(marks).toEqual(marks.toSorted((a, b) => b - a)); // the week before the day
      }),
    );
  });
});
