import { hours, minutes } from "../../model/duration.ts";
import { defineCheck } from "../define-check.ts";
import { judgeDuration } from "../judge-value.ts";
import { AUTH0_SESSION_LIFECYCLE, AUTH0_SESSION_LIFETIME, asvsSession } from "../references.ts";
import { tenantResource } from "../resources.ts";
import { DEFAULT_SESSION_SECONDS, sessionSeconds } from "../session-hours.ts";

export default defineCheck({
  id: "expiry.session.ephemeral",
  title: "Non-persistent login sessions last too long",
  why: "Sessions without a persistent cookie are meant to end with the browser, but browsers that restore their windows keep them. Their own lifetimes are what ends them for certain.",
  remediation: {
    summary: "Shorten the lifetimes of non-persistent sessions.",
    dashboard: "Settings > Advanced > Session Expiration > Maximum and Idle Session Lifetime (Non-Persistent).",
    api: 'PATCH /api/v2/tenants/settings with { "ephemeral_session_lifetime": 72, "idle_ephemeral_session_lifetime": 24 } (hours)',
  },
  references: [AUTH0_SESSION_LIFETIME, AUTH0_SESSION_LIFECYCLE, asvsSession("7.3.1 and 7.3.2")],
  fix: "guarded",
  needs: ["tenantSettings"],
  unit: "seconds",
  variants: { absolute: "however active somebody is", idle: "without any activity" },
  // 72 h and 24 h are Auth0's defaults; the strict limits are those of all sessions.
  limits: {
    baseline: { absolute: { medium: hours(72) }, idle: { medium: hours(24) } },
    strict: {
      absolute: { medium: hours(12), high: hours(168) },
      idle: { medium: minutes(30), high: hours(72) },
    },
    "auth0-default": { absolute: { medium: hours(72) }, idle: { medium: hours(24) } },
  },
  *evaluate({ tenantSettings }, limits, { domain }) {
    const tenant = tenantResource(domain);
    yield judgeDuration(tenant, {
      field: "ephemeral_session_lifetime",
      value: sessionSeconds(tenantSettings, "ephemeral_session_lifetime"),
      absent: DEFAULT_SESSION_SECONDS.ephemeral_session_lifetime,
      bands: limits.absolute,
      subject: "Non-persistent sessions last up to",
      aspect: "absolute",
    });
    yield judgeDuration(tenant, {
      field: "idle_ephemeral_session_lifetime",
      value: sessionSeconds(tenantSettings, "idle_ephemeral_session_lifetime"),
      absent: DEFAULT_SESSION_SECONDS.idle_ephemeral_session_lifetime,
      bands: limits.idle,
      subject: "Unused non-persistent sessions last up to",
      aspect: "idle",
    });
  },
});
