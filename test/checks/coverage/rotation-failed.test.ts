import { expect, test } from "vitest";
import check from "../../../lib/checks/coverage/rotation-failed.ts";
import type { RotationTrouble } from "../../../lib/history/history.ts";
import { aHistory, daysAgo } from "../../support/history.ts";
import { aClient, aContext } from "../../support/inventory.ts";
import { evaluateCheck } from "../evaluate-check.ts";

const judged = (rotationTroubles: ReadonlyMap<string, RotationTrouble> | undefined, clients = [aClient()]) => {
  const history = aHistory({ managed: new Set(["client-1"]), rotationTroubles });
  return evaluateCheck(check, { clients }, "baseline", aContext({ history }));
};

const trouble = (state: RotationTrouble["state"], id = "client-1") =>
  new Map([[id, { state, since: daysAgo(3), message: "Auth0 refuses the stored secret." }]]);

const DAY = new Date(daysAgo(3)).toISOString().slice(0, 10);

test.each([
  { title: "that is not known to fail", troubles: new Map(), expected: { verdict: "pass" } },
  {
    title: "that is held",
    troubles: trouble("held"),
    expected: {
      verdict: "fail",
      severity: "high",
      message: `Its rotation is held since ${DAY}: Auth0 refuses the stored secret.`,
    },
  },
  {
    title: "that failed and is tried again",
    troubles: trouble("failing"),
    expected: {
      verdict: "fail",
      severity: "high",
      message: `Its rotation is failing, the last time on ${DAY}: Auth0 refuses the stored secret.`,
    },
  },
  {
    title: "of which an audit on a laptop knows nothing",
    troubles: undefined,
    expected: { verdict: "unknown", reason: "no-history" },
  },
])("a rotation $title", ({ troubles, expected }) => {
  expect(judged(troubles)).toMatchObject([
    { resource: { type: "client", id: "client-1", name: "Checkout" }, ...expected },
  ]);
});

test("the credential of an application that is gone is judged too", () => {
  expect(judged(trouble("held"), [])).toMatchObject([{ verdict: "fail", resource: { id: "client-1", name: null } }]);
});

test("of a credential that Curfew does not look after any more nothing is said", () => {
  expect(judged(trouble("held", "another"))).toMatchObject([{ verdict: "pass" }]);
});

test("what is to be done names `rotate resume` for what is held alone: for everything else that has nothing to do", () => {
  expect(check.remediation.summary).toMatch(
    /of what is held, no audit begins anew before npx curfew rotate resume --tenant/,
  );
  expect(check.remediation.summary).toMatch(/Then npx curfew rotate --tenant TENANT --client ID goes on at once/);
});
