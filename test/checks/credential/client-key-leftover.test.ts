import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/credential/client-key-leftover.ts";
import { days } from "../../../lib/model/duration.ts";
import { aClientKey, anAuthentication, byPrivateKey, moment } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

/** A tenant with an application that has an old and a new key, of these ages in seconds. */
const rotated = (old: number, fresh: number, authentication: object = byPrivateKey("old", "new")) => ({
  clientCredentials: [
    aClientKey({ id: "old", created_at: moment(-old) }),
    aClientKey({ id: "new", created_at: moment(-fresh) }),
  ],
  clientAuthentication: [anAuthentication({ ...authentication })],
});

test.each([
  { title: "a day", fresh: days(1), expected: ["pass", "pass"] },
  { title: "exactly 14 d", fresh: days(14), expected: ["pass", "pass"] },
  { title: "a second more than 14 d", fresh: days(14) + 1, expected: ["low", "pass"] },
])("a key of a year is left over by the age of the one that replaces it: $title gives $expected", (given) => {
  for (const authentication of [byPrivateKey("old", "new"), byPrivateKey("new")])
    expect(verdicts(evaluateCheck(check, rotated(days(365), given.fresh, authentication)))).toEqual(given.expected);
});

test("a key that replaces only a part of the work of another starts no days", () => {
  const clientCredentials = [
    aClientKey({ id: "old", created_at: moment(-days(300)) }),
    aClientKey({ id: "newer", created_at: moment(-days(100)) }),
    aClientKey({ id: "newest", created_at: moment(-days(1)) }),
  ];
  const signing = { signed_request_object: { credentials: [{ id: "old" }, { id: "newest" }] } };
  const clientAuthentication = [anAuthentication({ ...byPrivateKey("old", "newer"), ...signing })];

  const [old] = evaluateCheck(check, { clientCredentials, clientAuthentication });

  expect(old?.verdict).toBe("pass");
});

test("one key alone is nothing that was left behind, in use or not", () => {
  const clientCredentials = [aClientKey({ created_at: moment(-days(365)) })];

  for (const answer of [byPrivateKey("cred_1"), {}])
    expect(
      verdicts(evaluateCheck(check, { clientCredentials, clientAuthentication: [anAuthentication(answer)] })),
    ).toEqual(["pass"]);
});

test("two keys of two applications are one each", () => {
  const sections = {
    clientCredentials: [
      aClientKey({ id: "a", created_at: moment(-days(365)) }, "client-a"),
      aClientKey({ id: "b", created_at: moment(-days(365)) }, "client-b"),
    ],
    clientAuthentication: [
      anAuthentication({ client_id: "client-a", ...byPrivateKey("a") }),
      anAuthentication({ client_id: "client-b", ...byPrivateKey("b") }),
    ],
  };

  expect(verdicts(evaluateCheck(check, sections))).toEqual(["pass", "pass"]);
});

describe("what the keys are used for", () => {
  test.each([
    { title: "nothing uses the old one", authentication: byPrivateKey("new"), expected: ["low", "pass"] },
    {
      title: "nothing uses the new one, so the old one is needed",
      authentication: byPrivateKey("old"),
      expected: ["pass", "low"],
    },
    { title: "nothing uses either", authentication: {}, expected: ["low", "low"] },
    {
      title: "one authenticates, the other signs requests: both are needed",
      authentication: { ...byPrivateKey("old"), signed_request_object: { credentials: [{ id: "new" }] } },
      expected: ["pass", "pass"],
    },
    {
      title: "one authenticates, with the other a worker gets tokens of users: both are needed",
      authentication: { ...byPrivateKey("old"), token_vault_privileged_access: { credentials: [{ id: "new" }] } },
      expected: ["pass", "pass"],
    },
    {
      title: "the old one also signs requests, which the new one does not",
      authentication: { ...byPrivateKey("old", "new"), signed_request_object: { credentials: [{ id: "old" }] } },
      expected: ["pass", "pass"],
    },
    {
      title: "the new one does all that the old one does",
      authentication: {
        ...byPrivateKey("new"),
        signed_request_object: { credentials: [{ id: "old" }, { id: "new" }] },
      },
      expected: ["low", "pass"],
    },
    {
      title: "nobody can read what is used",
      authentication: { client_authentication_methods: 1 },
      expected: ["unknown", "unknown"],
    },
  ])("$title: $expected", ({ authentication, expected }) => {
    expect(verdicts(evaluateCheck(check, rotated(days(300), days(20), authentication)))).toEqual(expected);
  });

  test("a new key that is not in use yet has its 14 days", () => {
    expect(verdicts(evaluateCheck(check, rotated(days(300), days(14), byPrivateKey("old"))))).toEqual(["pass", "pass"]);
  });
});

test.each([undefined, null, "long ago", 5])(
  "without a date of both (%s) nobody knows which is the older",
  (created_at) => {
    const sections = rotated(days(300), days(1));
    const clientCredentials = [...sections.clientCredentials.slice(0, 1), aClientKey({ id: "new", created_at })];

    expect(verdicts(evaluateCheck(check, { ...sections, clientCredentials }))).toEqual(["unknown", "unknown"]);
  },
);

test("of two keys registered at once the same one is left over in whatever order they come", () => {
  const sections = rotated(days(20), days(20));
  const judge = (clientCredentials: typeof sections.clientCredentials) =>
    evaluateCheck(check, { ...sections, clientCredentials }).flatMap(({ verdict, resource }) =>
      verdict === "fail" ? resource.id : [],
    );

  expect(judge(sections.clientCredentials)).toEqual(["new"]);
  expect(judge(sections.clientCredentials.toReversed())).toEqual(["new"]);
});

test("a finding says why the key is left over", () => {
  const judged = (authentication: object) => evaluateCheck(check, rotated(days(300), days(30), authentication));

  expect(judged(byPrivateKey("old", "new"))[0]).toMatchObject({
    observed: days(30),
    limit: days(14),
    message: "The work of this key is also done by a newer one, which was registered 30 d ago; the limit is 14 d.",
  });
  expect(judged(byPrivateKey("new"))[0]).toMatchObject({
    message:
      "No setting of the application refers to the key, and a newer one was registered 30 d ago; the limit is 14 d.",
  });
  expect(judged(byPrivateKey("old"))[1]).toMatchObject({
    message: "No setting of the application refers to the key, which was registered 30 d ago; the limit is 14 d.",
  });
});
