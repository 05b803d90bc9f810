import type { UnknownReason } from "../../model/finding.ts";
import { defineCheck, type Gap } from "../define-check.ts";
import { fail, pass } from "../outcome.ts";

/** What each reason means to the person who has to mend it. */
const REASONS: Readonly<Record<UnknownReason, string>> = {
  "missing-scope": "the auditor lacks a scope",
  "feature-unavailable": "the tenant's plan or settings lack the feature",
  "fetch-failed": "Auth0 did not give a usable answer",
  truncated: "Auth0 returned fewer items than it counted",
  "time-out": "reading it took too long",
  defect: "Curfew itself failed while reading it",
  "no-history": "nothing has been recorded yet",
  "not-reported": "Auth0's answer leaves it out",
};

export default defineCheck({
  id: "coverage.section.unavailable",
  title: "A part of the tenant could not be read",
  why: "What was not read was not checked. Until the section can be read, nobody knows whether what it holds is in order.",
  remediation: {
    summary:
      "Give the auditor the missing scope, or mend what kept it from reading; where the plan lacks the feature, switch off the checks that need it.",
    dashboard:
      "Applications > APIs > Auth0 Management API > Machine to Machine Applications > the auditor > permissions.",
    api: "PATCH /api/v2/client-grants/{id} with the complete list of scopes",
  },
  references: [
    {
      title: "Auth0: Management API Access Tokens",
      url: "https://auth0.com/docs/secure/tokens/access-tokens/management-api-access-tokens",
    },
  ],
  fix: "no",
  needs: [],
  unit: null,
  limits: { baseline: "medium", strict: "medium", "auth0-default": "medium" },
  *evaluate(_sections, severity, { requested, gaps }) {
    const gapOf = new Map(gaps.map((gap) => [gap.section, gap]));
    for (const section of requested) {
      const resource = { type: "section", id: section, name: null } as const;
      const gap = gapOf.get(section);
      yield gap ? fail(resource, { severity, message: describe(gap) }) : pass(resource);
    }
  },
});

function describe({ section, reason, detail, checks }: Gap): string {
  const why = detail === null ? REASONS[reason] : `${REASONS[reason]}: ${detail}`;
  const effect = checks.length === 0 ? "no enabled check needs it" : `not evaluated: ${checks.join(", ")}`;
  return `The section ${section} could not be read (${why}); ${effect}.`;
}
