import { days, hours } from "../../model/duration.ts";
import type { TenantSeed } from "../tenant-seed.ts";

/** Refresh tokens as a tenant hands them out that nobody ever tightened. */
const FOREVER = {
  rotation_type: "non-rotating",
  expiration_type: "non-expiring",
  leeway: 0,
  infinite_token_lifetime: true,
  infinite_idle_token_lifetime: true,
  token_lifetime: 31_557_600,
  idle_token_lifetime: 2_592_000,
};

/**
 * A shop that was set up in a hurry years ago: month-long access tokens, phones that stay logged in for good,
 * a Management API token that lives for three days.
 */
export const neglectedTenant: TenantSeed = {
  name: "old-shop",
  domain: "old-shop.auth0.example",
  plan: "professional",
  settings: {
    friendly_name: "The Old Shop",
    session_lifetime: 1_080,
    idle_session_lifetime: 720,
    flags: { enable_dynamic_client_registration: true, allow_legacy_ro_grant_types: true },
  },
  clients: [
    {
      name: "Shop for Android",
      app_type: "native",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "implicit", "refresh_token"],
      refresh_token: FOREVER,
    },
    {
      name: "Checkout",
      app_type: "regular_web",
      grant_types: ["authorization_code", "refresh_token"],
      jwt_configuration: { alg: "RS256", lifetime_in_seconds: days(3), secret_encoded: false },
      refresh_token: {
        ...FOREVER,
        expiration_type: "expiring",
        infinite_token_lifetime: false,
        token_lifetime: days(365),
      },
    },
    {
      name: "Loyalty cards",
      app_type: "spa",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      refresh_token: {
        rotation_type: "rotating",
        expiration_type: "expiring",
        leeway: 600,
        infinite_token_lifetime: false,
        infinite_idle_token_lifetime: false,
        token_lifetime: days(60),
        idle_token_lifetime: days(45),
      },
    },
    {
      name: "Nightly export",
      client_id: "nightly-export",
      app_type: "non_interactive",
      token_endpoint_auth_method: "client_secret_post",
      grant_types: ["client_credentials"],
    },
  ],
  // Ten days back is as far as this plan remembers.
  logs: [9, 1.3, 0.3].map((age) => ({
    type: "seccft",
    description: "Client credentials for access token",
    client_id: "nightly-export",
    client_name: "Nightly export",
    audience: "https://old-shop.auth0.example/api/v2/",
    ago: days(age),
  })),
  managementApi: { token_lifetime: days(3) },
  clientGrants: [
    {
      client_id: "nightly-export",
      audience: "https://old-shop.auth0.example/api/v2/",
      scope: ["read:users", "update:users", "delete:users", "create:client_grants", "update:client_grants"],
    },
  ],
  actions: [{ name: "Add loyalty points", secrets: [{ name: "CRM_KEY", updated_at: "2023-02-01T08:00:00.000Z" }] }],
  resourceServers: [
    {
      name: "Orders API",
      identifier: "https://orders.old-shop.example/",
      token_lifetime: days(30),
      token_lifetime_for_web: days(1),
      allow_offline_access: true,
    },
    {
      name: "Stock API",
      identifier: "https://stock.old-shop.example/",
      token_lifetime: days(2),
      token_lifetime_for_web: hours(2),
    },
  ],
};
