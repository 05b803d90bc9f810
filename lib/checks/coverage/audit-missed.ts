import { formatDuration } from "../../model/duration.ts";
import { SCHEDULE_WINDOW } from "../../model/schedule-window.ts";
import { defineCheck } from "../define-check.ts";
import { historyOf } from "../history-of.ts";
import { secondsSince } from "../instants.ts";
import { fail, pass } from "../outcome.ts";
import { tenantResource } from "../resources.ts";

/** One audit may fail and be made up for by the next; two in a row are no accident. */
const INTERVALS = 2;

/** The last complete run may have been started at the beginning of its window, and this one at the end. */
const TOLERANCE = SCHEDULE_WINDOW;

export default defineCheck({
  id: "coverage.audit.missed",
  title: "A tenant was not audited for too long",
  why: "Between two complete audits nobody looks. What was opened and closed again in that time is in no report, and what is still open was told late.",
  remediation: {
    summary:
      "See in the runs before this one why the tenant was not audited completely: its login, its scopes, its rate limit, or the schedule itself.",
    dashboard: "Monitoring > Logs > the entries of Curfew's auditor.",
    api: null,
  },
  references: [
    {
      title: "NIST SP 800-53 Rev. 5, CA-7: continuous monitoring",
      url: "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
    },
  ],
  fix: "no",
  needs: [],
  needsHistory: true,
  unit: null,
  // About Curfew and not about Auth0: no default of a tenant excuses it.
  limits: { baseline: "high", strict: "high", "auth0-default": "high" },
  *evaluate(_sections, severity, context) {
    const { interval, lastCompleteAudit, firstAudit, startedAt } = historyOf(context);
    if (interval === undefined) return;
    const resource = tenantResource(context.domain);
    const reference = lastCompleteAudit ?? firstAudit;
    // From start to start: in a large run a tenant may wait for hours, which is no audit missed.
    const silence = reference === undefined ? 0 : secondsSince(reference, startedAt);
    if (silence <= INTERVALS * interval + TOLERANCE) {
      yield pass(resource);
      return;
    }
    const what =
      lastCompleteAudit === undefined
        ? `When this audit was started, the tenant had never been audited completely, the first try being ${formatDuration(silence)} ago`
        : `When this audit was started, the tenant had last been audited completely ${formatDuration(silence)} ago`;
    yield fail(resource, { severity, message: `${what}; audits are due every ${formatDuration(interval)}.` });
  },
});
