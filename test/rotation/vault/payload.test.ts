import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPayload } from "../../../lib/config/secret-payload.ts";
import { Secret } from "../../../lib/model/secret.ts";
import { changedBeside, credentialIn, renewPayload } from "../../../lib/rotation/vault/payload.ts";

const SETTINGS = { clientId: "jkl", domain: "acme.eu.auth0.com" };
const expected = { ...SETTINGS, reference: "the secret" };
const jwk = (d: string) => JSON.stringify({ kty: "RSA", n: "n", e: "AQAB", d, kid: d, alg: "RS256" });

const fields = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }).map((one) => {
  const { kty: _, domain: __, clientId: ___, ...rest } = one;
  return rest;
});
const secretPayload = fc.oneof(
  fc.constant("plain-secret"),
  fields.map((more) => JSON.stringify({ ...more, clientSecret: "old" })),
  fields.map((more) => JSON.stringify({ ...more, ...SETTINGS, clientSecret: "old" }, null, 2)),
);
const keyPayload = fc.oneof(
  fc.constant(jwk("old")),
  fields.map((more) => JSON.stringify({ ...more, privateKeyJwk: jwk("old") })),
  fields.map((more) => JSON.stringify({ ...more, ...SETTINGS, privateKeyJwk: JSON.parse(jwk("old")) })),
);

describe("the payload of a new credential", () => {
  it("is read by whoever read the current one, and keeps its form and its other fields", () => {
    const cases = fc.oneof(
      secretPayload.map((text) => ({ kind: "client-secret" as const, text, value: "new" })),
      keyPayload.map((text) => ({ kind: "private-key" as const, text, value: jwk("new") })),
    );
    fc.assert(
      fc.property(cases, ({ kind, text, value }) => {
        const renewed = renewPayload(new Secret(text), kind, new Secret(value)).reveal();

        expect(readPayload(new Secret(renewed), { kind, ...expected }).reveal()).toBe(value);
        const back = readPayload(new Secret(text), { kind, ...expected });
        const restored = renewPayload(new Secret(renewed), kind, back).reveal();
        expect(text.startsWith("{") ? JSON.parse(restored) : restored).toEqual(
          text.startsWith("{") ? JSON.parse(text) : text,
        );
      }),
    );
  });

  it("keeps numbers as they were written, however large", () => {
    const text = '{"id":12345678901234567890,"small":-0,"deep":[{"x":1.10,"y":1e400}],"clientSecret":"old"}';

    const renewed = renewPayload(new Secret(text), "client-secret", new Secret("new")).reveal();

    expect(renewed).toBe(text.replace("old", "new"));
  });

  it("keeps text that is text and an object that is one", () => {
    const privateKeyJwk = jwk("old");
    const asText = renewPayload(new Secret(JSON.stringify({ privateKeyJwk })), "private-key", new Secret(jwk("new")));
    expect(JSON.parse(asText.reveal())).toEqual({ privateKeyJwk: jwk("new") });
    const asObject = renewPayload(
      new Secret(`{"privateKeyJwk":${privateKeyJwk}}`),
      "private-key",
      new Secret(jwk("new")),
    );
    expect(JSON.parse(asObject.reveal())).toEqual({ privateKeyJwk: JSON.parse(jwk("new")) });
  });
});

describe("what differs beside the credential", () => {
  const values = fc.oneof(
    secretPayload.map((text) => ["client-secret", text, "new"] as const),
    keyPayload.map((text) => ["private-key", text, jwk("new")] as const),
  );

  it("is nothing in what was made from the same, however it is written", () => {
    fc.assert(
      fc.property(values, ([kind, text, value]) => {
        const renewed = renewPayload(new Secret(text), kind, new Secret(value));

        expect(changedBeside(new Secret(text), renewed, kind)).toEqual([]);
      }),
    );
  });

  it.each([
    [
      "client-secret",
      '{"clientSecret":"a","x":1,"y":[1.0]}',
      '{"y":[1],"z":null,"x":1,"clientSecret":"b"}',
      ["y", "z"],
    ],
    ["client-secret", "a", '{"clientSecret":"b"}', ["its form"]],
    ["private-key", jwk("a"), JSON.stringify({ privateKeyJwk: jwk("b") }), ["its form"]],
    ["private-key", `{"privateKeyJwk":${jwk("a")}}`, JSON.stringify({ privateKeyJwk: jwk("b") }), ["privateKeyJwk"]],
  ] as const)("is named, without a value: %s %s and %s", (kind, one, other, names) => {
    expect(changedBeside(new Secret(one), new Secret(other), kind)).toEqual(names);
  });
});

describe("the credential in a payload", () => {
  it.each([
    ["target-disagrees", "client-secret", { clientId: "canary-client", clientSecret: "s" }],
    ["target-disagrees", "client-secret", { domain: "canary.eu.auth0.com", clientSecret: "s" }],
    ["target-disagrees", "private-key", { clientId: "canary-client" }],
    ["target-disagrees", "client-secret", { kty: "oct", domain: "canary.eu.auth0.com", clientSecret: "s" }],
    ["target-disagrees", "private-key", { ...JSON.parse(jwk("d")), clientId: "canary-client" }],
    ["payload-unusable", "client-secret", { password: "s" }],
    ["payload-unusable", "client-secret", { privateKeyJwk: jwk("d") }],
    ["payload-unusable", "private-key", { clientSecret: "s" }],
    ["payload-unusable", "private-key", "-----BEGIN PRIVATE KEY-----"],
  ] as const)("is refused with %s (%s, %o), and no value is told", (detail, kind, stored) => {
    const text = typeof stored === "string" ? stored : JSON.stringify({ ...stored, canary: "canary-value" });
    let error: unknown;
    try {
      credentialIn(new Secret(text), { kind, ...SETTINGS }, "arn:secret");
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "rotation-refused", detail });
    expect(JSON.stringify([String(error), error])).not.toContain("canary");
  });

  it("agrees with names in whatever case, and with none", () => {
    const named = JSON.stringify({ domain: "ACME.eu.auth0.com", clientId: "jkl", clientSecret: "s" });
    for (const text of [named, "s"]) {
      expect(credentialIn(new Secret(text), { kind: "client-secret", ...SETTINGS }, "arn").reveal()).toBe("s");
    }
  });
});
