import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/expiry/refresh-never-expires.ts";
import { aContext, aRefreshClient, aResourceServer, NEVER_ENDING } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const OFFLINE = aResourceServer({ allow_offline_access: true });

const judge = (settings: Record<string, unknown> | null, resourceServers = [OFFLINE]) =>
  evaluateCheck(check, { clients: [aRefreshClient(settings)], resourceServers });

test.each([
  { title: "expiring", settings: {}, expected: ["pass"] },
  { title: "expiring, the flag absent", settings: { infinite_token_lifetime: null }, expected: ["pass"] },
  { title: "expiring, its number unreadable", settings: { token_lifetime: "x" }, expected: ["pass"] },
  { title: "non-expiring", settings: NEVER_ENDING, expected: ["high"] },
  {
    title: "non-expiring, though the flag says otherwise",
    settings: { expiration_type: "non-expiring", infinite_token_lifetime: false },
    expected: ["high"],
  },
  { title: "expiring, but infinite", settings: { infinite_token_lifetime: true }, expected: ["high"] },
  { title: "of no type, which is non-expiring", settings: { expiration_type: null }, expected: ["high"] },
  { title: "of a type nobody documented", settings: { expiration_type: "sometimes" }, expected: ["unknown"] },
  { title: "of an unreadable type", settings: { expiration_type: 1 }, expected: ["unknown"] },
  {
    title: "of an unreadable type, but infinite",
    settings: { expiration_type: 1, infinite_token_lifetime: true },
    expected: ["high"],
  },
  { title: "expiring, the flag unreadable", settings: { infinite_token_lifetime: "no" }, expected: ["unknown"] },
  { title: "without settings", settings: null, expected: ["high"] },
])("refresh tokens $title: $expected", ({ settings, expected }) => {
  expect(verdicts(judge(settings))).toEqual(expected);
});

describe("the severity hangs on whether any API allows offline access", () => {
  test.each([
    { title: "none does", resourceServers: [aResourceServer({ allow_offline_access: false })], expected: ["medium"] },
    { title: "there are no APIs", resourceServers: [], expected: ["medium"] },
    { title: "none says, which is no", resourceServers: [aResourceServer()], expected: ["medium"] },
    { title: "one of two does", resourceServers: [aResourceServer(), OFFLINE], expected: ["high"] },
    {
      title: "one cannot be read",
      resourceServers: [aResourceServer({ allow_offline_access: "true" })],
      expected: ["high"],
    },
  ])("$title: $expected", ({ resourceServers, expected }) => {
    expect(verdicts(judge(NEVER_ENDING, resourceServers))).toEqual(expected);
  });
});

test("by Auth0's own measure, its default is a note", () => {
  const sections = { clients: [aRefreshClient(NEVER_ENDING)], resourceServers: [OFFLINE] };

  expect(verdicts(evaluateCheck(check, sections, "auth0-default"))).toEqual(["info"]);
});

test("a finding says which setting is to blame and has no number", () => {
  expect(judge({ infinite_token_lifetime: true })).toEqual([
    {
      resource: { type: "client", id: "client-1", name: "Checkout" },
      verdict: "fail",
      severity: "high",
      message: "Refresh tokens never expire: infinite_token_lifetime is true.",
    },
  ]);
});

test("with the severity in force switched off, nothing is said", () => {
  const clients = [aRefreshClient(NEVER_ENDING)];

  expect([...check.evaluate({ clients, resourceServers: [] }, { default: "high" }, aContext())]).toEqual([]);
});
