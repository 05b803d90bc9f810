import { describe, expect, test } from "vitest";
import { loginFrom, parseReference, resolveSecret, type SecretSources } from "../../lib/config/references.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";

const CANARY = "cNry-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e";
const DOMAIN = "acme.eu.auth0.com";
const JWK = { kty: "RSA", kid: "k1", n: "abc", e: "AQAB", d: CANARY };

const sources = (payload: string | undefined): SecretSources => ({
  env: { LOGIN: payload },
  secretsManager: async (name) => (name === "curfew/login" && payload !== undefined ? payload : ""),
});

const withSecret = (payload: string | undefined, reference = "env:LOGIN") =>
  loginFrom({ clientId: "abc", secret: reference }, DOMAIN, sources(payload));

const withKey = (payload: string | undefined, reference = "env:LOGIN") =>
  loginFrom({ clientId: "abc", privateKey: reference }, DOMAIN, sources(payload));

/** What a call rejects with; fails when it does not. */
async function errorOf(promise: Promise<unknown>): Promise<CurfewError> {
  const error = await promise.then(
    () => new Error("resolved"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CurfewError);
  return error as CurfewError;
}

test.each([
  ["env:NAME", { source: "env", name: "NAME" }],
  ["secretsmanager:curfew/acme/auditor", { source: "secretsmanager", name: "curfew/acme/auditor" }],
  ["env:", undefined],
  ["ENV:NAME", undefined],
  ["just-a-secret", undefined],
])("the reference %s", (text, expected) => {
  expect(parseReference(text)).toEqual(expected);
});

describe("a client secret", () => {
  test.each([
    ["a plain string", CANARY],
    ["a plain string with a line break behind it", `${CANARY}\n`],
    ["JSON with clientSecret", JSON.stringify({ clientSecret: CANARY })],
    [
      "JSON that names its domain and client",
      JSON.stringify({ clientSecret: CANARY, domain: DOMAIN, clientId: "abc" }),
    ],
    ["JSON with more in it", JSON.stringify({ clientSecret: CANARY, note: "rotated by hand" })],
  ])("comes from %s", async (_title, payload) => {
    for (const reference of ["env:LOGIN", "secretsmanager:curfew/login"]) {
      const login = await withSecret(payload, reference);

      expect(login.method === "client-secret" && login.secret.reveal()).toBe(CANARY);
      expect(login.clientId).toBe("abc");
      expect(JSON.stringify(login)).not.toContain(CANARY);
    }
  });

  test.each([
    ["JSON of another domain", JSON.stringify({ clientSecret: CANARY, domain: "globex.auth0.com" }), "another domain"],
    ["JSON of another client", JSON.stringify({ clientSecret: CANARY, clientId: CANARY }), "another client"],
    ["a domain that is no text", JSON.stringify({ clientSecret: CANARY, domain: { [CANARY]: 1 } }), "another domain"],
    ["JSON without a secret", JSON.stringify({ secret: CANARY }), "without a text under clientSecret"],
    [
      "JSON with an empty secret",
      JSON.stringify({ clientSecret: " ", note: CANARY }),
      "without a text under clientSecret",
    ],
    ["JSON with a private key", JSON.stringify({ privateKeyJwk: JWK }), "holds a private key"],
    ["a private key alone", JSON.stringify(JWK), "holds a private key"],
    ["broken JSON", `{"clientSecret":"${CANARY}"`, "begins like JSON but is not"],
    ["a key in PEM form", `-----BEGIN PRIVATE KEY-----\n${CANARY}`, "PEM"],
  ])("does not come from %s", async (_title, payload, says) => {
    const error = await errorOf(withSecret(payload));

    expect(error.code).toBe("reference-unresolved");
    expect(error.message).toContain("env:LOGIN");
    expect(error.message).toContain(says);
    expect(error.cause).toBeUndefined();
    expect(`${error.stack} ${error.detail}`).not.toContain(CANARY);
  });
});

describe("a private key", () => {
  test.each([
    ["a JSON Web Key alone", JSON.stringify(JWK)],
    ["JSON with a key as an object", JSON.stringify({ privateKeyJwk: JWK, domain: DOMAIN })],
    ["JSON with a key as text", JSON.stringify({ privateKeyJwk: JSON.stringify(JWK), clientId: "abc" })],
  ])("comes from %s", async (_title, payload) => {
    const login = await withKey(payload);

    expect(login.method === "private-key" && JSON.parse(login.privateKeyJwk.reveal())).toEqual(JWK);
    expect(JSON.stringify(login)).not.toContain(CANARY);
  });

  test.each([
    ["a key in PEM form", `-----BEGIN PRIVATE KEY-----\n${CANARY}`, "JSON Web Keys (JWK) only"],
    [
      "JSON with a key in PEM form",
      JSON.stringify({ privateKeyJwk: `-----BEGIN RSA\n${CANARY}` }),
      "JSON Web Keys (JWK) only",
    ],
    ["a plain string", CANARY, "is not a JSON Web Key"],
    ["JSON with a client secret", JSON.stringify({ clientSecret: CANARY }), "holds a client secret"],
    ["JSON with something else", JSON.stringify({ privateKeyJwk: [CANARY] }), "without a JSON Web Key"],
    ["a public key", JSON.stringify({ kty: "RSA", n: CANARY }), "public key only"],
    ["the key of another client", JSON.stringify({ privateKeyJwk: JWK, clientId: "def" }), "another client"],
  ])("does not come from %s", async (_title, payload, says) => {
    const error = await errorOf(withKey(payload));

    expect(error.code).toBe("reference-unresolved");
    expect(error.message).toContain(says);
    expect(error.cause).toBeUndefined();
    expect(`${error.stack} ${error.detail}`).not.toContain(CANARY);
  });
});

describe("a reference that leads nowhere", () => {
  test.each([
    [undefined, "env:LOGIN", "The environment variable LOGIN is not set"],
    ["", "env:LOGIN", "The environment variable LOGIN is empty"],
    [" \n", "env:LOGIN", "The environment variable LOGIN is empty"],
    ["", "secretsmanager:curfew/login", "The secret curfew/login in Secrets Manager is empty"],
  ])("(%j, %s) is named", async (payload, reference, says) => {
    const error = await errorOf(withSecret(payload, reference));

    expect(error.code).toBe("reference-unresolved");
    expect(error.message).toContain(says);
  });

  test("and what is no reference is not repeated: it may be a secret", async () => {
    const error = await errorOf(resolveSecret(CANARY, sources("x")));

    expect(error.code).toBe("reference-unresolved");
    expect(`${error.stack} ${error.detail}`).not.toContain(CANARY);
  });
});
