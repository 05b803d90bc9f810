import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/key/signing-previous-not-revoked.ts";
import { days, hours } from "../../../lib/model/duration.ts";
import { aClient, aManagementApi, aResourceServer, aSigningKey, moment } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

/** A key that signed until so many seconds ago, and was not revoked. */
const previous = (secondsAgo: number, answer: object = {}) =>
  aSigningKey({ current: false, previous: true, current_until: moment(-secondsAgo), ...answer });

const judge = (key: ReturnType<typeof aSigningKey>, ...lifetimes: unknown[]) =>
  evaluateCheck(check, {
    signingKeys: [aSigningKey({ kid: "current" }), key],
    resourceServers: lifetimes.map((token_lifetime, index) => aResourceServer({ id: `api-${index}`, token_lifetime })),
    clients: [],
  });

/** The same in a tenant with one API, whose tokens live for 24 hours, and these applications. */
const judgeBeside = (key: ReturnType<typeof aSigningKey>, ...clients: ReturnType<typeof aClient>[]) =>
  evaluateCheck(check, { signingKeys: [key], resourceServers: [aResourceServer()], clients });

const aClientWith = (lifetime_in_seconds: unknown, answer: object = {}) =>
  aClient({ jwt_configuration: { lifetime_in_seconds }, ...answer });

describe("it is needed for as long as the tenant's longest token lives, and a day", () => {
  test.each([
    { title: "an hour", lifetimes: [hours(1)], needed: hours(1) + hours(24) },
    { title: "the longest of several", lifetimes: [hours(1), days(30), hours(2)], needed: days(30) + hours(24) },
    { title: "absent, which is 24 h", lifetimes: [undefined], needed: hours(48) },
    { title: "an hour beside an absent one", lifetimes: [hours(1), null], needed: hours(48) },
    { title: "of no API at all, so Auth0's default", lifetimes: [], needed: hours(48) },
  ])("token lifetimes: $title", ({ lifetimes, needed }) => {
    expect(verdicts(judge(previous(needed), ...lifetimes))).toEqual(["pass"]);
    expect(verdicts(judge(previous(needed + 1), ...lifetimes))).toEqual(["medium"]);
  });

  test("Auth0's own APIs count too", () => {
    const signingKeys = [previous(days(3))];

    const resourceServers = [
      aManagementApi({ token_lifetime: days(30) }),
      aResourceServer({ token_lifetime: hours(1) }),
    ];

    expect(verdicts(evaluateCheck(check, { signingKeys, resourceServers, clients: [] }))).toEqual(["pass"]);
  });

  test("one lifetime that cannot be read may be the longest", () => {
    expect(verdicts(judge(previous(days(60)), hours(1), "86400"))).toEqual(["unknown"]);
    expect(verdicts(judgeBeside(previous(days(60)), aClientWith(300), aClientWith("36000")))).toEqual(["unknown"]);
    expect(verdicts(judgeBeside(previous(days(60)), aClient({ jwt_configuration: [] })))).toEqual(["unknown"]);
  });

  test.each([
    { title: "36 h", clients: [aClientWith(hours(1)), aClientWith(hours(36))], needed: hours(60) },
    { title: "shorter than access tokens", clients: [aClientWith(hours(1))], needed: hours(48) },
    { title: "absent, which is 10 h", clients: [aClient()], needed: hours(48) },
    {
      title: "of the global client, which do not count",
      clients: [aClientWith(days(30), { global: true })],
      needed: hours(48),
    },
  ])("ID token lifetimes count too: $title", ({ clients, needed }) => {
    expect(verdicts(judgeBeside(previous(needed), ...clients))).toEqual(["pass"]);
    expect(verdicts(judgeBeside(previous(needed + 1), ...clients))).toEqual(["medium"]);
  });

  test("ID tokens live for 10 h by default, where access tokens are shorter", () => {
    const sections = { resourceServers: [aResourceServer({ token_lifetime: 300 })], clients: [aClient()] };
    const verdictAfter = (seconds: number) =>
      verdicts(evaluateCheck(check, { ...sections, signingKeys: [previous(seconds)] }));

    expect(verdictAfter(hours(34))).toEqual(["pass"]);
    expect(verdictAfter(hours(34) + 1)).toEqual(["medium"]);
  });

  test("a lifetime beyond all numbers keeps the key for good", () => {
    expect(verdicts(judge(previous(days(9_000)), 1e300))).toEqual(["pass"]);
  });
});

test.each([
  { title: "revoked", answer: { revoked: true }, expected: ["pass"] },
  { title: "expressly not revoked", answer: { revoked: false }, expected: ["medium"] },
  { title: "revoked or not, unreadably", answer: { revoked: "no" }, expected: ["unknown"] },
  { title: "not a previous one", answer: { previous: false }, expected: [] },
  { title: "not said to be a previous one", answer: { previous: null }, expected: [] },
  { title: "perhaps a previous one, unreadably", answer: { previous: 1 }, expected: ["unknown"] },
  { title: "perhaps a previous one, but revoked", answer: { previous: 1, revoked: true }, expected: ["pass"] },
  { title: "previous and current at once", answer: { current: true }, expected: ["unknown"] },
  { title: "previous and next at once", answer: { next: true }, expected: ["unknown"] },
  { title: "without an end", answer: { current_until: null }, expected: ["unknown"] },
  { title: "with an end that is no date", answer: { current_until: "then" }, expected: ["unknown"] },
  { title: "with an unreadable end", answer: { current_until: [] }, expected: ["unknown"] },
  { title: "with an end in seconds", answer: { current_until: 1_700_000_000 }, expected: ["medium"] },
  { title: "that ends only tomorrow", answer: { current_until: moment(days(1)) }, expected: ["pass"] },
])("a key $title: $expected", ({ answer, expected }) => {
  expect(verdicts(judge(previous(days(60), answer), hours(1)))).toEqual(expected);
});

test("a finding tells for how long nobody has needed the key", () => {
  expect(judge(previous(days(60)), days(2))).toEqual([
    {
      resource: { type: "signing-key", id: "kid-1", name: null },
      verdict: "fail",
      severity: "medium",
      observed: days(60),
      limit: days(3),
      unit: "seconds",
      message:
        'The key signed its last token 60 d ago and is still trusted; this tenant\'s longest-lived tokens, access tokens for the API api-0 ("Orders"), live 48 h.',
    },
  ]);
});

test("a finding names the application whose ID tokens live longest, harmlessly, and of equals always the same", () => {
  const named = (id: string) => aClientWith(days(3), { client_id: id, name: 'Check"\u202Eout' });
  const messages = [
    judgeBeside(previous(days(60)), named("b"), named("a")),
    judgeBeside(previous(days(60)), named("a"), named("b")),
  ].map(([outcome]) => outcome?.verdict === "fail" && outcome.message);

  expect(messages[0]).toBe(
    'The key signed its last token 60 d ago and is still trusted; this tenant\'s longest-lived tokens, ID tokens of the application a ("Check out"), live 3 d.',
  );
  expect(messages[1]).toBe(messages[0]);
});
