import type { LinkTemplate } from "../../auth0/resources/email-template.ts";
import { days, hours } from "../../model/duration.ts";
import { defineCheck } from "../define-check.ts";
import { judgeDuration } from "../judge-value.ts";
import { NIST_800_63B } from "../references.ts";
import { emailTemplateResource } from "../resources.ts";

/** Auth0's default, also for a template that was never customized: 432,000 s. */
const DEFAULT_LIFETIME = days(5);

/** What each mail's link is for, as the start of a sentence. */
const SUBJECTS: Readonly<Record<LinkTemplate, string>> = {
  verify_email: "Links that verify an address work for",
  reset_email: "Links that reset a password work for",
  blocked_account: "Links that unblock an account work for",
  user_invitation: "Links that accept an invitation work for",
};

export default defineCheck({
  id: "expiry.email.link-lifetime",
  title: "Links in mails work too long",
  why: "Whoever opens the mail first can use its link. A password reset that works for days turns an old, forwarded or archived mail into a key to the account.",
  remediation: {
    summary: "Shorten the link's lifetime in the mail's template; a day is enough to reset a password.",
    dashboard: "Branding > Email Templates > the template > URL Lifetime.",
    api: 'PATCH /api/v2/email-templates/{templateName} with { "urlLifetimeInSeconds": 86400 } (POST /api/v2/email-templates where the template was never customized)',
  },
  references: [
    {
      title: "Auth0: Management API, update an email template",
      url: "https://auth0.com/docs/api/management/v2/email-templates/patch-email-templates-by-template-name",
    },
    NIST_800_63B,
  ],
  fix: "safe",
  needs: ["emailTemplates"],
  unit: "seconds",
  variants: { reset: "password reset", other: "address verification, unblocking, invitations" },
  // NIST SP 800-63B lets a recovery code sent by mail live 24 h; the rest is measured against Auth0's default.
  limits: {
    baseline: { reset: { medium: hours(24) }, other: { low: days(5) } },
    strict: { reset: { medium: hours(24) }, other: { low: days(5) } },
    "auth0-default": { reset: { medium: DEFAULT_LIFETIME }, other: { low: DEFAULT_LIFETIME } },
  },
  *evaluate({ emailTemplates }, limits) {
    for (const template of emailTemplates) {
      yield judgeDuration(emailTemplateResource(template), {
        field: "urlLifetimeInSeconds",
        value: template.urlLifetimeInSeconds,
        absent: DEFAULT_LIFETIME,
        bands: template.template === "reset_email" ? limits.reset : limits.other,
        subject: SUBJECTS[template.template],
      });
    }
  },
});
