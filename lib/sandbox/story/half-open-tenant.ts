import type { TenantSeed } from "../tenant-seed.ts";

/** A tenant that came with an acquisition: its former owner granted the auditor two scopes and went on holiday. */
export const halfOpenTenant: TenantSeed = {
  name: "acquired",
  domain: "acquired.auth0.example",
  plan: "free",
  clients: [{ name: "Members' portal", app_type: "regular_web", grant_types: ["authorization_code"] }],
};

/** The scopes that the auditor has there. */
export const HALF_OPEN_SCOPES: readonly string[] = ["read:clients", "read:tenant_settings"];
