import { describe, expect, test } from "vitest";
import type { ResponderTenant } from "../../../lib/revocation/ports.ts";
import { respondedSandbox } from "../../support/responded-sandbox.ts";
import { errorOf, SEED, world } from "./world.ts";

describe("signing keys", () => {
  const states = async (responder: ResponderTenant) => (await responder.signingKeys()).map(({ state }) => state);

  test("are rotated and revoked, and Curfew's own earlier token tells what it did", async () => {
    await using tenant = await world();
    const responder = tenant.responder("job");
    expect(await responder.isFormerTokenAccepted()).toBeUndefined();
    const [leaked] = await responder.signingKeys();
    expect(leaked?.state).toBe("current");
    await responder.rotateSigningKey();
    expect(await states(responder)).toEqual(["previous", "current", "next"]);
    await responder.renewToken();
    expect(await responder.isFormerTokenAccepted()).toBe(true);
    for (let again = 0; again < 2; again += 1) await responder.revokeSigningKey(leaked?.kid ?? "");
    expect(await responder.isFormerTokenAccepted()).toBe(false);
    expect(await states(responder)).toEqual(["revoked", "current", "next"]);
  });

  test("that are gone already may be refused: the key itself tells", async () => {
    await using tenant = await world();
    const responder = tenant.responder("job");
    const [first, second] = await responder.signingKeys();
    await responder.rotateSigningKey();
    await responder.revokeSigningKey(first?.kid ?? "");
    await responder.rotateSigningKey();
    await responder.revokeSigningKey(first?.kid ?? "");
    expect(await states(responder)).toEqual(["revoked", "previous", "current", "next"]);
    await responder.rotateSigningKey();
    expect(await states(responder)).toEqual(["revoked", "former", "previous", "current", "next"]);
    const former = responder.revokeSigningKey(second?.kid ?? "");
    expect(await errorOf(former)).toMatchObject({ code: "request-refused" });
  });

  test("are written five times a day and no more; a rotation is not sent again", async () => {
    await using tenant = await respondedSandbox({ ...SEED, plan: "enterprise", rateLimits: true });
    const responder = tenant.responder("job");
    for (let write = 0; write < 5; write += 1) await responder.rotateSigningKey();
    const before = tenant.managed().length;
    expect(await errorOf(responder.rotateSigningKey())).toMatchObject({ code: "throttled" });
    expect(tenant.managed()).toHaveLength(before + 1);
  });

  test("of a former token whose own time is over say nothing", async () => {
    await using tenant = await world();
    const responder = tenant.responder("job");
    await responder.client();
    await responder.renewToken();
    tenant.clock.advance(86_400_000);
    expect(await responder.isFormerTokenAccepted()).toBeUndefined();
  });
});
