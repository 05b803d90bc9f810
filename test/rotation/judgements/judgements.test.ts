import { describe, expect, it } from "vitest";
import { judgeClient } from "../../../lib/rotation/judgements/judge-client.ts";
import { judgeOrder } from "../../../lib/rotation/judgements/judge-order.ts";
import { judgePlaces, leftovers } from "../../../lib/rotation/judgements/judge-places.ts";
import type { RotationOrder } from "../../../lib/rotation/ledger/rotation-record.ts";
import type { RotatedClient } from "../../../lib/rotation/ports.ts";

const SECRET = { clientId: "jkl", kind: "client-secret", allowHs256: false } as const;
const KEY = { ...SECRET, kind: "private-key" } as const;
const client = (changed: Partial<RotatedClient> = {}): RotatedClient => ({
  clientId: "jkl",
  isGlobal: false,
  tokenEndpointAuthMethod: undefined,
  appType: undefined,
  grantTypes: undefined,
  idTokenAlgorithm: undefined,
  attachedKeys: undefined,
  usesMtls: false,
  referencedKeys: [],
  ...changed,
});

describe("a client", () => {
  it.each([
    { title: "that is gone", client: undefined, rules: SECRET, refusal: "client-gone" },
    { title: "that is gone", client: undefined, rules: KEY, refusal: "client-gone" },
    { title: "that is global", client: client({ isGlobal: true }), rules: SECRET, refusal: "global-client" },
    { title: "that is global", client: client({ isGlobal: true }), rules: KEY, refusal: "global-client" },
    {
      title: "without a method",
      client: client({ tokenEndpointAuthMethod: "none" }),
      rules: SECRET,
      refusal: "public-client",
    },
    { title: "in a browser", client: client({ appType: "spa" }), rules: SECRET, refusal: "public-client" },
    { title: "on a phone", client: client({ appType: "native" }), rules: SECRET, refusal: "public-client" },
    { title: "with HS256", client: client({ idTokenAlgorithm: "HS256" }), rules: SECRET, refusal: "hs256-client" },
    {
      title: "of users, and Auth0 does not say how their ID tokens are signed",
      client: client({ grantTypes: ["client_credentials", "authorization_code"] }),
      rules: SECRET,
      refusal: "hs256-client",
    },
    {
      title: "of which not even that is known",
      client: client({ grantTypes: undefined }),
      rules: SECRET,
      refusal: "hs256-client",
    },
    { title: "with keys", client: client({ attachedKeys: [] }), rules: SECRET, refusal: "kind-mismatch" },
    { title: "with a certificate", client: client({ usesMtls: true }), rules: SECRET, refusal: "kind-mismatch" },
    { title: "with a certificate", client: client({ usesMtls: true }), rules: KEY, refusal: "kind-mismatch" },
    { title: "without keys", client: client(), rules: KEY, refusal: "kind-mismatch" },
  ])("$title is refused for $rules.kind: $refusal", ({ client, rules, refusal }) => {
    expect(judgeClient(client, rules)).toEqual({ refusal, message: expect.stringContaining("jkl") });
  });

  it.each([
    { title: "that logs in for itself", client: client({ grantTypes: ["client_credentials"] }), rules: SECRET },
    {
      title: "with HS256 that is allowed",
      client: client({ grantTypes: undefined, idTokenAlgorithm: "HS256" }),
      rules: { ...SECRET, allowHs256: true },
    },
    { title: "with RS256", client: client({ idTokenAlgorithm: "RS256", appType: "regular_web" }), rules: SECRET },
    {
      title: "with keys, whose secret signs ID tokens",
      client: client({ attachedKeys: ["a"], idTokenAlgorithm: "HS256" }),
      rules: KEY,
    },
    { title: "with keys on a phone", client: client({ attachedKeys: ["a"], appType: "native" }), rules: KEY },
  ])("$title may be rotated ($rules.kind)", ({ client, rules }) => {
    expect(judgeClient(client, rules)).toBeUndefined();
  });
});

describe("an order", () => {
  const AUTO = { clientId: "jkl", rotate: "auto" } as const;
  const OFF = { clientId: "jkl", rotate: "off" } as const;
  const order = (by: RotationOrder["by"], version = "v1") => ({ order: { version, by, at: 1 } });
  const held = { held: { since: 1, refusal: null, message: "It kept failing." } };
  const again = { order: { ...order("schedule").order, asked: { by: "person" as const, at: 1 } } };

  it.each([
    { title: "of nobody", record: undefined, rules: AUTO, refusal: undefined },
    { title: "of nobody", record: undefined, rules: OFF, refusal: "rotate-off" },
    { title: "of the schedule", record: order("schedule"), rules: OFF, refusal: "rotate-off" },
    { title: "of a person", record: order("person"), rules: OFF, refusal: undefined },
    { title: "of an incident", record: order("incident"), rules: OFF, refusal: undefined },
    { title: "of a person for another version", record: order("person", "v0"), rules: OFF, refusal: "rotate-off" },
    { title: "of nobody while held", record: held, rules: AUTO, refusal: "held" },
    { title: "of the schedule while held", record: { ...order("schedule"), ...held }, rules: AUTO, refusal: "held" },
    { title: "of a person while held", record: { ...order("person"), ...held }, rules: AUTO, refusal: undefined },
    { title: "that was a person's, tried again", record: again, rules: OFF, refusal: undefined },
    { title: "that was a person's, while held", record: { ...again, ...held }, rules: OFF, refusal: "held" },
  ])("$title with rotate: $rules.rotate gives $refusal", ({ record, rules, refusal }) => {
    expect(judgeOrder(record, rules, "v1")?.refusal).toBe(refusal);
  });
});

describe("the two places for keys", () => {
  const key = (id: string) => ({ id, kid: `kid-${id}`, name: undefined });
  const places = (ids: string[], referencedKeys: string[], currentKid = "kid-a") => ({
    keys: ids.map(key),
    client: { clientId: "jkl", referencedKeys },
    currentKid,
  });

  it.each([
    { title: "one is free", ...places(["a"], ["a"]), refusal: undefined },
    { title: "one holds a leftover", ...places(["a", "b"], ["a"]), refusal: undefined },
    { title: "both are referred to", ...places(["a", "b"], ["a", "b"]), refusal: "no-place" },
    { title: "one is referred to, the other is the current one", ...places(["a", "b"], ["b"]), refusal: "no-place" },
  ])("$title: $refusal", ({ refusal, ...given }) => {
    expect(judgePlaces(given)?.refusal).toBe(refusal);
  });

  it("never calls a key a leftover that something refers to, or that is the current one", () => {
    expect(leftovers(places(["a", "b"], [])).map(({ id }) => id)).toEqual(["b"]);
    expect(leftovers(places(["b"], ["b"]))).toEqual([]);
  });
});
