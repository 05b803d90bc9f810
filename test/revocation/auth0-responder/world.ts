import { expect } from "vitest";
import { RESPONDER_SCOPES } from "../../../lib/auth0/responder-endpoints.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { keyClient, MANAGEMENT_API, machine } from "../../sandbox/support/a-sandbox.ts";
import { keyPair } from "../../support/keys.ts";
import { respondedSandbox } from "../../support/responded-sandbox.ts";

export const ORDERS = "https://orders/";
const [OLD, NEW] = [keyPair("old-key-of-the-signer"), keyPair("new-key-of-the-signer")];

const SIGNER = keyClient("signer", [
  { id: "cred_old", kid: "old-key-of-the-signer", name: "first", pem: OLD.pem },
  { id: "cred_new", kid: "new-key-of-the-signer", name: "second", pem: NEW.pem },
]);

/** Applications of every kind, grants and APIs. */
export const SEED = {
  clients: [
    machine("job"),
    machine("other"),
    machine("basic", { token_endpoint_auth_method: "client_secret_basic" }),
    machine("bare", { omit: ["app_type", "token_endpoint_auth_method", "grant_types"] }),
    SIGNER,
  ],
  resourceServers: [
    { identifier: ORDERS, token_lifetime: 7200, scopes: [{ value: "read:orders" }, { value: "pay" }] },
    { identifier: "https://users/", scopes: [{ value: "read:users" }] },
  ],
  organizations: [
    { id: "org_1", name: "first" },
    { id: "org_2", name: "second" },
  ],
  clientGrants: [
    {
      id: "cgr_orders",
      client_id: "job",
      audience: ORDERS,
      scope: ["read:orders"],
      subject_type: "client",
      organization_usage: "allow",
      organizations: ["org_1", "org_2"],
    },
    { id: "cgr_api", client_id: "job", audience: MANAGEMENT_API, scope: ["read:clients", "update:clients"] },
    { id: "cgr_all", client_id: "basic", audience: ORDERS, allow_all_scopes: true, scope: [] },
    { id: "cgr_other", client_id: "other", audience: ORDERS, scope: ["pay"] },
    { id: "cgr_default", default_for: "third_party_clients", audience: ORDERS, scope: ["pay"] },
  ],
};

/** A tenant with all of them, and its responder, who has these scopes. */
export const world = (scopes: readonly string[] = RESPONDER_SCOPES) => respondedSandbox(SEED, scopes);
export type World = Awaited<ReturnType<typeof world>>;

/** What a call rejects with; it must be ours. */
export async function errorOf(promise: Promise<unknown>): Promise<CurfewError> {
  const error = await promise.then(
    () => new Error("resolved"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CurfewError);
  return error as CurfewError;
}
