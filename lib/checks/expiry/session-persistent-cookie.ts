import type { TenantSettings } from "../../auth0/resources/tenant-settings.ts";
import { isUnreadable, type Reported } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { fail, pass, unknown, unreadable } from "../outcome.ts";
import { AUTH0_SESSION_LIFECYCLE, asvsSession } from "../references.ts";
import { tenantResource } from "../resources.ts";

export default defineCheck({
  id: "expiry.session.persistent-cookie",
  title: "The session cookie survives closing the browser",
  why: "A persistent cookie keeps people logged in after they close the browser. That is comfortable on one's own machine and a risk on a shared one. It is Auth0's default and no fault in itself, but worth a decision.",
  remediation: {
    summary: "Where people share machines, make the session cookie non-persistent.",
    dashboard: "Settings > Advanced > Session Expiration > Non-Persistent Session.",
    api: 'PATCH /api/v2/tenants/settings with { "session_cookie": { "mode": "non-persistent" } }',
  },
  references: [AUTH0_SESSION_LIFECYCLE, asvsSession("7.1.1")],
  fix: "no",
  needs: ["tenantSettings"],
  unit: null,
  limits: { baseline: "info", strict: "info", "auth0-default": "info" },
  *evaluate({ tenantSettings }, severity, { domain }) {
    const tenant = tenantResource(domain);
    const { field, mode } = cookieMode(tenantSettings);
    if (isUnreadable(mode)) yield unknown(tenant, unreadable(field, mode));
    else if (mode === "non-persistent") yield pass(tenant);
    else yield fail(tenant, { severity, message: "The session cookie survives closing the browser." });
  },
});

/** Absent means persistent, Auth0's default. */
function cookieMode({ session_cookie: cookie }: TenantSettings): { field: string; mode: Reported<string> } {
  if (isUnreadable(cookie)) return { field: "session_cookie", mode: cookie };
  return { field: "session_cookie.mode", mode: cookie?.mode };
}
