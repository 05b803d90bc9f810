import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { formerClient } from "../../../lib/revocation/window/former-client.ts";
import { reachOf, withAudiences } from "../../../lib/revocation/window/reach.ts";
import { exposureWindow } from "../../../lib/revocation/window/window.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { incidentOf } from "../support.ts";
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

type Drawn<A> = A extends fc.Arbitrary<infer Value> ? Value : never;

const incident = { ...incidentOf(), openedAt: STOP, steps: {} };

/** What is known of the application: it was seen at each look, and the log shows what it was given tokens for. */
async function formerly(eras: readonly Era[], audits: readonly number[], logFrom: number | null, types: string[]) {
  const table = memoryTable();
  const isGrantedAt = (at: number): boolean => eras.findLast(({ from }) => from <= at)?.isGranted ?? false;
  const grantsAt = (at: number) => (isGrantedAt(at) ? [{ id: "cgr_1", client_id: "job", audience: ORDERS }] : []);
  const grants = grantsAt(STOP);
  await preserve(table, incident, "grant-types", ["client_credentials", ...types]);
  await preserve(
    table,
    incident,
    "grant-ids",
    grants.map(({ id }) => id),
  );
  for (const grant of grants) await preserve(table, incident, `grant/${grant.id}`, grant);
  const before = async (moment: number) => {
    const at = audits.findLast((audit) => audit < moment);
    const clientGrants = { status: "complete", data: grantsAt(at ?? 0) } as never;
    return at === undefined ? undefined : { at, finishedAt: at, source: "audit", inventory: { clientGrants } };
  };
  const earlier = { isRead: logFrom !== null, reachesBackTo: logFrom };
  const former = await formerClient(incident, { table, now: STOP, earlier, inventories: { before } });
  const isInLog =
    logFrom !== null && eras.some(({ isGranted }, index) => isGranted && (eras[index + 1]?.from ?? STOP) > logFrom);
  return { former, logged: isInLog ? [ORDERS] : [] };
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
  const change = fc.record({ part: fc.integer({ min: 1, max: 999 }), settings, isGranted: fc.boolean() });
  /** Until the next look: within three days, with one change at the most; or nobody looks, and anything happens. */
  const look = {
    /** How long the run had gone on by then, where the one before had ended, and how long it did after. Milliseconds. */
    began: fc.integer({ min: 0, max: 20 * HOUR }),
    took: fc.integer({ min: 0, max: HOUR }),
    /** Zero for the incident's, where it has begun. */
    by: fc.integer({ min: 0, max: 3 }),
  };
  const watched = fc.record({
    pause: fc.integer({ min: 60_000, max: 3 * DAY }),
    changes: fc.array(change, { maxLength: 1 }),
    ...look,
  });
  const blind = fc.record({
    pause: fc.integer({ min: 5 * DAY, max: 12 * DAY }),
    changes: fc.array(change, { maxLength: 4 }),
    ...look,
  });
  const stretch = fc.oneof({ weight: 9, arbitrary: watched }, { weight: 1, arbitrary: blind });
  const WHO = ["the first look or an audit", "the token", "the log"];
  const offset = fc.integer({ min: -20_000, max: 20_000 });
  const world = fc.record({
    first: settings,
    isGranted: fc.boolean(),
    before: blind,
    stretches: fc.oneof(
      fc.array(stretch, { maxLength: 40 }),
      fc.array(watched, { minLength: 15, maxLength: 30 }), // then all of the last month was mostly seen
    ),
    last: stretch,
    hasReading: fc.boolean(),
    /** So many looks before the stop the incident began. */
    sinceFirstLook: fc.integer({ min: 0, max: 12 }),
    /** How far the tenant's log reaches back, where it can be read. Milliseconds. */
    log: fc.option(fc.integer({ min: 0, max: 40 * DAY })),
    /** From the real stop to the moment at which it counted as proven. */
    proving: fc.integer({ min: 0, max: 120_000 }),
    /** Who says that users had tokens through the application. */
    said: fc.oneof(fc.subarray(WHO, { maxLength: 0 }), fc.subarray(WHO)),
    /** How far the clocks of issuer, verifier and Curfew are off. Milliseconds. */
    issuer: offset,
    verifier: offset,
    own: offset,
  });

  /** Eras and looks of a world, and when nothing was issued any more: the last look is that of the incident. */
  function played({ first, isGranted: isFirst, before, stretches, last, sinceFirstLook }: Drawn<typeof world>) {
    const all = [before, ...stretches, last];
    let at = STOP - all.reduce((sum, { pause }) => sum + pause, 0);
    let endOfLast = at;
    const eras: Era[] = [{ from: at - 60 * DAY, settings: first, isGranted: isFirst }];
    const looks = all.slice(0, -1).map(({ pause, changes, began, took, by }, index) => {
      const moments = changes.map(({ part, ...to }) => ({ from: at + Math.round((part / 1_000) * pause), ...to }));
      eras.push(...moments.sort((a, b) => a.from - b.from));
      at += pause;
      const from = Math.max(endOfLast, at - began);
      const next = at + (all[index + 1]?.pause ?? 0);
      endOfLast = Math.min(at + took, next - 1);
      return { at, from, to: endOfLast, isOfIncident: by === 0 && index > stretches.length - sinceFirstLook };
    });
    eras.push(
      ...last.changes.map(({ part, ...to }) => ({ from: at + Math.round((part / 1_000) * last.pause), ...to })),
    );
    return { eras: eras.sort((a, b) => a.from - b.from), looks };
  }

  test("no token is accepted after it, whatever was seen of its lifetimes and however clocks differ", async () => {
    let seen = 0;
    let assumed = 0;
    let narrow = 0;
    await fc.assert(
      fc.asyncProperty(world, async (drawn) => {
        const { eras, looks } = played(drawn);
        const { said, proving, issuer, verifier, own, hasReading, log } = drawn;
        const users = said.length > 0;
        const types = said.includes("the first look or an audit") ? ["authorization_code"] : [];
        const all = looks.map(({ at }) => at);
        const { former, logged } = await formerly(eras, all, log === null ? null : STOP - log, types);
        const token = said.includes("the token") ? aToken({ subject: "auth0|1", grantType: null, expiresAt: 0 }) : null;
        const stop = STOP - proving;
        const [audits, reads] = [false, true].map((isOfIncident) =>
          looks.filter((look) => look.isOfIncident === isOfIncident),
        );
        const records = await audited(eras, audits ?? []);
        const asked = question({
          records,
          readings: [...(reads ?? []), ...(hasReading ? [{ at: STOP }] : [])].map(({ at }) => reading(eras, at)),
          reach: withAudiences(reachOf(former, token, said.includes("the log")), logged),
          refreshTokensRevokedAt: users ? STOP : null,
        });
        const window = exposureWindow(asked);

        // Dated by the issuer's clock, judged by the verifier's, told by ours.
        const accepted = lastAccepted(eras, stop, users) + issuer - verifier;
        const told = closing(asked) - own;
        expect(accepted).toBeLessThanOrEqual(told);
        if ((window.apis[0]?.assumed ?? null) === null) seen += 1;
        else assumed += 1;
        if (asked.reach.audiences !== "any") narrow += 1;
      }),
      { numRuns: 700 },
    );
    const read = `${seen} windows from what was seen, ${assumed} from the longest lifetime there is`;
    console.info(`worlds: ${read}; in ${narrow} not every API is within reach`);
    expect(Math.min(seen, assumed, narrow)).toBeGreaterThan(0);
  });

  test("with a complete history it closes within two minutes of the last token that there could be", async () => {
    /** Between two audits, but for the minute around each. */
    const between = fc.integer({ min: 60_000, max: DAY - 60_000 });
    const drawn = fc.record({
      settings: fc.array(fc.record({ lifetime, forWeb: fc.constant(null) }), { minLength: 45, maxLength: 50 }),
      /** When the audits run, from three o'clock on: one in two across midnight. */
      hour: fc.oneof(
        fc.integer({ min: 0, max: DAY }),
        fc.integer({ min: 21 * HOUR - 10_000, max: 21 * HOUR + 10_000 }),
      ),
      began: fc.integer({ min: 0, max: 30_000 }),
      took: fc.integer({ min: 0, max: 30_000 }),
      /** How many of them are from after the stop. */
      after: fc.integer({ min: 0, max: 9 }),
      /** When the incident looked before the stop. */
      reads: fc.array(fc.record({ daysBefore: fc.integer({ min: 1, max: 12 }), at: between }), { maxLength: 6 }),
      stopAt: between,
    });
    await fc.assert(
      fc.asyncProperty(drawn, async ({ settings, hour, began, took, after, reads, stopAt }) => {
        // Somebody has changed the settings just before each audit: what the records leave open has really happened.
        const last = STOP + hour;
        const audits = settings.map((_, index) => last - (settings.length - after - 1 - index) * DAY);
        const eras = settings.map((set, index) => ({ from: (audits[index] ?? 0) - 1_000, settings: set }));
        const stop = last + stopAt;
        const looks = reads.map(({ daysBefore, at }) => last - daysBefore * DAY + at).sort((a, b) => a - b);
        const asked = question({
          stoppedAt: stop,
          records: await audited(
            eras,
            audits.map((at) => ({ at, from: at - began, to: at + took })),
          ),
          readings: [...looks, stop].map((at) => reading(eras, at)),
        });

        const late = closing(asked) - lastAccepted(eras, stop, false);

        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThanOrEqual(120_000);
      }),
      { numRuns: 70 },
    );
  });
});
