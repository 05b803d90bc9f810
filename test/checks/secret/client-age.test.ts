import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/secret/client-age.ts";
import { aHistory, aLog, anAge, daysAgo } from "../../support/history.ts";
import { aClient, aContext, anAuthentication, byPrivateKey } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const CLIENTS = { clients: [aClient()], clientAuthentication: [anAuthentication()] };

const outcomes = (age: ReturnType<typeof anAge> | undefined, profile?: "strict" | "auth0-default", log = aLog()) =>
  evaluateCheck(
    check,
    CLIENTS,
    profile,
    aContext({ history: aHistory({ secrets: new Map(age ? [["client-1", age]] : []), exchanges: log }) }),
  );

const AT_LEAST = { source: "first-seen", isAtLeast: true } as const;

test.each([
  { title: "of 90 days", age: anAge(90), expected: ["pass"] },
  { title: "of 91 days", age: anAge(91), expected: ["medium"] },
  { title: "of 181 days", age: anAge(181), expected: ["high"] },
  { title: "from the future", age: anAge(-1), expected: ["pass"] },
  { title: "of at least 91 days", age: anAge(91, AT_LEAST), expected: ["medium"] },
  { title: "of at least 10 days, which proves nothing", age: anAge(10, AT_LEAST), expected: ["unknown"] },
  { title: "that is not recorded", age: undefined, expected: ["unknown"] },
])("a secret $title: $expected", ({ age, expected }) => {
  expect(verdicts(outcomes(age))).toEqual(expected);
});

test("the profiles have their own limits", () => {
  expect(verdicts(outcomes(anAge(61), "strict"))).toEqual(["medium"]);
  expect(verdicts(outcomes(anAge(91), "strict"))).toEqual(["high"]);
  expect(verdicts(outcomes(anAge(180), "auth0-default"))).toEqual(["pass"]);
  expect(verdicts(outcomes(anAge(181), "auth0-default"))).toEqual(["high"]);
});

test.each([
  { age: anAge(100), message: "The secret is 100 d old, by Curfew's own rotation; the limit is 90 d." },
  {
    age: anAge(100, { source: "vault-version" }),
    message: "The secret is 100 d old, by the date of its version in Secrets Manager; the limit is 90 d.",
  },
  {
    age: anAge(100, { source: "tenant-log", isAtLeast: true }),
    message: "The secret is at least 100 d old, by the tenant's log; the limit is 90 d.",
  },
  {
    age: anAge(100, AT_LEAST),
    message: "The secret is at least 100 d old, by the time Curfew has known the application; the limit is 90 d.",
  },
])("says where the age is known from: $message", ({ age, message }) => {
  expect(outcomes(age)).toMatchObject([{ message, observed: 8_640_000, limit: 7_776_000, unit: "seconds" }]);
});

describe("a log that was not read to its end may hold a rotation", () => {
  const late = aLog({ until: daysAgo(2) });

  test("so no secret is called old", () => {
    expect(outcomes(anAge(100), undefined, late)).toMatchObject([{ verdict: "unknown", reason: "no-history" }]);
  });

  test("and a young one is young all the same", () => {
    expect(verdicts(outcomes(anAge(10), undefined, late))).toEqual(["pass"]);
  });
});

test("applications that have no use for a secret have no age", () => {
  const context = aContext({ history: aHistory({ secrets: new Map([["client-1", anAge(500)]]) }) });
  const without = [
    { clients: [aClient({ app_type: "spa" })], clientAuthentication: [anAuthentication()] },
    { clients: [aClient({ global: true })], clientAuthentication: [anAuthentication()] },
    { clients: [aClient()], clientAuthentication: [anAuthentication(byPrivateKey("cred_1"))] },
  ];

  expect(without.flatMap((sections) => evaluateCheck(check, sections, "baseline", context))).toEqual([]);
});

test("where nobody knows how it authenticates, nobody knows whether its secret counts", () => {
  const context = aContext({ history: aHistory({ secrets: new Map([["client-1", anAge(500)]]) }) });

  expect(verdicts(evaluateCheck(check, { ...CLIENTS, clientAuthentication: [] }, "baseline", context))).toEqual([
    "unknown",
  ]);
});
