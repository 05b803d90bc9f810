import { createHash } from "node:crypto";
import fc from "fast-check";
import { importJWK, SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../lib/model/clock.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { Secret } from "../../../lib/model/secret.ts";
import { leakedClient, readLeakedToken, type TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import type { TenantSeed } from "../../../lib/sandbox/tenant-seed.ts";
import { aSandbox, DOMAIN, machine, START } from "../../sandbox/support/a-sandbox.ts";
import { QUICK_RETRIES } from "../../support/audited-sandbox.ts";
import { keyPair } from "../../support/keys.ts";

const ORDERS = "https://orders.acme.example";
const OTHERS_KEY = keyPair("somebody-else");

async function aTenant(api: Partial<NonNullable<TenantSeed["managementApi"]>> = {}) {
  const { sandbox, tenant } = await aSandbox({
    clients: [machine("job"), { name: "site", client_id: "site", app_type: "spa" }],
    resourceServers: [{ identifier: ORDERS, scopes: [{ value: "read:orders" }, { value: "pay" }], ...api }],
    clientGrants: [{ client_id: "job", audience: ORDERS, scope: ["read:orders", "pay"] }],
  });
  const parts = {
    fetch: tenant.fetch,
    clock: { now: sandbox.clock.now, sleep: systemClock.sleep },
    timeout: 2_000,
    random: () => 0,
    retryPolicy: QUICK_RETRIES,
  };
  return {
    tenant,
    async mint(clientId = "job"): Promise<string> {
      const answer = await tenant.fetch(`${tenant.origin}/oauth/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: clientId,
          client_secret: `${clientId}-secret`,
          audience: ORDERS,
        }),
      });
      return ((await answer.json()) as { access_token: string }).access_token;
    },
    read: (token: string, domain = DOMAIN) =>
      readLeakedToken(new Secret(token), { domain, origin: tenant.origin }, parts, new AbortController().signal),
    kids: () => tenant.requests.filter(({ path }) => path === "/.well-known/jwks.json").length,
    close: sandbox.close,
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

const refusal = async (work: Promise<unknown>): Promise<CurfewError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CurfewError) return error;
  throw new Error("It was not refused.");
};

/** A token with the same claims that somebody else signed. */
const forged = async (claims: Record<string, unknown>, header: { alg: string; kid?: string }, jwk = OTHERS_KEY.jwk) =>
  new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(JSON.parse(jwk), header.alg));

const CLAIMS = { iss: `https://${DOMAIN}/`, sub: "job@clients", aud: ORDERS, azp: "job", exp: 1_800_000_000 };

const whyOf = ({ signature }: TokenFacts): string => (signature.status === "unverifiable" ? signature.why : "verified");

describe("a token of the tenant", () => {
  test("is told by its claims, and its signature is verified", async () => {
    await using world = await aTenant({ token_lifetime: 600 });
    const token = await world.mint();

    expect(await world.read(token)).toEqual({
      form: "jwt",
      issuer: `https://${DOMAIN}/`,
      subject: "job@clients",
      clientId: "job",
      audience: [ORDERS],
      scopes: ["read:orders", "pay"],
      grantType: "client-credentials",
      issuedAt: START,
      notBefore: null,
      expiresAt: START + 600_000,
      jti: null,
      kid: world.tenant.state.signingKeys.find(({ current }) => current)?.kid,
      sha256: createHash("sha256").update(token).digest("hex"),
      signature: { status: "verified" },
    });
  });

  test("of the RFC 9068 profile names its client and its id in other claims", async () => {
    await using world = await aTenant({ token_dialect: "rfc9068_profile" });

    const facts = await world.read(await world.mint());

    expect(facts).toMatchObject({ clientId: "job", grantType: null, jti: expect.stringMatching(/./) });
    expect(facts.signature).toEqual({ status: "verified" });
  });

  test.each(["RS512", "PS256"])("may be signed with %s", async (signing_alg) => {
    await using world = await aTenant({ signing_alg });

    expect(whyOf(await world.read(await world.mint()))).toBe("verified");
  });

  test("is recognized after it is over, and after a rotation of the signing key", async () => {
    await using world = await aTenant({ token_lifetime: 1 });
    const token = await world.mint();
    for (const key of world.tenant.state.signingKeys) {
      if (key.current) Object.assign(key, { current: false, previous: true });
    }

    expect(whyOf(await world.read(token))).toBe("verified");
  });

  test("of a user names the application beside the user", async () => {
    await using world = await aTenant();
    const { accessToken } = await world.tenant.issueUserTokens({
      clientId: "site",
      userId: "auth0|1",
      audience: ORDERS,
    });

    expect(await world.read(accessToken)).toMatchObject({ subject: "auth0|1", clientId: "site", grantType: null });
  });

  test.each([
    { title: "as it stands in a header", wrap: (token: string) => `Bearer ${token}` },
    { title: "with a line break behind it", wrap: (token: string) => `${token}\r\n` },
    { title: "in quotes, as jq writes it", wrap: (token: string) => `"${token}"\n` },
    {
      title: "as the token endpoint's answer",
      wrap: (token: string) => JSON.stringify({ access_token: token, expires_in: 86_400 }),
    },
  ])("may be given $title", async ({ wrap }) => {
    await using world = await aTenant();
    const token = await world.mint();

    expect(await world.read(wrap(token))).toEqual(await world.read(token));
  });
});

describe("what is refused", () => {
  test("a token of another tenant, without asking anybody", async () => {
    await using world = await aTenant();
    const token = await world.mint();

    const error = await refusal(world.read(token, "other.eu.auth0.com"));

    expect(error).toMatchObject({ code: "token-refused", detail: "wrong issuer" });
    expect(error.message).toContain(`https://${DOMAIN}/, not by https://other.eu.auth0.com/`);
    expect(world.kids()).toBe(0);
  });

  test("an issuer that is no address is not repeated", async () => {
    await using world = await aTenant();
    const token = await forged({ ...CLAIMS, iss: "https://evil.example/\u202e]" }, { alg: "RS256" });

    expect((await refusal(world.read(token))).message).toContain("issued by somebody else");
  });

  test.each([
    { title: "no issuer", token: () => forged({ sub: "job@clients" }, { alg: "RS256" }) },
    { title: "no signature", token: async () => new UnsecuredJWT(CLAIMS).encode() },
  ])("a token with $title", async ({ token }) => {
    await using world = await aTenant();

    expect((await refusal(world.read(await token()))).code).toBe("token-refused");
  });

  test("a token that names the tenant's key and is signed with another, or was changed", async () => {
    await using world = await aTenant();
    const genuine = await world.mint();
    const { kid = null } = await world.read(genuine);
    const [header, , signature] = genuine.split(".");
    const claims = Buffer.from(JSON.stringify({ ...CLAIMS, azp: "somebody-else" })).toString("base64url");
    const changed = [header, claims, signature].join(".");

    for (const token of [changed, await forged(CLAIMS, { alg: "RS256", kid: kid ?? "" })]) {
      expect(await refusal(world.read(token))).toMatchObject({ code: "token-refused", detail: "wrong signature" });
    }
  });

  test.each([
    "",
    "  \n",
    "two tokens",
    "token\nanother",
    "tökén",
    "a".repeat(65_537),
    "'token'",
    '{"token":"abc"}',
    '"abc',
  ])("%j is no token", async (text) => {
    await using world = await aTenant();

    expect((await refusal(world.read(text))).code).toBe("arguments-invalid");
  });
});

describe("what cannot be checked", () => {
  test("a token that the API's own secret signs", async () => {
    await using world = await aTenant({ signing_alg: "HS256", signing_secret: "s".repeat(32) });

    const facts = await world.read(await world.mint());

    expect(facts.clientId).toBe("job");
    expect(whyOf(facts)).toContain("a secret");
    expect(world.kids()).toBe(0);
  });

  test.each([
    { title: "no key", header: { alg: "RS256" } },
    { title: "a key that is not published", header: { alg: "RS256", kid: "gone" } },
    { title: "an algorithm that Auth0 does not use", header: { alg: "RS384", kid: "gone" } },
  ])("a token that names $title", async ({ header }) => {
    await using world = await aTenant();

    expect((await world.read(await forged(CLAIMS, header))).signature.status).toBe("unverifiable");
  });

  test("any token while the tenant does not answer", async () => {
    await using world = await aTenant();
    const token = await world.mint();
    world.tenant.faults.add({
      match: { path: "/.well-known/jwks.json" },
      effect: { kind: "server-error", status: 503 },
    });

    expect(whyOf(await world.read(token))).toBe("the tenant's keys could not be read: status 503");
  });

  test("the tenant's keys in a form that nobody knows", async () => {
    await using world = await aTenant();
    const token = await world.mint();
    const { kid } = await world.read(token);
    const answers = [{}, { keys: [{ kid, kty: "RSA", n: "AQAB" }] }, { keys: [7, { kid, kty: "oct", k: "c2VjcmV0" }] }];

    for (const body of answers) {
      world.tenant.faults.clear();
      world.tenant.faults.add({
        match: { path: "/.well-known/jwks.json" },
        effect: { kind: "answer", status: 200, body },
      });
      expect((await world.read(token)).signature.status).toBe("unverifiable");
    }
  });

  test.each([
    { title: "a refresh token", form: "opaque", token: "v1.MjAyNi0xMS0yMw.abc", issuer: null },
    {
      title: "an encrypted token of this tenant",
      form: "encrypted",
      token: `${Buffer.from(JSON.stringify({ alg: "dir", enc: "A256GCM", iss: `https://${DOMAIN}/` })).toString("base64url")}..aaaa.bbbb.cccc`,
      issuer: `https://${DOMAIN}/`,
    },
  ])("$title cannot be read: all that is known is its hash", async ({ token, form, issuer }) => {
    await using world = await aTenant();

    const facts = await world.read(token);

    expect(facts).toMatchObject({ form, issuer, clientId: null, expiresAt: null });
    expect(facts.sha256).toBe(createHash("sha256").update(token).digest("hex"));
  });

  test("a part of one is refused with what to do: whose it is, and so whether closing helps, is not told by it", async () => {
    await using world = await aTenant();
    const token = await world.mint();
    const [header = "", payload = "", signature = ""] = token.split(".");
    const begun = [header.slice(0, 9), header, `${header}.${payload.slice(0, 80)}`, `${header}.${payload}`];
    const ended = [token.slice(5), `.${payload}.${signature}`, `${payload}.${signature}`];

    for (const part of [...begun, ...ended])
      await expect(world.read(part)).rejects.toMatchObject({
        code: "arguments-invalid",
        message: expect.stringMatching(/cut off.*the whole one.*leave out --token-file.*--client/),
      });
    const folded = (token.match(/.{1,60}/g) ?? []).join("\n");
    await expect(world.read(folded)).rejects.toThrow("This token has line breaks in it; give it in one line.");
  });
});

test("whatever a token holds, it never comes out again", async () => {
  await using world = await aTenant();
  const [, , signature = ""] = (await world.mint()).split(".");
  const claims = fc.dictionary(fc.constantFrom("sub", "azp", "aud", "exp", "gty", "scope", "kid"), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(claims, fc.string(), async (drawn, kid) => {
      const payload = Buffer.from(JSON.stringify({ ...drawn, iss: CLAIMS.iss })).toString("base64url");
      const header = Buffer.from(JSON.stringify({ alg: "RS256", kid })).toString("base64url");
      const token = `${header}.${payload}.${signature}`;
      const told = await world.read(token).then(
        (facts) => JSON.stringify(facts),
        (error: Error) => `${error.message} ${String(error.cause)} ${error.stack}`,
      );

      for (const part of [token, payload, signature]) expect(told).not.toContain(part);
    }),
    { numRuns: 50 },
  );
});

describe("whose token it is", () => {
  const facts = async (claims: Record<string, unknown>): Promise<TokenFacts> => {
    await using world = await aTenant();
    return world.read(await forged({ ...CLAIMS, ...claims }, { alg: "RS256" }));
  };
  const verified = async (claims: Record<string, unknown> = {}): Promise<TokenFacts> => ({
    ...(await facts(claims)),
    signature: { status: "verified" },
  });

  test("a verified token says it", async () => {
    expect(leakedClient(await verified(), undefined)).toBe("job");
    expect(leakedClient(await verified({ azp: undefined, sub: "batch@clients" }), undefined)).toBe("batch");
  });

  test("one that was not checked says it only together with a person", async () => {
    const unchecked = await facts({});

    expect(() => leakedClient(unchecked, undefined)).toThrow("does not say with which key it is signed");
    expect(leakedClient(unchecked, "job")).toBe("job");
  });

  test("a person and a token must agree", async () => {
    const checked = await verified();

    expect(() => leakedClient(checked, "other")).toThrow("another application");
  });

  test("a verified one that names none needs a person", async () => {
    const userOnly = await verified({ azp: undefined, sub: "auth0|x@clients" });

    expect(() => leakedClient(userOnly, undefined)).toThrow("does not name its application");
    expect(leakedClient(userOnly, "site")).toBe("site");
  });
});
