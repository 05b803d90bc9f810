import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LifetimeRecord, readLifetimes, recordLifetimes } from "../../../lib/history/lifetimes.ts";
import type { TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import type { ApiReading } from "../../../lib/revocation/window/api-lifetimes.ts";
import { reachOf } from "../../../lib/revocation/window/reach.ts";
import { exposureWindow, type WindowQuestion } from "../../../lib/revocation/window/window.ts";
import { aManagementApi, aResourceServer, DOMAIN } from "../../support/inventory.ts";
import { memoryTable } from "../../support/memory-table.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MAXIMUM = 30 * DAY;
const STOP = Date.UTC(2026, 10, 23, 3);
const ORDERS = "https://orders.acme.example";

type Drawn<A> = A extends fc.Arbitrary<infer Value> ? Value : never;

/** What an API is set to; null while it is not there. Seconds. */
type Settings = { lifetime: number; forWeb: number | null } | null;

/** From a moment on, until the next one. */
interface Era {
  from: number;
  settings: Settings;
}

const serverOf = (settings: Settings) =>
  settings ? [aResourceServer({ token_lifetime: settings.lifetime, token_lifetime_for_web: settings.forWeb })] : [];

/** The Management API is always there: its record shows when audits looked. */
const apisOf = (settings: Settings) => [aManagementApi({ token_lifetime: 60 }), ...serverOf(settings)];

const settingsAt = (eras: readonly Era[], instant: number): Settings =>
  eras.findLast(({ from }) => from <= instant)?.settings ?? null;

async function audited(eras: readonly Era[], audits: readonly number[]): Promise<LifetimeRecord[]> {
  const table = memoryTable();
  for (const at of audits) await recordLifetimes(table, "acme", apisOf(settingsAt(eras, at)), at);
  return readLifetimes(table, "acme");
}

const reading = (eras: readonly Era[], at: number): ApiReading => ({ at, apis: apisOf(settingsAt(eras, at)) });

/** Until when the last token that was issued before `stop` is accepted by one who goes by the right time. */
function lastAccepted(eras: readonly Era[], stop: number, isForWeb: boolean): number {
  const ends = eras.flatMap(({ from, settings }, index) => {
    const until = Math.min(eras[index + 1]?.from ?? stop, stop);
    if (!settings || from >= until) return [];
    const lifetime = isForWeb ? Math.max(settings.lifetime, settings.forWeb ?? 0) : settings.lifetime;
    return [until + lifetime * 1000];
  });
  return Math.max(stop, ...ends);
}

const question = (changes: Partial<WindowQuestion>): WindowQuestion => ({
  domain: DOMAIN,
  now: STOP,
  reportedAt: STOP - HOUR,
  token: null,
  reach: { audiences: [ORDERS], users: false },
  lifetimesAreChosen: false,
  stoppedAt: STOP,
  refreshTokensRevokedAt: null,
  records: [],
  readings: [],
  ...changes,
});

/** When it closes; fails where it does not. */
function closing(asked: WindowQuestion): number {
  const window = exposureWindow(asked);
  if (window.state === "closes") return window.at;
  throw new Error(window.because.join(" "));
}

describe("the window is right", () => {
  const lifetime = fc.oneof(
    fc.constantFrom(0, 60, 7_200, 86_400, 864_000, 2_592_000),
    fc.integer({ min: 0, max: 2_592_000 }),
  );
  const settings: fc.Arbitrary<Settings> = fc.option(
    fc.record({ lifetime, forWeb: fc.option(lifetime, { nil: null }) }),
    { nil: null, freq: 6 },
  );
  /** When in a stretch, in thousandths of it: never at the moment of a look, which would see it or not. */
  const change = fc.record({ part: fc.integer({ min: 1, max: 999 }), settings });
  /** Until the next look: within three days, with one change at the most; or nobody looks, and anything happens. */
  const watched = fc.record({
    pause: fc.integer({ min: 60_000, max: 3 * DAY }),
    changes: fc.array(change, { maxLength: 1 }),
  });
  const blind = fc.record({
    pause: fc.integer({ min: 5 * DAY, max: 12 * DAY }),
    changes: fc.array(change, { maxLength: 4 }),
  });
  const stretch = fc.oneof({ weight: 9, arbitrary: watched }, { weight: 1, arbitrary: blind });
  const offset = fc.integer({ min: -20_000, max: 20_000 });
  const world = fc.record({
    first: settings,
    before: blind,
    stretches: fc.array(stretch, { maxLength: 40 }),
    last: stretch,
    hasReading: fc.boolean(),
    /** From the real stop to the moment at which it counted as proven. */
    proving: fc.integer({ min: 0, max: 120_000 }),
    /** Who says that users had tokens through the application. */
    said: fc.subarray(["the first look or an audit", "the token", "the log"] as const),
    /** How far the clocks of issuer, verifier and Curfew are off. Milliseconds. */
    issuer: offset,
    verifier: offset,
    own: offset,
  });

  /** Eras and looks of a world, and when nothing was issued any more: the last look is that of the incident. */
  function played({ first, before, stretches, last }: Drawn<typeof world>) {
    const all = [before, ...stretches, last];
    let at = STOP - all.reduce((sum, { pause }) => sum + pause, 0);
    const eras: Era[] = [{ from: at - 60 * DAY, settings: first }];
    const looks: number[] = [];
    for (const { pause, changes } of all) {
      const moments = changes.map(({ part, settings: to }) => ({ from: at + (part / 1_000) * pause, settings: to }));
      eras.push(...moments.sort((a, b) => a.from - b.from));
      at += pause;
      looks.push(at);
    }
    return { eras, audits: looks.slice(0, -1) };
  }

  test("no token is accepted after it, whatever was seen of its lifetimes and however clocks differ", async () => {
    let seen = 0;
    let assumed = 0;
    await fc.assert(
      fc.asyncProperty(world, async (drawn) => {
        const { eras, audits } = played(drawn);
        const { said, proving, issuer, verifier, own, hasReading } = drawn;
        const users = said.length > 0;
        const types = said.includes("the first look or an audit") ? ["authorization_code"] : [];
        const former = { clientId: "job", grantTypes: ["client_credentials", ...types], grantedAudiences: [ORDERS] };
        const token = said.includes("the token") ? aToken({ subject: "auth0|1", grantType: null, expiresAt: 0 }) : null;
        const stop = STOP - proving;
        const records = await audited(eras, audits);
        const asked = question({
          records,
          readings: hasReading ? [reading(eras, STOP)] : [],
          reach: { ...reachOf(former, token, said.includes("the log")), audiences: [ORDERS] },
          refreshTokensRevokedAt: users ? STOP : null,
        });
        const window = exposureWindow(asked);

        // Dated by the issuer's clock, judged by the verifier's, told by ours.
        const accepted = lastAccepted(eras, stop, users) + issuer - verifier;
        const told = closing(asked) - own;
        expect(accepted).toBeLessThanOrEqual(told);
        if (window.apis[0]?.assumed === null) seen += 1;
        else assumed += 1;
      }),
      { numRuns: 1_500 },
    );
    console.info(`worlds: ${seen} windows from what was seen, ${assumed} from the longest lifetime there is`);
    expect(Math.min(seen, assumed)).toBeGreaterThan(0);
  });

  test("with a complete history it closes within two minutes of the last token that there could be", async () => {
    const days = fc.array(fc.record({ lifetime, forWeb: fc.constant(null) }), { minLength: 40, maxLength: 45 });
    await fc.assert(
      fc.asyncProperty(days, fc.integer({ min: 10, max: DAY - 11_000 }), async (values, sinceMidnight) => {
        // Each day's audit is late in the evening, and somebody has changed the settings just before it: what the
        // records leave open has really happened.
        const midnight = STOP - (STOP % DAY);
        const evenings = values.map((_, index) => midnight - (values.length - 1 - index) * DAY - 10_000);
        const stop = midnight + sinceMidnight;
        const eras = values.map((settings, index) => ({ from: (evenings[index] ?? 0) - 1_000, settings }));
        const asked = question({
          stoppedAt: stop,
          records: await audited(eras, evenings),
          readings: [reading(eras, stop)],
        });

        const late = closing(asked) - lastAccepted(eras, stop, false);

        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThanOrEqual(120_000);
      }),
      { numRuns: 100 },
    );
  });
});

/** Forty days of audits that saw these settings, and a reading at the stop. */
async function known(settings: Settings, before: Settings = settings, changedDaysAgo = 0) {
  const eras: Era[] = [
    { from: 0, settings: before },
    { from: STOP - changedDaysAgo * DAY, settings },
  ];
  const audits = Array.from({ length: 40 }, (_, index) => STOP - (40 - index) * DAY + 3 * HOUR);
  return { records: await audited(eras, audits), readings: [reading(eras, STOP)] };
}

const MINUTE = 60_000;
const OF_TWO_HOURS: Settings = { lifetime: 7_200, forWeb: null };

describe("what closes it", () => {
  test("is the stop, the lifetime and a minute", async () => {
    expect(closing(question(await known(OF_TWO_HOURS)))).toBe(STOP + 2 * HOUR + MINUTE);
  });

  test("is a longer lifetime that ended before, as long as its tokens live", async () => {
    const tenDays: Settings = { lifetime: 864_000, forWeb: null };
    // The audit of that day saw the new value; until its end the old one may have held.
    const endOfDay = STOP - 4 * DAY - (STOP % DAY) + DAY;

    expect(closing(question(await known(OF_TWO_HOURS, tenDays, 4)))).toBe(endOfDay + 10 * DAY + MINUTE);
    expect(closing(question(await known(OF_TWO_HOURS, tenDays, 20)))).toBe(STOP + 2 * HOUR + MINUTE);
  });

  test.each([
    { title: "nothing was recorded", of: async () => ({ readings: [reading([], STOP)] }), why: "not on record" },
    {
      title: "what it is now was not read",
      of: async () => ({ records: (await known(OF_TWO_HOURS)).records }),
      why: "not known",
    },
    {
      title: "it was read before the stop only",
      of: async () => ({ ...(await known(OF_TWO_HOURS)), readings: [reading([], STOP - 1)] }),
      why: "not known",
    },
    {
      title: "its settings cannot be understood",
      of: async () => {
        const apis = [aResourceServer({ token_lifetime: "long" })];
        return { ...(await known(OF_TWO_HOURS)), readings: [{ at: STOP, apis }] };
      },
      why: "cannot be understood",
    },
    {
      title: "an API has no name, and this one is not there",
      of: async () => {
        const apis = [aResourceServer({ identifier: 7, token_lifetime: 60 })];
        return { ...(await known(OF_TWO_HOURS)), readings: [{ at: STOP, apis }] };
      },
      why: "cannot be understood",
    },
    {
      title: "the API Explorer let people choose",
      of: async () => ({ ...(await known(OF_TWO_HOURS)), lifetimesAreChosen: true }),
      why: "chooses how long it lives",
    },
  ])("is the longest lifetime there is where $title, and it says so", async ({ of, why }) => {
    const window = exposureWindow(question(await of()));

    expect(window).toMatchObject({ state: "closes", at: STOP + MAXIMUM + MINUTE });
    expect(window.apis[0]).toMatchObject({ audience: ORDERS, lifetime: 2_592_000 });
    expect(window.apis[0]?.assumed).toContain(why);
  });

  test("is not an API that was deleted long ago", async () => {
    const { records, readings } = await known(null, OF_TWO_HOURS, 20);

    const any = { audiences: "any", users: false } as const;

    expect(closing(question({ records, readings, reach: any }))).toBe(STOP + MINUTE + MINUTE);
  });

  test.each([
    { title: "nobody could list", readings: [] },
    {
      title: "was listed without its name",
      readings: [{ at: STOP, apis: [{ identifier: { unreadable: "number" } }] }],
    },
  ])("is an API that $title, where all are within reach", async ({ readings }) => {
    const { records } = await known(OF_TWO_HOURS);
    const asked = question({ records, readings, reach: { audiences: "any", users: false } });

    expect(closing(asked)).toBe(STOP + MAXIMUM + MINUTE);
    expect(exposureWindow(asked).apis.map(({ audience }) => audience)).toContain("*");
  });

  test("is an API that was deleted while no audit ran: nobody knows what it was set to before", async () => {
    const eras: Era[] = [
      { from: 0, settings: OF_TWO_HOURS },
      { from: STOP - 9 * DAY, settings: { lifetime: 2_592_000, forWeb: null } },
      { from: STOP - 8 * DAY, settings: null },
    ];
    const audits = [...Array.from({ length: 40 }, (_, index) => STOP - (50 - index) * DAY), STOP - 5 * DAY, STOP - DAY];
    const history = { records: await audited(eras, audits), readings: [reading(eras, STOP)] };

    expect(closing(question(history))).toBeGreaterThan(lastAccepted(eras, STOP, false));
  });

  test("is an API that was deleted, and may have been there again while no audit ran", async () => {
    const eras: Era[] = [
      { from: 0, settings: OF_TWO_HOURS },
      { from: STOP - 20 * DAY, settings: null },
      { from: STOP - 8 * DAY, settings: { lifetime: 2_592_000, forWeb: null } },
      { from: STOP - 7 * DAY, settings: null },
    ];
    const audits = Array.from({ length: 40 }, (_, index) => STOP - (50 - index) * DAY);
    const history = { records: await audited(eras, audits), readings: [reading(eras, STOP)] };

    expect(closing(question(history))).toBeGreaterThan(lastAccepted(eras, STOP, false));
  });

  test("is the leaked token's own end, where that is later", async () => {
    const history = await known(OF_TWO_HOURS);
    const expiresAt = STOP + 5 * HOUR;

    expect(closing(question({ ...history, token: aToken({ expiresAt }) }))).toBe(expiresAt + MINUTE);
    expect(closing(question({ ...history, token: aToken({ expiresAt: STOP - HOUR }) }))).toBe(STOP + 2 * HOUR + MINUTE);
  });

  test("is never an end that nobody can believe", async () => {
    const signature = { status: "unverifiable", why: "the keys could not be read" } as const;
    const claims = [aToken({ expiresAt: STOP + 9_000 * DAY, signature }), aToken({ expiresAt: null })];

    for (const token of claims) {
      expect(closing(question({ ...(await known(OF_TWO_HOURS)), token }))).toBe(STOP - HOUR + MAXIMUM + MINUTE);
    }
  });
});

const aToken = (changes: Partial<TokenFacts>): TokenFacts => ({
  form: "jwt",
  issuer: `https://${DOMAIN}/`,
  subject: "job@clients",
  clientId: "job",
  audience: [ORDERS],
  scopes: [],
  grantType: "client-credentials",
  issuedAt: STOP - HOUR,
  notBefore: null,
  expiresAt: STOP + HOUR,
  jti: null,
  kid: "key",
  sha256: "0".repeat(64),
  signature: { status: "verified" },
  ...changes,
});

describe("what keeps it open", () => {
  test("that new tokens may still be issued; those that are out are told all the same", async () => {
    const history = await known(OF_TWO_HOURS);

    expect(exposureWindow(question({ ...history, stoppedAt: null, now: STOP + HOUR }))).toMatchObject({
      state: "open",
      because: [expect.stringContaining("not proven")],
      knownUntil: STOP + 2 * HOUR + MINUTE,
    });
  });

  test("users' refresh tokens, until they are revoked; then profiles can be read for a day", async () => {
    const history = await known({ lifetime: 60, forWeb: null });
    const asked = question({ ...history, reach: { audiences: "any", users: true } });

    expect(exposureWindow(asked)).toMatchObject({
      state: "open",
      because: [expect.stringContaining("refresh tokens")],
    });
    expect(closing({ ...asked, refreshTokensRevokedAt: STOP })).toBe(STOP + DAY + MINUTE);
  });

  test("a token that nobody can read", async () => {
    const token = aToken({ form: "opaque", expiresAt: null });

    expect(exposureWindow(question({ ...(await known(OF_TWO_HOURS)), token }))).toMatchObject({ state: "open" });
  });
});

test("of a thousand APIs those that last longest are told, and how many there are", async () => {
  const apis = Array.from({ length: 1_000 }, (_, index) =>
    aResourceServer({ identifier: `https://api-${index}.example`, token_lifetime: index }),
  );
  const table = memoryTable();
  for (let days = 35; days >= 0; days -= 1) {
    await recordLifetimes(table, "acme", apis.slice(-1), STOP - days * DAY);
  }
  const records = await readLifetimes(table, "acme");
  const window = exposureWindow(
    question({ records, readings: [{ at: STOP, apis }], reach: { audiences: "any", users: false } }),
  );

  expect(window).toMatchObject({ state: "closes", others: 980, at: STOP + MAXIMUM + MINUTE });
  expect(window.apis).toHaveLength(20);
});

describe("what an application may have been given tokens for", () => {
  const MACHINE = { clientId: "job", grantTypes: ["client_credentials"], grantedAudiences: ["a"] };

  test.each([
    {
      title: "a machine: its grants",
      grantTypes: ["client_credentials"],
      granted: ["a", "a"],
      users: false,
      any: false,
    },
    { title: "one that lost its grant types: its grants", grantTypes: [], granted: ["a"], users: false, any: false },
    {
      title: "a machine whose grants could not be listed",
      grantTypes: ["client_credentials"],
      users: false,
      any: true,
    },
    {
      title: "one with user logins",
      grantTypes: ["refresh_token", "client_credentials"],
      granted: ["a"],
      users: true,
      any: true,
    },
    { title: "one that is gone, or that nobody could see", granted: ["a"], users: "not seen", any: true },
  ])("$title", ({ grantTypes, granted, users, any }) => {
    expect(reachOf({ clientId: "job", grantTypes, grantedAudiences: granted }, null, false)).toEqual({
      users,
      audiences: any ? "any" : ["a"],
    });
  });

  test("what the token was for counts too", () => {
    expect(reachOf(MACHINE, aToken({ audience: ["a", ORDERS] }), false).audiences).toEqual(["a", ORDERS]);
  });

  test.each([
    ["a user's token", aToken({ subject: "auth0|1", grantType: null }), false],
    ["a token that nobody can read", aToken({ form: "opaque", subject: null, grantType: null }), false],
    ["users' tokens in the log", null, true],
  ])("with %s it is every API, whatever the application may do now", (_, token, isSeenWithUsers) => {
    expect(reachOf(MACHINE, token, isSeenWithUsers)).toEqual({ audiences: "any", users: true });
  });
});
