import * as z from "zod";
import { reported } from "../../model/reported.ts";

const sessionHours = reported(z.number().nonnegative());

/**
 * The slice of the tenant's settings that checks read. Source: `GET /api/v2/tenants/settings`.
 * Session lifetimes are in **hours** and may be fractional in real answers.
 */
export const tenantSettings = z.object({
  session_lifetime: sessionHours,
  idle_session_lifetime: sessionHours,
  ephemeral_session_lifetime: sessionHours,
  idle_ephemeral_session_lifetime: sessionHours,
  session_cookie: reported(z.object({ mode: reported(z.string()) })),
  flags: reported(z.record(z.string(), z.unknown())),
});

export type TenantSettings = z.infer<typeof tenantSettings>;
