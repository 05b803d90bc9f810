import { createPrivateKey, createPublicKey } from "node:crypto";
import { calculateJwkThumbprint } from "jose";
import { describe, expect, it } from "vitest";
import { clientAssertion } from "../../../lib/auth0/client-assertion.ts";
import { Secret } from "../../../lib/model/secret.ts";
import { newKey, newSecret } from "../../../lib/rotation/kinds/new-credential.ts";
import { namedKid, publicKeyOf } from "../../../lib/rotation/kinds/public-key.ts";

describe("a new secret", () => {
  it("is 64 base64url characters, and another one each time", () => {
    const made = Array.from({ length: 100 }, () => newSecret().reveal());
    expect(new Set(made).size).toBe(100);
    expect(made.every((one) => /^[A-Za-z0-9_-]{64}$/.test(one))).toBe(true);
  });
});

describe("a new key", () => {
  it("signs assertions, and its public half is what the stored private one says", async () => {
    const { kid, privateKeyJwk } = await newKey();
    const jwk = JSON.parse(privateKeyJwk.reveal()) as Record<string, string>;

    const { pem, kid: found } = publicKeyOf(privateKeyJwk);

    expect([found, namedKid(privateKeyJwk)]).toEqual([kid, kid]);
    expect(await calculateJwkThumbprint({ kty: "RSA", n: jwk.n as string, e: jwk.e as string })).toBe(kid);
    const derived = createPublicKey(createPrivateKey({ key: jwk, format: "jwk" }));
    expect(pem).toBe(derived.export({ type: "spki", format: "pem" }));
    expect(jwk).toMatchObject({ alg: "RS256", kty: "RSA" });
    const login = { clientId: "jkl", privateKeyJwk };
    expect(await clientAssertion(login, "acme.eu.auth0.com", { now: Date.now, sleep: async () => undefined })).toMatch(
      /^eyJ/,
    );
  });

  it("goes by its thumbprint where its stored form names no kid", async () => {
    const { kid, privateKeyJwk } = await newKey();
    const { kid: _, ...unnamed } = JSON.parse(privateKeyJwk.reveal()) as Record<string, string>;
    const stored = new Secret(JSON.stringify(unnamed));
    expect(namedKid(stored)).toBeUndefined();
    expect(publicKeyOf(stored).kid).toBe(kid);
  });

  it.each(["{}", '{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"canary"}', "no JSON: canary"])(
    "is refused in a form that is none, without quoting it: %s",
    (text) => {
      const look = () => publicKeyOf(new Secret(text));
      expect(look).toThrow(expect.objectContaining({ code: "rotation-refused", detail: "payload-unusable" }));
      expect(look).not.toThrow(/canary/);
    },
  );
});
