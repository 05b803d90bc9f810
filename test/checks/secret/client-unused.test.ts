import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/secret/client-unused.ts";
import type { Exchanges, FirstSeen } from "../../../lib/history/history.ts";
import { aGrant, ORDERS } from "../../support/grants.ts";
import { aHistory, aLog, daysAgo, seenFor } from "../../support/history.ts";
import { aClient, aContext, anAuthentication } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const SECTIONS = { clients: [aClient()], clientAuthentication: [anAuthentication()], clientGrants: [] };

interface Known {
  seen?: FirstSeen;
  log?: Partial<Exchanges>;
  /** Days since the last exchange. */
  last?: number;
  own?: string[];
}

const contextOf = ({ seen = seenFor(300), log = {}, last, own = [] }: Known) =>
  aContext({
    history: aHistory({
      seen: new Map([["client-1", seen]]),
      own: new Set(own),
      exchanges: aLog({ lastSeen: new Map(last === undefined ? [] : [["client-1", daysAgo(last)]]), ...log }),
    }),
  });

const judged = (known: Known, grants: Record<string, unknown>[] = []) =>
  evaluateCheck(
    check,
    { ...SECTIONS, clientGrants: grants.map((grant) => aGrant(grant)) },
    "baseline",
    contextOf(known),
  );

describe("in a log that is long enough", () => {
  test.each([
    { title: "an exchange 45 days ago", known: { last: 45 }, expected: ["pass"] },
    { title: "an exchange 46 days ago", known: { last: 46 }, expected: ["medium"] },
    { title: "an exchange 91 days ago", known: { last: 91 }, expected: ["medium"] },
    { title: "none", known: {}, expected: ["medium"] },
  ])("$title: $expected", ({ known, expected }) => {
    expect(verdicts(judged(known))).toEqual(expected);
  });

  test("a grant for the Management API makes a long silence worse", () => {
    expect(verdicts(judged({ last: 91 }, [{}]))).toEqual(["high"]);
    expect(verdicts(judged({ last: 90 }, [{}]))).toEqual(["medium"]);
    expect(verdicts(judged({ last: 91 }, [{ audience: ORDERS }]))).toEqual(["medium"]);
    expect(verdicts(judged({ last: 91 }, [{ client_id: "client-2" }]))).toEqual(["medium"]);
  });

  test("a grant that cannot be read matters only where it would change something", () => {
    expect(verdicts(judged({ last: 91 }, [{ audience: 5 }]))).toEqual(["unknown"]);
    expect(verdicts(judged({ last: 91 }, [{ client_id: 5 }]))).toEqual(["unknown"]);
    expect(verdicts(judged({ last: 50 }, [{ audience: 5 }]))).toEqual(["medium"]);
    expect(verdicts(judged({ last: 10 }, [{ audience: 5 }]))).toEqual(["pass"]);
  });
});

describe("in a log that is too short", () => {
  const log = { since: daysAgo(30) };

  test("an exchange passes", () => {
    expect(verdicts(judged({ log, last: 20 }))).toEqual(["pass"]);
  });

  test("silence proves nothing", () => {
    expect(judged({ log })).toMatchObject([{ verdict: "unknown", reason: "no-history" }]);
  });

  test("nor does it where an application is known for longer than the log", () => {
    expect(verdicts(judged({ log, seen: seenFor(300, { notBefore: daysAgo(301) }) }))).toEqual(["unknown"]);
  });
});

test("a new application is not unused because it is new", () => {
  const seen = seenFor(10, { notBefore: daysAgo(11) });

  expect(verdicts(judged({ seen }))).toEqual(["pass"]);
});

test("silence lasts no longer than the application is known", () => {
  expect(verdicts(judged({ seen: seenFor(40) }))).toEqual(["unknown"]);
  expect(judged({ seen: seenFor(46) })).toMatchObject([
    {
      severity: "medium",
      message: "The application obtained no token for at least 46 d, as far back as it is known; the limit is 45 d.",
    },
  ]);
});

test("a log that was not read until now proves no silence", () => {
  const log = { until: daysAgo(2) };

  expect(judged({ log, last: 60 })).toMatchObject([{ verdict: "unknown", reason: "no-history" }]);
  expect(verdicts(judged({ log, last: 10 }))).toEqual(["pass"]);
});

test("Curfew's own applications are not judged: their logins are not counted", () => {
  expect(judged({ own: ["client-1"] })).toEqual([]);
});

test("an application that nobody recorded yet is unknown", () => {
  const context = aContext({ history: aHistory() });

  expect(verdicts(evaluateCheck(check, SECTIONS, "baseline", context))).toEqual(["unknown"]);
});
