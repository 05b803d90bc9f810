import { hours } from "../../model/duration.ts";
import { defineCheck } from "../define-check.ts";
import { judgeDuration } from "../judge-value.ts";
import { AUTH0_SESSION_LIFECYCLE, AUTH0_SESSION_LIFETIME, asvsSession, NIST_800_63B } from "../references.ts";
import { tenantResource } from "../resources.ts";
import { DEFAULT_SESSION_SECONDS, sessionSeconds } from "../session-hours.ts";

export default defineCheck({
  id: "expiry.session.absolute",
  title: "Login sessions last too long",
  why: "Until the session ends, whoever sits at the browser or holds its cookie gets into every application of the tenant without logging in. The absolute lifetime is the day on which even a stolen session is over.",
  remediation: {
    summary: "Shorten the maximum session lifetime; people log in again when it ends.",
    dashboard: "Settings > Advanced > Session Expiration > Maximum Session Lifetime (Persistent).",
    api: 'PATCH /api/v2/tenants/settings with { "session_lifetime": 168 } (hours)',
  },
  references: [AUTH0_SESSION_LIFETIME, AUTH0_SESSION_LIFECYCLE, asvsSession("7.3.2"), NIST_800_63B],
  fix: "guarded",
  needs: ["tenantSettings"],
  unit: "seconds",
  // 168 h is Auth0's default; 720 h are the 30 days after which NIST SP 800-63B has people log in again (AAL1).
  limits: {
    baseline: { medium: hours(168), high: hours(720) },
    strict: { medium: hours(12), high: hours(168) },
    "auth0-default": { high: hours(720) },
  },
  *evaluate({ tenantSettings }, limits, { domain }) {
    yield judgeDuration(tenantResource(domain), {
      field: "session_lifetime",
      value: sessionSeconds(tenantSettings, "session_lifetime"),
      absent: DEFAULT_SESSION_SECONDS.session_lifetime,
      bands: limits,
      subject: "Sessions last up to",
    });
  },
});
