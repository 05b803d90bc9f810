import { beforeAll, describe, expect, it } from "vitest";
import { days } from "../../lib/model/duration.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { pauseAfter } from "../../lib/revocation/pause.ts";
import { shouldRotateAgain } from "../../lib/revocation/respond/rotate-again.ts";
import { MOST_TURNS, watchInterval } from "../../lib/revocation/watch/interval.ts";
import type { ExposureWindow } from "../../lib/revocation/window/window.ts";
import { done, incidentOf } from "../revocation/support.ts";
import { FULL } from "./configurations.ts";
import { INCIDENT, runIncident } from "./incident-run.ts";
import { SYNTHESIS_TIMEOUT, synthesized } from "./synthesize.ts";

let template: string;
beforeAll(async () => {
  template = (await synthesized(FULL)).template.text;
}, SYNTHESIS_TIMEOUT);

const run = (script: Parameters<typeof runIncident>[2], changed?: Parameters<typeof runIncident>[3]) =>
  runIncident(template, INCIDENT, script, changed);

describe("the history of an execution", () => {
  /** Source: AWS Step Functions developer guide, "Service quotas": the history of a Standard execution. */
  const MOST_EVENTS = 25_000;

  /** A twentieth stays free: what is counted here is a model of the history, and not the history. */
  const BUDGET = MOST_EVENTS * 0.95;

  let countsWhere: Record<"itAnswers" | "itDies", Awaited<ReturnType<typeof countsOf>>>;
  beforeAll(async () => {
    countsWhere = { itAnswers: await countsOf("on"), itDies: await countsOf("fails") };
  });

  /** Of an execution, in days. */
  const LONGEST = 180;

  it.each([
    { title: "cannot be replaced", what: "not replaced", window: "closes" },
    { title: "cannot be replaced", what: "not replaced", window: "open" },
    { title: "is put back before every turn", what: "put back", window: "closes" },
    { title: "is put back before every turn", what: "put back", window: "open" },
    { title: "is replaced by a function that dies over it", what: "dies", window: "closes" },
    { title: "is replaced by a function that dies over it", what: "dies", window: "open" },
  ] as const)(
    "has room for as many turns of watching as there are, with what is done beside them, where what leaked $title (the window: $window)",
    ({ what, window }) => {
      const { few, turn, again, look } = what === "dies" ? countsWhere.itDies : countsWhere.itAnswers;
      const { turns, tries, lasts } = triesWhile(what, window);
      const events = few + turn * (turns - 20) + again * tries + look * (LONGEST - lasts);

      console.info(
        `${turns} turns of watching, ${turn} events each, and ${tries} tries, ${again} events each: ${events} events of ${MOST_EVENTS}`,
      );
      expect([turn, again]).toEqual([expect.any(Number), what === "dies" ? 23 : 18]);
      expect(turn).toBeGreaterThanOrEqual(9);
      expect(tries).toBeGreaterThan(50);
      expect(events).toBeLessThan(BUDGET);
    },
  );

  /** The events of 20 turns and all that is done beside them; of one turn more, of a try, of a look whether it is over. */
  async function countsOf(ending: "on" | "fails") {
    const waiting = (tries: number) => (_: number, count: number) => (count === tries ? "on" : "again");
    /** A question is asked again each day; the log, and then the tenant, is tried to be read for as long as Auth0 keeps the log. */
    const watched = async (turns: number, next: "rotate" | "again") => {
      const { events } = await run({
        ...{ rotate: ending, prove: ending, contain: "again" },
        watch: (_, count) => (count === turns - 1 ? "on" : next),
        "plan-restore": (_, count) => (count === 100 ? "on" : count % 2 === 0 ? "ask" : "again"),
        "plan-key-revocation": waiting(triesIn(LONGEST)),
        "look-back": waiting(triesIn(1)),
        investigate: waiting(triesIn(30) - triesIn(1)),
      });
      return events;
    };
    const [few, more, tried] = [await watched(20, "again"), await watched(40, "again"), await watched(40, "rotate")];
    /** Whether it is over is looked at once a day. */
    const waited = await run({ "last-look": (_, count) => (count === 10 ? "on" : "again") });
    const look = (waited.events - (await run({})).events) / 10;
    return { few, look, turn: (more - few) / 20, again: (tried - more) / 39 };
  }

  /** How often something is tried in so many days that waits longer the longer it has waited. */
  function triesIn(count: number): number {
    let tries = 0;
    for (let passed = 0; passed < days(count); passed += pauseAfter(passed * 1_000)) tries += 1;
    return tries;
  }

  const NOT_REPLACED = { message: "", outcome: "incomplete", missing: ["It is not replaced."], code: null } as const;

  /** How often watching says that what leaked is to be replaced again, where no try helps. */
  function triesWhile(
    what: "not replaced" | "put back" | "dies",
    state: "closes" | "open",
  ): { turns: number; tries: number; lasts: number } {
    const { openedAt } = incidentOf();
    const at = openedAt + days(30) * 1_000;
    const known = { apis: [], others: 0, tokenUntil: null };
    const window: ExposureWindow =
      state === "closes" ? { ...known, state, at } : { ...known, state, because: [], knownUntil: openedAt };
    const contained = Object.fromEntries(
      ["lock", "detach-key", "contain", "network-acl", "look"].map((step) => [step, done(openedAt)]),
    );
    const isPutBack = what === "put back";
    /** Access may be given back for a week more, and somebody watches until then. */
    const end = at + days(7) * 1_000;
    let [now, turns, tries] = [openedAt, 0, 0];
    let askedAgain: Incident["askedAgain"];
    let steps: Incident["steps"] = { ...contained, rotate: done(openedAt), prove: done(openedAt) };
    if (!isPutBack) steps = { ...steps, rotate: { ...NOT_REPLACED, at: openedAt } };
    while (turns < MOST_TURNS && (state === "open" || now < end)) {
      turns += 1;
      if (isPutBack) steps = { ...steps, contain: done(now) };
      if (shouldRotateAgain(incidentOf({ steps, window, ...(askedAgain && { askedAgain }) }), now, true)) {
        tries += 1;
        askedAgain = { at: now };
        if (what !== "dies") {
          steps = { ...steps, rotate: isPutBack ? done(now) : { ...NOT_REPLACED, at: now }, prove: done(now) };
          askedAgain = { at: now, isOver: true };
        }
      }
      now += watchInterval(window, turns, now, end) * 1_000;
    }
    return { turns, tries, lasts: Math.floor((now - openedAt) / (days(1) * 1_000)) };
  }

  it("has room where watching, asking and paging fail for as long as a window is open", async () => {
    const failing = (count: number) => {
      const endsAt = (passed: number) => (passed >= days(count) ? "on" : "fails");
      const all = { watch: endsAt, "plan-restore": endsAt, "plan-key-revocation": endsAt };
      return run(all, { publish: "fails" });
    };
    const [few, more] = [await failing(2), await failing(4)];
    const day = (more.events - few.events) / 2;
    const events = few.events + day * (30 - 2);

    console.info(`all fails for 30 days, ${day} events a day: ${events} events of ${MOST_EVENTS}`);
    expect(more.passed).toBeGreaterThanOrEqual(days(4));
    expect(events).toBeLessThan(BUDGET);
  });
});
