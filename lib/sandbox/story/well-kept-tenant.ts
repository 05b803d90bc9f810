import { days, hours, minutes } from "../../model/duration.ts";
import type { TenantSeed } from "../tenant-seed.ts";

/** A bank that keeps its house in order: short lifetimes, rotating refresh tokens, links that expire. */
export const wellKeptTenant: TenantSeed = {
  name: "harbour-bank",
  domain: "harbour.auth0.example",
  plan: "enterprise",
  settings: {
    friendly_name: "Harbour Bank",
    session_lifetime: 12,
    idle_session_lifetime: 0.5,
    ephemeral_session_lifetime: 8,
    idle_ephemeral_session_lifetime: 0.25,
    session_cookie: { mode: "non-persistent" },
    flags: { revoke_refresh_token_grant: true },
  },
  clients: [
    {
      name: "Online banking",
      app_type: "spa",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      jwt_configuration: { alg: "RS256", lifetime_in_seconds: hours(1), secret_encoded: false },
      refresh_token: {
        rotation_type: "rotating",
        expiration_type: "expiring",
        leeway: 0,
        infinite_token_lifetime: false,
        infinite_idle_token_lifetime: false,
        token_lifetime: hours(12),
        idle_token_lifetime: minutes(30),
      },
    },
    {
      name: "Statement printer",
      client_id: "statement-printer",
      app_type: "non_interactive",
      grant_types: ["client_credentials"],
    },
  ],
  clientGrants: [
    { client_id: "statement-printer", audience: "https://accounts.harbour.example/", scope: ["read:statements"] },
  ],
  managementApi: {
    token_lifetime: hours(1),
    token_lifetime_for_web: minutes(30),
    subject_type_authorization: { user: { policy: "deny_all" }, client: { policy: "require_client_grant" } },
  },
  resourceServers: [
    {
      name: "Accounts API",
      identifier: "https://accounts.harbour.example/",
      token_lifetime: minutes(10),
      token_lifetime_for_web: minutes(10),
      allow_offline_access: true,
      scopes: [{ value: "read:statements", description: "Read statements" }],
      subject_type_authorization: {
        user: { policy: "require_client_grant" },
        client: { policy: "require_client_grant" },
      },
    },
  ],
  networkAcls: [
    {
      description: "The Management API from our own network only",
      active: true,
      priority: 1,
      rule: { scope: "management", action: { block: true }, not_match: { ipv4_cidrs: ["127.0.0.0/8"] } },
    },
  ],
  emailTemplates: ["verify_email", "reset_email", "blocked_account", "user_invitation"].map((template) => ({
    template,
    body: '<a href="{{ url }}">Continue</a>',
    from: "service@harbour.example",
    subject: "Harbour Bank",
    syntax: "liquid",
    enabled: true,
    urlLifetimeInSeconds: template === "user_invitation" ? days(3) : hours(1),
  })),
};
