import { describe, expect, test } from "vitest";
import { RESPONDER_SCOPES } from "../../../lib/auth0/responder-endpoints.ts";
import type { ResponderTenant } from "../../../lib/revocation/ports.ts";
import { againstReference } from "../../support/against-reference.ts";
import { hasReference } from "../../support/reference.ts";
import { errorOf, world } from "./world.ts";

/** Every call of the port that sends something to the Management API, with the scope that it needs. */
const CALLS: { scope: string; call: (responder: ResponderTenant) => Promise<unknown>; writes?: boolean }[] = [
  { scope: "read:clients", call: (responder) => responder.client() },
  { scope: "update:clients", call: (responder) => responder.setGrantTypes([]), writes: true },
  { scope: "read:client_credentials", call: (responder) => responder.keys() },
  { scope: "update:client_credentials", call: (responder) => responder.attachKeys(["cred_old"]), writes: true },
  { scope: "read:client_grants", call: (responder) => responder.grants() },
  { scope: "read:organization_client_grants", call: (responder) => responder.organizationsOf("cgr_orders") },
  { scope: "delete:client_grants", call: (responder) => responder.deleteGrant("cgr_other"), writes: true },
  {
    scope: "create:client_grants",
    call: (responder) => responder.createGrant(GRANT),
    writes: true,
  },
  {
    scope: "create:organization_client_grants",
    call: (responder) => responder.addOrganization("cgr_orders", "org_1"),
    writes: true,
  },
  { scope: "read:resource_servers", call: (responder) => responder.apis() },
  { scope: "read:signing_keys", call: (responder) => responder.signingKeys() },
  { scope: "create:signing_keys", call: (responder) => responder.rotateSigningKey(), writes: true },
  { scope: "update:signing_keys", call: (responder) => responder.revokeSigningKey("kid"), writes: true },
  { scope: "read:network_acls", call: (responder) => responder.networkAcls() },
  { scope: "create:network_acls", call: (responder) => responder.createNetworkAcl("x", ["10.0.0.1/32"]), writes: true },
  { scope: "delete:network_acls", call: (responder) => responder.deleteNetworkAcl("acl_1"), writes: true },
  { scope: "read:logs", call: (responder) => responder.lastLogEvent(0) },
];

const GRANT = {
  audience: "https://users/",
  scopes: ["read:users"],
  allowsAllScopes: undefined,
  subjectType: undefined,
  organizationUsage: undefined,
  allowsAnyOrganization: undefined,
  organizations: [],
};

/** Auth0 takes the other scope instead (source: the reference), so that only both together are missed. */
const ALSO_ENOUGH: Readonly<Record<string, string>> = {
  "read:clients": "read:client_credentials",
  "create:signing_keys": "update:signing_keys",
};

describe("every call", () => {
  test("needs one of the documented scopes, and all of them are needed", () => {
    expect([...new Set(CALLS.map(({ scope }) => scope))].sort()).toEqual([...RESPONDER_SCOPES].sort());
  });

  test.each(CALLS)("names its scope where it is missing: $scope", async ({ scope, call }) => {
    const kept = RESPONDER_SCOPES.filter((held) => held !== scope && held !== ALSO_ENOUGH[scope]);
    await using tenant = await world(kept);
    const told = await errorOf(call(tenant.responder("signer")));
    expect(told).toMatchObject({ code: "missing-scope", detail: scope });
    expect(told.message).toContain(scope);
  });

  test("that changes something is not sent after the deadline", async () => {
    await using tenant = await world();
    const responder = tenant.responder("signer", { deadline: tenant.clock.now() - 1 });
    for (const { call } of CALLS.filter(({ writes }) => writes)) {
      expect(await errorOf(call(responder))).toMatchObject({ code: "timed-out" });
    }
    expect(tenant.managed().filter(({ method }) => method !== "GET")).toEqual([]);
  });

  test.skipIf(!hasReference)("is one that the reference knows, with the scope that it documents", async () => {
    await using tenant = await world();
    for (const { call } of CALLS) await call(tenant.responder("signer")).catch(() => undefined);
    const { problems, scopes } = againstReference(tenant.managed());
    // Not documented here, and honoured (recordings).
    expect(problems).toEqual(["GET /resource-servers?fields"]);
    expect(CALLS.filter(({ scope }) => !scopes.includes(scope))).toEqual([]);
    console.info(`responder: ${tenant.managed().length} requests of ${CALLS.length} calls are in the reference`);
  });
});
