import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { looksLikeSecret, withoutSecrets } from "../../lib/model/looks-like-secret.ts";

const BASE62 = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"];
const base62 = (length: number) =>
  fc.string({ unit: fc.constantFrom(...BASE62), minLength: length, maxLength: length });

describe("what looks like a secret", () => {
  it("is no client id of Auth0's, and none of words", () => {
    fc.assert(fc.property(base62(32), (id) => !looksLikeSecret(id) && !looksLikeSecret(`${id}@clients`)));
    for (const id of [
      "All-Applications-of-the-Checkout-Team-in-Production-Europe-West-1",
      "https://agents.example/clients/Shop-Assistant/2026/oauth-client-metadata.json",
    ])
      expect(looksLikeSecret(id), id).toBe(false);
  });

  it("is a token, signed or encrypted, and a secret in the middle of a text; only that is taken out", () => {
    const secret = "7f3kQ9xW2mB5vT8zL1pR4sY6uA0e_7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-7f3kQ9";
    for (const leaked of [secret, "eyJhbGciOiJub25lIn0.eyJpc3MiOiJhIn0.", "eyJlbmMiOiJBMjU2R0NNIn0..aXY.dGV4dA.dGFn"]) {
      expect(looksLikeSecret(leaked)).toBe(true);
      expect(withoutSecrets(`There is no tenant "${leaked}".`)).toBe('There is no tenant "[secret]".');
    }
  });
});
