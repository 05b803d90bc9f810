import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openManagementApi } from "../../lib/auth0/management-api.ts";
import { loginFrom } from "../../lib/config/references.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { DOMAIN, keyClient } from "../sandbox/support/a-sandbox.ts";
import { QUICK_RETRIES } from "../support/audited-sandbox.ts";
import { keyPair } from "../support/keys.ts";
import { rotatedSandbox } from "../support/rotated-sandbox.ts";

const never = new AbortController().signal;
const NAME = "curfew/acme/rotator";

/** What is stored under each label; what is left out is not there. */
interface Stored {
  AWSCURRENT: string;
  AWSPENDING?: string | CurfewError;
  AWSPREVIOUS?: string | CurfewError;
}

/** The rotator's API in a tenant that accepts `accepted`, and what is asked of Secrets Manager and the token endpoint. */
async function aWorld(accepted: string, stored: Stored, seed: Partial<TenantSeed> = {}) {
  const world = await rotatedSandbox(seed);
  const record = world.tenant.state.clients.get("rotator");
  if (record && record.client_authentication_methods === undefined) record.client_secret = accepted;
  const reads: string[] = [];
  const secretsManager = async (name: string, label: keyof Stored = "AWSCURRENT") => {
    expect(name).toBe(NAME);
    reads.push(label);
    const value = stored[label];
    if (value instanceof CurfewError) throw value;
    if (value === undefined) throw new CurfewError("not-found", "no such label");
    return value;
  };
  const open = async (fields: { secret: string } | { privateKey: string } = { secret: `secretsmanager:${NAME}` }) =>
    openManagementApi({
      address: { domain: DOMAIN, origin: world.tenant.origin },
      login: await loginFrom({ clientId: "rotator", ...fields }, DOMAIN, { env: { LOGIN: "wrong" }, secretsManager }),
      plan: "enterprise",
      signal: never,
      clock: world.clock,
      timeout: 500_000,
      retryPolicy: QUICK_RETRIES,
    });
  return {
    ...world,
    stored,
    reads,
    open,
    asked: () => world.tenant.requests.filter(({ path }) => path === "/oauth/token").length,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

describe("a login", () => {
  test("that is accepted costs one look and one request, whatever else is stored", async () => {
    await using world = await aWorld("now", { AWSCURRENT: "now", AWSPENDING: "next", AWSPREVIOUS: "before" });
    await (await world.open()).scopes();
    expect(world.reads).toEqual(["AWSCURRENT"]);
    expect(world.asked()).toBe(1);
  });

  test.each([
    { title: "the pending one, set but not promoted yet", accepted: "next", reads: 3, asked: 2 },
    { title: "the previous one, while the change still spreads", accepted: "before", reads: 4, asked: 3 },
  ])("that is refused gives way to $title", async ({ accepted, reads, asked }) => {
    await using world = await aWorld(accepted, { AWSCURRENT: "now", AWSPENDING: "next", AWSPREVIOUS: "before" });
    await (await world.open()).scopes();
    expect(world.reads).toHaveLength(reads);
    expect(world.asked()).toBe(asked);
  });

  test("that was replaced after it was read is read again", async () => {
    await using world = await aWorld("newer", { AWSCURRENT: "now" });
    const api = await world.open();
    world.stored.AWSCURRENT = "newer";
    await api.scopes();
    expect(world.asked()).toBe(2);
  });

  test("with a key gives way to the pending key", async () => {
    const [old, next] = [keyPair("the-old-key"), keyPair("the-next-key")];
    const rotator = keyClient("rotator", [{ kid: "the-next-key", pem: next.pem }]);
    await using world = await aWorld("", { AWSCURRENT: old.jwk, AWSPENDING: next.jwk }, { clients: [rotator] });
    await (await world.open({ privateKey: `secretsmanager:${NAME}` })).scopes();
    expect(world.asked()).toBe(2);
  });
});

describe("a refusal stands", () => {
  test.each([
    { title: "nothing else is stored", stored: { AWSCURRENT: "now" } },
    { title: "the same is stored", stored: { AWSCURRENT: "now", AWSPENDING: "now", AWSPREVIOUS: "now" } },
  ])("at once where $title", async ({ stored }) => {
    await using world = await aWorld("by hand", stored);
    await expect((await world.open()).scopes()).rejects.toMatchObject({ code: "credentials-refused" });
    expect(world.asked()).toBe(1);
    expect(world.reads).toHaveLength(4);
  });

  test("at once for a login from the environment", async () => {
    await using world = await aWorld("now", { AWSCURRENT: "now" });
    await expect((await world.open({ secret: "env:LOGIN" })).scopes()).rejects.toMatchObject({
      code: "credentials-refused",
    });
    expect(world.reads).toEqual([]);
    expect(world.asked()).toBe(1);
  });

  test("after the time in which a change spreads where several are stored and none is accepted", async () => {
    await using world = await aWorld("by hand", { AWSCURRENT: "now", AWSPREVIOUS: "before" });
    const before = world.clock.now();
    await expect((await world.open()).scopes()).rejects.toMatchObject({ code: "credentials-refused" });
    expect(world.clock.now() - before).toBeGreaterThanOrEqual(30_000);
    expect(world.asked()).toBe(6);
  });

  test("with the reason why another one could not be tried, and the next is tried all the same", async () => {
    const denied = new CurfewError("reference-unresolved", "The secret may not be read.");
    await using world = await aWorld("before", { AWSCURRENT: "now", AWSPENDING: denied, AWSPREVIOUS: "before" });
    await (await world.open()).scopes();
    world.stored.AWSPREVIOUS = denied;
    const told = (await world.open()).scopes();
    await expect(told).rejects.toMatchObject({ code: "credentials-refused", cause: denied });
  });

  test("and a secret that belongs to another domain is not sent, under whatever label it is stored", async () => {
    const AWSPENDING = JSON.stringify({ clientSecret: "next", domain: "elsewhere.example" });
    await using world = await aWorld("next", { AWSCURRENT: "now", AWSPENDING });
    await expect((await world.open()).scopes()).rejects.toMatchObject({
      cause: { code: "reference-unresolved", message: expect.stringContaining("another domain") },
    });
    expect(world.asked()).toBe(1);
  });
});

test("anything else than a refusal is told as it is, and nothing more is tried", async () => {
  await using world = await aWorld("next", { AWSCURRENT: "now", AWSPENDING: "next" });
  world.tenant.faults.add({ match: { path: "/oauth/*" }, effect: { kind: "server-error" } });
  await expect((await world.open()).scopes()).rejects.toMatchObject({ code: "service-failed" });
  expect(world.reads).toEqual(["AWSCURRENT"]);
});

test("whenever it logs in around a rotation of its own secret, it gets in", async () => {
  // The moments of a rotation: set, promoted once accepted, and until the old secret is dead everywhere.
  const moment = fc.record({
    mode: fc.constantFrom("both", "old-until-end", "flapping", "new-at-once"),
    /** Since the secret was set at the tenant, in seconds. */
    since: fc.integer({ min: 0, max: 40 }),
    promoted: fc.boolean(),
  } as const);
  let cases = 0;
  await fc.assert(
    fc.asyncProperty(moment, async ({ mode, since, promoted }) => {
      cases += 1;
      const stored: Stored = promoted
        ? { AWSCURRENT: "next", AWSPREVIOUS: "now" }
        : { AWSCURRENT: "now", AWSPENDING: "next", AWSPREVIOUS: "before" };
      await using world = await aWorld("now", stored, { propagation: { mode, seconds: 30 } });
      const { state } = world.tenant;
      state.secretHistory.set("rotator", {
        replaced: [{ secret: "now", since: Number.NEGATIVE_INFINITY }],
        since: world.clock.now() - since * 1_000,
      });
      const record = state.clients.get("rotator");
      if (record) record.client_secret = "next";
      await expect((await world.open()).scopes()).resolves.toContain("update:client_keys");
    }),
    { numRuns: 40 },
  );
  console.info(`log-in: ${cases} moments of a rotation of one's own secret`);
});
