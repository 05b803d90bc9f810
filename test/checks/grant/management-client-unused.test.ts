import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/management-client-unused.ts";
import { PROFILES } from "../../../lib/checks/limits.ts";
import { aGrant, ORDERS } from "../../support/grants.ts";
import { aHistory, aLog, daysAgo, seenFor } from "../../support/history.ts";
import { aContext } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const contextOf = (last: number | undefined, own: string[] = []) =>
  aContext({
    history: aHistory({
      own: new Set(own),
      seen: new Map([["client-1", seenFor(300)]]),
      exchanges: aLog({ lastSeen: new Map(last === undefined ? [] : [["client-1", daysAgo(last)]]) }),
    }),
  });

test.each([
  { title: "whose application obtained a token 45 days ago", grant: {}, last: 45, expected: ["pass"] },
  { title: "whose application obtained one 46 days ago", grant: {}, last: 46, expected: ["high"] },
  { title: "whose application never did", grant: {}, last: undefined, expected: ["high"] },
  { title: "for another API", grant: { audience: ORDERS }, last: undefined, expected: [] },
  { title: "of Auth0's own", grant: { is_system: true }, last: undefined, expected: [] },
  {
    title: "by default for third parties",
    grant: { client_id: null, default_for: "third_party_clients" },
    last: undefined,
    expected: [],
  },
  { title: "of nobody", grant: { client_id: null }, last: undefined, expected: ["unknown"] },
  { title: "of nobody that can be read", grant: { client_id: 5 }, last: undefined, expected: ["unknown"] },
  { title: "for nobody knows which API", grant: { audience: null }, last: undefined, expected: ["unknown"] },
  { title: "of an application that is not recorded", grant: { client_id: "x" }, last: 1, expected: ["unknown"] },
])("a grant $title: $expected", ({ grant, last, expected }) => {
  const sections = { clientGrants: [aGrant(grant)] };

  for (const profile of PROFILES) {
    expect(verdicts(evaluateCheck(check, sections, profile, contextOf(last)))).toEqual(expected);
  }
});

test("the auditor's own grant is not judged: its logins are not counted", () => {
  const sections = { clientGrants: [aGrant()] };

  expect(evaluateCheck(check, sections, "baseline", contextOf(undefined, ["client-1"]))).toEqual([]);
});
