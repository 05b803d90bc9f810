import { hours, minutes } from "../../model/duration.ts";
import { defineCheck } from "../define-check.ts";
import { judgeDuration } from "../judge-value.ts";
import { AUTH0_SESSION_LIFECYCLE, AUTH0_SESSION_LIFETIME, asvsSession } from "../references.ts";
import { tenantResource } from "../resources.ts";
import { DEFAULT_SESSION_SECONDS, sessionSeconds } from "../session-hours.ts";

export default defineCheck({
  id: "expiry.session.idle",
  title: "Unused login sessions last too long",
  why: "A session that nobody uses, on a shared or a lost machine, opens every application of the tenant to the next person. The idle lifetime is how long that door stays open.",
  remediation: {
    summary: "Shorten the idle session lifetime.",
    dashboard: "Settings > Advanced > Session Expiration > Idle Session Lifetime (Persistent).",
    api: 'PATCH /api/v2/tenants/settings with { "idle_session_lifetime": 72 } (hours)',
  },
  references: [AUTH0_SESSION_LIFETIME, AUTH0_SESSION_LIFECYCLE, asvsSession("7.3.1")],
  fix: "guarded",
  needs: ["tenantSettings"],
  unit: "seconds",
  // 72 h is Auth0's default.
  limits: {
    baseline: { medium: hours(72), high: hours(168) },
    strict: { medium: minutes(30), high: hours(72) },
    "auth0-default": { high: hours(168) },
  },
  *evaluate({ tenantSettings }, limits, { domain }) {
    yield judgeDuration(tenantResource(domain), {
      field: "idle_session_lifetime",
      value: sessionSeconds(tenantSettings, "idle_session_lifetime"),
      absent: DEFAULT_SESSION_SECONDS.idle_session_lifetime,
      bands: limits,
      subject: "Unused sessions last up to",
    });
  },
});
