import { describe, expect, it } from "vitest";
import type { AccessToken } from "../../lib/auth0/token.ts";
import { createTokenSource } from "../../lib/auth0/token-source.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { Secret } from "../../lib/model/secret.ts";
import { virtualClock } from "../support/virtual-clock.ts";

function counted(lifetime = 60_000) {
  const clock = virtualClock();
  let issued = 0;
  const source = createTokenSource(async (): Promise<AccessToken> => {
    issued += 1;
    const number = issued;
    await clock.sleep(100);
    return { value: new Secret(`token ${number}`), scopes: undefined, expiresAt: clock.now() + lifetime };
  }, clock);
  return { clock, source, issued: () => issued };
}

/** A source of tokens that live for a second, while Auth0 does not refuse. */
function refusable(refusal: CurfewError) {
  const clock = virtualClock();
  let refused = false;
  const source = createTokenSource(async (): Promise<AccessToken> => {
    if (refused) throw refusal;
    return { value: new Secret("token"), scopes: undefined, expiresAt: clock.now() + 1_000 };
  }, clock);
  const refuse = (value: boolean) => {
    refused = value;
  };
  return { clock, source, refuse };
}

describe("a token source", () => {
  it("asks once for many requests", async () => {
    const { clock, source, issued } = counted();

    await clock.run(Promise.all([source.get(), source.get(), source.get()]));

    expect(issued()).toBe(1);
  });

  it("asks once for a new token although many requests saw the old one refused", async () => {
    const { clock, source, issued } = counted();
    const old = await clock.run(source.get());

    const replaced = await clock.run(Promise.all([source.replace(old), source.replace(old), source.replace(old)]));

    expect(issued()).toBe(2);
    expect(new Set(replaced.map((token) => token.value.reveal()))).toEqual(new Set(["token 2"]));
  });

  it("gives a late request the token that replaced the refused one", async () => {
    const { clock, source, issued } = counted();
    const old = await clock.run(source.get());
    await clock.run(source.replace(old));

    await clock.run(source.replace(old));

    expect(issued()).toBe(2);
  });

  it("does not hand out a token that has run out", async () => {
    const { clock, source, issued } = counted(1_000);
    await clock.run(source.get());
    await clock.run(clock.sleep(1_000));

    await clock.run(Promise.all([source.get(), source.get()]));

    expect(issued()).toBe(2);
  });

  it.each([
    { code: "credentials-refused", why: "client authentication failed" },
    { code: "no-grant", why: "no client grant for the Management API" },
  ] as const)(
    "tells a login that is refused at a renewal from one that never was accepted: $code",
    async ({ code, why }) => {
      const { clock, source, refuse } = refusable(new CurfewError(code, "Refused.", { detail: why }));
      refuse(true);
      await expect(source.get()).rejects.toMatchObject({ code, detail: why });
      refuse(false);
      await source.get();
      await clock.run(clock.sleep(1_000));
      refuse(true);

      const expected = {
        code,
        message: "Refused.",
        detail: `the login was refused when the token was renewed: ${why}`,
      };
      await expect(source.get()).rejects.toMatchObject(expected);
      await expect(source.get()).rejects.toMatchObject(expected);
    },
  );

  it("leaves other failures of a renewal as they are", async () => {
    const unreachable = new CurfewError("unreachable", "Gone.", { retryable: true, detail: "ECONNREFUSED" });
    const { clock, source, refuse } = refusable(unreachable);
    await source.get();
    await clock.run(clock.sleep(1_000));
    refuse(true);

    await expect(source.get()).rejects.toBe(unreachable);
  });

  it("does not keep a failure", async () => {
    let calls = 0;
    const token: AccessToken = { value: new Secret("x"), scopes: undefined, expiresAt: Number.POSITIVE_INFINITY };
    const source = createTokenSource(async () => {
      calls += 1;
      if (calls === 1) throw new Error("first");
      return token;
    }, virtualClock());

    await expect(source.get()).rejects.toThrow("first");
    expect(await source.get()).toBe(token);
  });
});
