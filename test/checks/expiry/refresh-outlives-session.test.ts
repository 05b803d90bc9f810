import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/refresh-outlives-session.ts";
import { aClient, aRefreshClient, DOMAIN, NEVER_ENDING, someTenantSettings } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const DAY = 86_400;

const client = (id: string, settings: Record<string, unknown> | null, name: unknown = null) =>
  aRefreshClient(settings, { client_id: id, name });

const judge = (clients: readonly ReturnType<typeof aClient>[], settings: Record<string, unknown> = {}) =>
  evaluateCheck(check, { clients, tenantSettings: someTenantSettings(settings) });

test.each([
  { title: "nobody may use refresh tokens", clients: [aClient()], expected: ["pass"] },
  { title: "exactly the session's 7 d", clients: [client("a", { token_lifetime: 7 * DAY })], expected: ["pass"] },
  { title: "a second longer", clients: [client("a", { token_lifetime: 7 * DAY + 1 })], expected: ["info"] },
  { title: "never ending", clients: [client("a", NEVER_ENDING)], expected: ["info"] },
  { title: "without settings", clients: [client("a", null)], expected: ["info"] },
  { title: "the global client's", clients: [aRefreshClient(NEVER_ENDING, { global: true })], expected: ["pass"] },
  { title: "unreadable", clients: [client("a", { token_lifetime: "?" })], expected: ["unknown"] },
  { title: "of unreadable grants", clients: [aRefreshClient({}, { grant_types: 1 })], expected: ["unknown"] },
  {
    title: "unreadable beside a longer one",
    clients: [client("a", { token_lifetime: "?" }), client("b", NEVER_ENDING)],
    expected: ["info"],
  },
])("refresh tokens $title: $expected", ({ clients, expected }) => {
  expect(verdicts(judge(clients))).toEqual(expected);
});

test("the session lifetime is in hours and may be fractional", () => {
  const clients = [client("a", { token_lifetime: 10_860 })];

  expect(verdicts(judge(clients, { session_lifetime: 3.0166666666666666 }))).toEqual(["pass"]);
  expect(verdicts(judge(clients, { session_lifetime: 3 }))).toEqual(["info"]);
});

test.each([1e21, 1e308])("a session of %d hours ends, and tokens that never expire outlive it", (session_lifetime) => {
  const [outcome] = judge([client("a", NEVER_ENDING)], { session_lifetime });

  expect(outcome).toMatchObject({ verdict: "fail", limit: Number.MAX_SAFE_INTEGER, unit: "seconds" });
  expect(verdicts(judge([client("a", { token_lifetime: 1e308 })], { session_lifetime }))).toEqual(["pass"]);
});

test("an unreadable session lifetime leaves the answer open", () => {
  expect(verdicts(judge([client("a", NEVER_ENDING)], { session_lifetime: "long" }))).toEqual(["unknown"]);
});

test("one finding on the tenant names the application whose tokens live longest", () => {
  const clients = [
    client("short", { token_lifetime: 8 * DAY }),
    client("long", { token_lifetime: 30 * DAY }, "Shop"),
    client("middle", { token_lifetime: 20 * DAY }),
  ];

  expect(judge(clients)).toEqual([
    {
      resource: { type: "tenant", id: DOMAIN, name: DOMAIN },
      verdict: "fail",
      severity: "info",
      observed: 30 * DAY,
      limit: 7 * DAY,
      unit: "seconds",
      message: 'Sessions end after 7 d, but refresh tokens of the application long ("Shop") live 30 d.',
    },
  ]);
});

test("tokens that never end have no observed value", () => {
  const [outcome] = judge([client("short", {}), client("endless", NEVER_ENDING)]);

  expect(outcome).not.toHaveProperty("observed");
  expect(outcome).toMatchObject({
    message: "Sessions end after 7 d, but refresh tokens of the application endless never expire.",
  });
});

test("among equals the order of the list changes nothing", () => {
  const clients = [client("b", NEVER_ENDING), client("a", NEVER_ENDING), client("c", NEVER_ENDING)];

  expect(judge(clients)).toEqual(judge(clients.toReversed()));
});

test("a name chosen by a stranger cannot break the sentence", () => {
  const hostile = `x"\u001b[2J\u202e${"long ".repeat(50)}`;

  const [outcome] = judge([client("a", NEVER_ENDING, hostile)]);

  expect(outcome).toMatchObject({ message: expect.stringMatching(/^[\w (),"[…]+ never expire\.$/) });
});
