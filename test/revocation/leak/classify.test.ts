import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classify, type LeakedClient, type LeakReport, type OwnLogin } from "../../../lib/revocation/leak/classify.ts";
import { LEAK_KINDS, LEVERS } from "../../../lib/revocation/leak/leak-kinds.ts";
import type { TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";

const JOB: LeakedClient = {
  name: "Nightly job",
  appType: "non_interactive",
  tokenEndpointAuthMethod: "client_secret_post",
  grantTypes: ["client_credentials"],
  attachedKeys: undefined,
};

const TOKEN: TokenFacts = {
  form: "jwt",
  issuer: "https://acme.eu.auth0.com/",
  subject: "job@clients",
  clientId: "job",
  audience: ["https://acme.eu.auth0.com/api/v2/"],
  scopes: ["read:users"],
  grantType: "client-credentials",
  issuedAt: 0,
  notBefore: null,
  expiresAt: 86_400_000,
  jti: null,
  kid: "key",
  sha256: "0".repeat(64),
  signature: { status: "verified" },
};

const report = (changes: Partial<LeakReport>): LeakReport => ({
  clientId: "job",
  token: null,
  client: JOB,
  own: null,
  ...changes,
});

const token = (changes: Partial<TokenFacts>): Partial<LeakReport> => ({ token: { ...TOKEN, ...changes } });
const client = (changes: Partial<LeakedClient>): Partial<LeakReport> => ({ client: { ...JOB, ...changes } });
const own = (role: OwnLogin["role"], hasSpare = false): Partial<LeakReport> => ({ own: { role, hasSpare } });

const CLOSED = ["lock", "contain", "rotate"];

describe("what leaked, and what Auth0 lets anybody do about it", () => {
  test.each([
    { title: "a secret", of: {}, kind: "client-secret", levers: CLOSED, contained: true },
    {
      title: "the credential of one that is gone",
      of: { client: undefined },
      kind: "client-secret",
      levers: CLOSED,
      contained: true,
    },
    {
      title: "a named key, before anybody has looked",
      of: { client: undefined, leakedKey: "a" },
      kind: "registered-key",
      levers: CLOSED,
      contained: true,
    },
    {
      title: "the only key",
      of: client({ attachedKeys: ["a"] }),
      kind: "registered-key",
      levers: CLOSED,
      contained: true,
    },
    {
      title: "one of two keys, and nobody knows which",
      of: client({ attachedKeys: ["a", "b"] }),
      kind: "registered-key",
      levers: CLOSED,
      contained: true,
    },
    {
      title: "a known one of two keys",
      of: { ...client({ attachedKeys: ["a", "b"] }), leakedKey: "a" },
      kind: "registered-key",
      levers: ["lock", "detach-key", "contain", "rotate"],
      contained: true,
    },
    {
      title: "a certificate",
      of: client({ certificates: ["a"], tokenEndpointAuthMethod: undefined }),
      kind: "certificate",
      levers: CLOSED,
      contained: true,
    },
    { title: "a machine's token", of: token({}), kind: "machine-token", levers: CLOSED, contained: true },
    {
      title: "one of the RFC 9068 profile",
      of: token({ subject: "job", grantType: null }),
      kind: "machine-token",
      levers: CLOSED,
      contained: true,
    },
    {
      title: "a user's token",
      of: token({ subject: "auth0|1", grantType: null }),
      kind: "user-token",
      levers: [],
      contained: false,
    },
    {
      title: "the token of a user who is called like a machine",
      of: token({ subject: "auth0|job@clients", grantType: "password" }),
      kind: "user-token",
      levers: [],
      contained: false,
    },
    {
      title: "a token that names no subject",
      of: token({ subject: null, grantType: null }),
      kind: "user-token",
      levers: [],
      contained: false,
    },
    {
      title: "a single-page application",
      of: client({ appType: "spa", tokenEndpointAuthMethod: "none", grantTypes: ["authorization_code"] }),
      kind: "public-client",
      levers: [],
      contained: false,
    },
    {
      title: "an application that somebody made a single-page one, and that gets tokens for itself",
      of: client({ appType: "spa" }),
      kind: "client-secret",
      levers: CLOSED,
      contained: true,
    },
    {
      title: "a token of the API Explorer",
      of: { ...token({}), ...client({ name: "API Explorer Application" }) },
      kind: "explorer-token",
      levers: CLOSED,
      contained: false,
    },
    {
      title: "a token that nobody can read",
      of: token({ form: "opaque", subject: null, grantType: null, kid: null }),
      kind: "opaque-token",
      levers: [],
      contained: false,
    },
    {
      title: "an encrypted token, which may be the application's own",
      of: token({ form: "encrypted", subject: null, grantType: null, kid: null }),
      kind: "encrypted-token",
      levers: CLOSED,
      contained: false,
    },
    {
      title: "an encrypted token of an application that gets none for itself",
      of: { ...token({ form: "encrypted", kid: null }), ...client({ appType: "spa", grantTypes: ["implicit"] }) },
      kind: "user-token",
      levers: [],
      contained: false,
    },
    { title: "Curfew's auditor", of: own("auditor"), kind: "curfew-login", levers: CLOSED, contained: true },
    {
      title: "Curfew's rotator's token",
      of: { ...own("rotator"), ...token({}) },
      kind: "curfew-login",
      levers: CLOSED,
      contained: true,
    },
    {
      title: "the responder, with a spare",
      of: own("responder", true),
      kind: "curfew-login",
      levers: CLOSED,
      contained: true,
    },
    { title: "the responder alone", of: own("responder"), kind: "curfew-login", levers: [], contained: false },
  ])("$title", ({ of, kind, levers, contained }) => {
    expect(classify(report(of))).toMatchObject({ kind, levers, isContainable: contained });
  });

  test("whoever is the responder itself without a spare is told how to close it by hand", () => {
    const { steps } = classify(report({ ...own("responder"), clientId: "resp0nder" }));

    expect(steps.slice(0, 3).every((step) => step.includes("Applications > resp0nder >"))).toBe(true);
    expect(steps.join(" ")).toMatch(/Grant Types.*authorized for.*rotate the secret.*Secrets Manager/s);
  });

  test.each([
    ["itself", {}],
    ["whose token leaked", token({})],
    ["that is Curfew's own", own("rotator")],
  ])("people take a certificate off an application %s, and no other credential's words are used", (_, of) => {
    const { steps, hasCertificate } = classify(report({ ...client({ certificates: ["a"] }), ...of }));

    expect(hasCertificate).toBe(true);
    expect(steps.join(" ")).toMatch(/issued it revoke it.*edge.*Applications > job > Credentials: take it off/);
    expect(steps.join(" ")).not.toContain("new secret");
    expect(classify(report(client({ certificates: ["a"], attachedKeys: ["b"] }))).kind).toBe("registered-key");
    expect(classify(report(of))).not.toHaveProperty("hasCertificate");
  });

  test("a token that an API's secret signs, or that nobody can read, does not end with a key of the tenant's", () => {
    expect(classify(report(token({}))).shortens).toEqual(["network-acl", "key-revocation"]);
    expect(classify(report({})).shortens).toContain("key-revocation");
    expect(classify(report(client({ isGlobal: true }))).shortens).toEqual(["network-acl"]);
    expect(classify(report({ ...token({}), ...client({ isGlobal: true }) })).shortens).toContain("key-revocation");
    expect(classify(report(token({ kid: null }))).shortens).toEqual([]);
    expect(classify(report(token({ form: "opaque", kid: null }))).shortens).toEqual([]);
  });
});

describe("whatever is reported", () => {
  const text = fc.option(fc.constantFrom("job", "job@clients", "auth0|1", "client-credentials", "password"), {
    nil: null,
  });
  const anyToken = fc.option(
    fc.record({
      ...Object.fromEntries(Object.entries(TOKEN).map(([name, value]) => [name, fc.constant(value)])),
      form: fc.constantFrom("jwt", "opaque", "encrypted"),
      subject: text,
      grantType: text,
    }) as fc.Arbitrary<TokenFacts>,
    { nil: null, freq: 2 },
  );
  const known = {
    name: fc.constantFrom("API Explorer Application", "Job", undefined),
    appType: fc.constantFrom("spa", "native", "non_interactive", undefined),
    tokenEndpointAuthMethod: fc.constantFrom("none", "client_secret_basic", undefined),
    grantTypes: fc.constantFrom(["client_credentials"], ["authorization_code"], [], undefined),
    attachedKeys: fc.constantFrom(["a"], ["a", "b"], undefined),
  };
  const anyClient: fc.Arbitrary<LeakedClient> = fc.oneof(
    fc.record(known),
    fc.record({ ...known, certificates: fc.constantFrom(["c"], []) }),
  );
  const anyOwn = fc.option(
    fc.record({ role: fc.constantFrom("auditor" as const, "rotator", "responder"), hasSpare: fc.boolean() }),
    { nil: null, freq: 2 },
  );
  const anyReport: fc.Arbitrary<LeakReport> = fc.record({
    clientId: fc.constant("job"),
    token: anyToken,
    client: fc.option(anyClient, { nil: undefined }),
    own: anyOwn,
  });

  test("what Curfew can do nothing about is never called contained, and people are told what they can do", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyReport, (drawn) => {
        const { kind, levers, isContainable, meaning, steps } = classify(drawn);
        seen.add(kind);

        if (levers.length === 0) expect(isContainable).toBe(false);
        expect(levers).toEqual(LEVERS.filter((lever) => levers.includes(lever)));
        expect(meaning).toMatch(/Auth0/);
        expect(steps.length).toBeGreaterThan(0);
        if (drawn.token) expect(classify({ ...drawn, leakedKey: "a" })).toEqual(classify(drawn)); // see `learnKey`
      }),
      { numRuns: 1_000 },
    );
    expect([...seen].sort()).toEqual([...LEAK_KINDS].sort());
  });

  test("an application that may be given tokens for itself is closed, whatever it is called or made to look like", () => {
    fc.assert(
      fc.property(anyClient, anyOwn, (drawn, ownLogin) => {
        const isResponder = ownLogin?.role === "responder" && !ownLogin.hasSpare;
        fc.pre(!isResponder);
        const { levers } = classify(
          report({ client: { ...drawn, grantTypes: ["client_credentials"] }, own: ownLogin }),
        );

        expect(levers).toEqual(expect.arrayContaining(CLOSED));
      }),
    );
  });
});
