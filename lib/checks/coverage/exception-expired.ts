import { defineCheck, type ReviewedException } from "../define-check.ts";
import { fail, pass } from "../outcome.ts";

export default defineCheck({
  id: "coverage.exception.expired",
  title: "An exception has run out, or accepts nothing",
  why: "An exception is a promise by somebody until a day. After that day its findings are open again, unless another exception accepts them too; one that accepts nothing any more waits for a finding that nobody will then hear of.",
  remediation: {
    summary:
      "Mend what the exception was for and remove it, or have its owner renew it; remove one that accepts nothing.",
    dashboard: "Not in Auth0: the exceptions stand in curfew.yaml.",
    api: null,
  },
  references: [
    {
      title: "NIST SP 800-53 Rev. 5, CA-5: plan of action and milestones",
      url: "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
    },
  ],
  fix: "no",
  judges: "exceptions",
  needs: [],
  unit: null,
  variants: {
    expired: "the exception's last day has passed",
    unmatched: "its check was evaluated, and no finding is accepted by it",
    expiring: "its last day is at most 14 days ahead",
  },
  limits: {
    baseline: { expired: "medium", unmatched: "medium", expiring: "info" },
    strict: { expired: "medium", unmatched: "medium", expiring: "info" },
    "auth0-default": { expired: "medium", unmatched: "medium", expiring: "info" },
  },
  *evaluate(_sections, severities, { exceptions }) {
    for (const exception of exceptions) {
      const resource = { type: "exception", id: exception.id, name: null } as const;
      const severity = exception.state === "valid" ? undefined : severities[exception.state];
      if (severity === undefined) yield pass(resource);
      else yield fail(resource, { severity, message: sentence(exception) });
    }
  },
});

function sentence({ state, findings, expires, owner }: ReviewedException): string {
  if (state === "expired") return `The exception ended on ${expires}${SINCE[findings]}; ask ${owner}.`;
  if (state === "expiring") return `The exception ends on ${expires}; ask ${owner}.`;
  return `The exception accepts nothing, although its check was evaluated; ask ${owner}.`;
}

/** What came after the end of an exception, as the rest of a sentence. */
const SINCE: Readonly<Record<ReviewedException["findings"], string>> = {
  open: ", and what it accepted is open again",
  accepted: "; what it accepted is still accepted, by another exception",
  none: ", and there is nothing left that it would accept",
  unknown: "; its check was not evaluated everywhere, so nobody knows whether anything is left that it would accept",
};
