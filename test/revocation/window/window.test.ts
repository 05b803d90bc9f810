import { describe, expect, test } from "vitest";
import { readLifetimes, recordLifetimes } from "../../../lib/history/lifetimes.ts";
import { reachOf } from "../../../lib/revocation/window/reach.ts";
import { exposureWindow } from "../../../lib/revocation/window/window.ts";
import { windowSentences } from "../../../lib/revocation/window/window-text.ts";
import { aResourceServer } from "../../support/inventory.ts";
import { memoryTable } from "../../support/memory-table.ts";
import {
  aToken,
  audited,
  closing,
  DAY,
  type Era,
  HOUR,
  lastAccepted,
  ORDERS,
  question,
  reading,
  type Settings,
  STOP,
} from "./eras.ts";

const MAXIMUM = 30 * DAY;

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
    // The next audit saw the new value; until then the old one may have held.
    const seen = STOP - 4 * DAY + 3 * HOUR;

    expect(closing(question(await known(OF_TWO_HOURS, tenDays, 4)))).toBe(seen + 10 * DAY + MINUTE);
    expect(closing(question(await known(OF_TWO_HOURS, tenDays, 20)))).toBe(STOP + 2 * HOUR + MINUTE);
  });

  test.each([
    { title: "nothing was recorded", of: async () => ({ readings: [reading([], STOP)] }), why: "not on record" },
    { title: "nobody ever looked", of: async () => ({ records: [], readings: [] }), why: "in the end is not known" },
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
    // Where nothing is known of any other, nobody may have tried to list them yet.
    const [, why] = windowSentences(exposureWindow({ ...asked, records: [], readings: [] }), STOP);
    expect(why).toMatch(/^The last ones are for APIs of which there is no list: they live for 30/);
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
