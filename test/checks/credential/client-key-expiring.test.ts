import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/credential/client-key-expiring.ts";
import { limitRows, summarizeLimits } from "../../../lib/checks/limit-text.ts";
import { days } from "../../../lib/model/duration.ts";
import { aClientKey, aContext, anAuthentication, byPrivateKey, moment } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const EXPIRED = moment(-days(3));
const VALID = moment(days(200));

const judge = (expires: unknown, authentication: object = byPrivateKey("cred_1", "cred_2")) =>
  evaluateCheck(check, {
    clientCredentials: [aClientKey({ expires_at: expires }), aClientKey({ id: "cred_2", expires_at: VALID })],
    clientAuthentication: [anAuthentication({ ...authentication })],
  }).slice(0, 1);

test.each([
  { title: "a second more than 30 d", expires: moment(days(30) + 1), expected: ["pass"] },
  { title: "exactly 30 d", expires: moment(days(30)), expected: ["medium"] },
  { title: "a second more than 7 d", expires: moment(days(7) + 1), expected: ["medium"] },
  { title: "exactly 7 d", expires: moment(days(7)), expected: ["high"] },
  { title: "a second", expires: moment(1), expected: ["high"] },
  { title: "nothing", expires: moment(0), expected: ["high"] },
  { title: "less than nothing", expires: EXPIRED, expected: ["high"] },
  { title: "forever, being absent", expires: undefined, expected: ["pass"] },
  { title: "forever, being null", expires: null, expected: ["pass"] },
  { title: "forever, in the year 9999", expires: "9999-12-31T23:59:59.000Z", expected: ["pass"] },
  { title: "something that is no date", expires: "next week", expected: ["unknown"] },
  { title: "something unreadable", expires: 1_800_000_000, expected: ["unknown"] },
])("beside another key that works, $title remains: $expected", ({ expires, expected }) => {
  expect(verdicts(judge(expires))).toEqual(expected);
});

describe("an expired key", () => {
  test.each([
    { title: "the only one in use", authentication: byPrivateKey("cred_1"), expected: ["critical"] },
    { title: "beside one that works", authentication: byPrivateKey("cred_1", "cred_2"), expected: ["high"] },
    { title: "not in use", authentication: byPrivateKey("cred_2"), expected: ["high"] },
    { title: "not in use, its application has a secret", authentication: {}, expected: ["high"] },
    { title: "beside one that is gone", authentication: byPrivateKey("cred_1", "cred_9"), expected: ["critical"] },
    {
      title: "the only one that signs requests",
      authentication: { ...byPrivateKey("cred_2"), signed_request_object: { credentials: [{ id: "cred_1" }] } },
      expected: ["critical"],
    },
    {
      title: "the only certificate",
      authentication: { client_authentication_methods: { tls_client_auth: { credentials: [{ id: "cred_1" }] } } },
      expected: ["critical"],
    },
    {
      title: "of an application whose methods cannot be read",
      authentication: { client_authentication_methods: [] },
      expected: ["unknown"],
    },
    {
      title: "of an application one of whose methods cannot be read",
      authentication: { client_authentication_methods: { private_key_jwt: "cred_1" } },
      expected: ["unknown"],
    },
    {
      title: "of an application whose signed requests cannot be read",
      authentication: { ...byPrivateKey("cred_1"), signed_request_object: { credentials: "cred_1" } },
      expected: ["unknown"],
    },
  ])("$title: $expected", ({ authentication, expected }) => {
    expect(verdicts(judge(EXPIRED, authentication))).toEqual(expected);
  });

  const together = (other: object) =>
    evaluateCheck(check, {
      clientCredentials: [aClientKey({ expires_at: EXPIRED }), aClientKey({ id: "cred_2", ...other })],
      clientAuthentication: [anAuthentication(byPrivateKey("cred_1", "cred_2"))],
    });

  test("beside another expired one: neither works, so both are critical", () => {
    expect(verdicts(together({ expires_at: moment(-1) }))).toEqual(["critical", "critical"]);
  });

  test("beside one that never expires: high", () => {
    expect(verdicts(together({ expires_at: null }))).toEqual(["high", "pass"]);
  });

  test("beside one whose expiry cannot be read, which may work: high", () => {
    expect(verdicts(together({ expires_at: "?" }))).toEqual(["high", "unknown"]);
  });

  test("of an application that is not among the answers about authentication: nobody knows", () => {
    const clientCredentials = [aClientKey({ expires_at: EXPIRED })];

    expect(verdicts(evaluateCheck(check, { clientCredentials, clientAuthentication: [] }))).toEqual(["unknown"]);
  });

  test("does not replace that of another application", () => {
    const sections = {
      clientCredentials: [aClientKey({ expires_at: EXPIRED }), aClientKey({ id: "cred_2" }, "client-2")],
      clientAuthentication: [anAuthentication(byPrivateKey("cred_1", "cred_2"))],
    };

    expect(verdicts(evaluateCheck(check, sections))).toEqual(["critical", "pass"]);
  });
});

test.each([
  {
    title: "soon",
    expires: moment(days(6)),
    expected: { severity: "high", observed: days(6), message: "The key expires in 6 d; the limit is 30 d." },
  },
  { title: "past", expires: EXPIRED, expected: { observed: -days(3), message: "The key expired 3 d ago." } },
])("a finding tells what remains and the limit to get above: $title", ({ expires, expected }) => {
  expect(judge(expires)).toMatchObject([{ ...expected, limit: days(30), unit: "seconds" }]);
});

test("a fraction of a second past its end a key has expired, with nothing remaining", () => {
  const sections = {
    clientCredentials: [aClientKey({ expires_at: moment(0) })],
    clientAuthentication: [anAuthentication(byPrivateKey("cred_1"))],
  };
  const context = aContext({ now: aContext().now + 0.4 });

  expect(evaluateCheck(check, sections, "baseline", context)).toMatchObject([{ severity: "critical", observed: 0 }]);
});

test("with one band switched off the other still holds, and critical belongs to the urgent one", () => {
  const sections = {
    clientCredentials: [aClientKey({ expires_at: EXPIRED })],
    clientAuthentication: [anAuthentication(byPrivateKey("cred_1"))],
  };
  const outcomes = (limits: object) =>
    verdicts([...check.evaluate(sections, { soon: {}, urgent: {}, ...limits }, aContext())]);

  expect(outcomes({ soon: { medium: days(30) } })).toEqual(["medium"]);
  expect(outcomes({ urgent: { high: days(7) } })).toEqual(["critical"]);
});

test("its limits are written as what must remain", () => {
  expect(summarizeLimits(check)).toBe("soon: medium ≤ 30 d; urgent: high ≤ 7 d");
  expect(limitRows(check)).toEqual([
    ["soon: medium", "≤ 30 d", "≤ 30 d", "≤ 30 d"],
    ["urgent: high", "≤ 7 d", "≤ 7 d", "≤ 7 d"],
  ]);
});
