import type { UnknownReason } from "../../model/finding.ts";
import { defineCheck, type Gap } from "../define-check.ts";
import { type Failure, fail, pass } from "../outcome.ts";

/** What a reason means to the person who has to mend it, and what that person does. */
interface Explanation {
  meaning: string;
  remedy(gap: Gap): string;
}

const REASONS: Readonly<Record<UnknownReason, Explanation>> = {
  "missing-scope": {
    meaning: "the auditor lacks a scope",
    remedy: ({ detail }) =>
      `Grant the auditor ${detail === null ? "that scope" : `the scope ${detail}`} for the Auth0 Management API.`,
  },
  "feature-unavailable": {
    meaning: "the tenant's plan or settings lack the feature",
    remedy: () =>
      "Enable the feature, or switch the checks that need it off in curfew.yaml (each by its id under policy.checks, with the value off) where the plan does not include it.",
  },
  "fetch-failed": {
    meaning: "Auth0 did not give a usable answer",
    remedy: ({ detail }) =>
      `See what came instead of an answer${inBrackets(detail)}, mend it where it is on your side, and audit again.`,
  },
  truncated: {
    meaning: "Auth0's list does not match its own count",
    remedy: () =>
      "Audit again when nothing else changes the tenant; if items are missing again, ask Auth0's support why.",
  },
  "time-out": {
    meaning: "reading it took too long",
    remedy: () => "Audit again; if it takes too long again, look at the network and at Auth0's status page.",
  },
  defect: {
    meaning: "Curfew itself failed while reading it",
    remedy: ({ detail }) =>
      `Report this to Curfew's maintainers${inBrackets(detail)}: it is a defect of Curfew, and nothing in the tenant mends it.`,
  },
  "no-history": {
    meaning: "nothing has been recorded yet",
    remedy: () => "Let further audits be recorded; nothing in the tenant has to be mended.",
  },
  "not-reported": {
    meaning: "Auth0's answer leaves it out",
    remedy: () => "Look in Auth0's dashboard by hand: its answers leave this out, and no further audit will know more.",
  },
};

const inBrackets = (detail: string | null): string => (detail === null ? "" : ` (${detail})`);

export default defineCheck({
  id: "coverage.section.unavailable",
  title: "A part of the tenant could not be read",
  why: "What was not read was not checked. Until the section can be read, nobody knows whether what it holds is in order.",
  remediation: {
    summary:
      "Do what the finding names for its reason: grant the auditor the missing scope, switch off the checks whose feature the plan lacks, audit again after a failed, slow or short answer, or report a defect of Curfew.",
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
      yield gap ? fail(resource, { severity, ...describe(gap) }) : pass(resource);
    }
  },
});

function describe(gap: Gap): Pick<Failure, "message" | "remediation"> {
  const { section, reason, detail, checks } = gap;
  const { meaning, remedy } = REASONS[reason];
  const why = detail === null ? meaning : `${meaning}: ${detail}`;
  const effect = checks.length === 0 ? "no enabled check needs it" : `not evaluated: ${checks.join(", ")}`;
  return { message: `The section ${section} could not be read (${why}); ${effect}.`, remediation: remedy(gap) };
}
