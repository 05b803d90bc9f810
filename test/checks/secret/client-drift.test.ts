import { expect, test } from "vitest";
import check from "../../../lib/checks/secret/client-drift.ts";
import type { DriftProbe } from "../../../lib/history/history.ts";
import { aHistory, daysAgo } from "../../support/history.ts";
import { aClient, aContext } from "../../support/inventory.ts";
import { evaluateCheck } from "../evaluate-check.ts";

/** The run was started an hour before this tenant had its turn. */
const START = daysAgo(1 / 24);

const aProbe = (changes: Partial<DriftProbe> = {}): DriftProbe => ({
  answer: "accepted",
  at: daysAgo(0),
  reason: null,
  detail: null,
  ...changes,
});

const outcomes = (probe: DriftProbe | undefined, clients = [aClient()]) =>
  evaluateCheck(
    check,
    { clients },
    "baseline",
    aContext({
      history: aHistory({
        startedAt: START,
        managed: new Set(["client-1"]),
        probes: new Map(probe ? [["client-1", probe]] : []),
      }),
    }),
  );

test.each([
  { title: "accepted", probe: aProbe(), expected: { verdict: "pass" } },
  { title: "refused", probe: aProbe({ answer: "refused" }), expected: { verdict: "fail", severity: "high" } },
  {
    title: "not answered",
    probe: aProbe({ answer: "unknown", reason: "fetch-failed", detail: "status 503" }),
    expected: { verdict: "unknown", reason: "fetch-failed", detail: "status 503" },
  },
  {
    title: "accepted as anything is",
    probe: aProbe({ answer: "unknown", reason: "not-reported", detail: "cannot tell" }),
    expected: { verdict: "unknown", reason: "not-reported" },
  },
  { title: "not asked", probe: undefined, expected: { verdict: "unknown", reason: "no-history" } },
  {
    title: "accepted at the start of this run",
    probe: aProbe({ at: START }),
    expected: { verdict: "pass" },
  },
  {
    title: "accepted, but before this run",
    probe: aProbe({ at: START - 1 }),
    expected: { verdict: "unknown", reason: "no-history" },
  },
  {
    title: "refused, but before this run",
    probe: aProbe({ answer: "refused", at: START - 1 }),
    expected: { verdict: "unknown", reason: "no-history" },
  },
])("a stored credential that was $title", ({ probe, expected }) => {
  expect(outcomes(probe)).toMatchObject([
    { resource: { type: "client", id: "client-1", name: "Checkout" }, ...expected },
  ]);
});

test("the credential of an application that is gone is judged too", () => {
  expect(outcomes(aProbe({ answer: "refused" }), [])).toMatchObject([
    { verdict: "fail", resource: { id: "client-1", name: null } },
  ]);
});

test("applications that Curfew does not look after are not judged", () => {
  const context = aContext({ history: aHistory() });

  expect(evaluateCheck(check, { clients: [aClient()] }, "baseline", context)).toEqual([]);
});

test("nobody is told that a rotation mends it by itself: it refuses such a credential", () => {
  expect(check.fix).toBe("no");
  expect(check.remediation.summary).toContain("npx curfew rotate --tenant TENANT --client ID --overwrite");
});
