import { defineCheck, type Gap } from "../define-check.ts";
import { fail, pass } from "../outcome.ts";

export default defineCheck({
  id: "coverage.inventory.truncated",
  title: "Auth0's list does not match its own count",
  why: "What is missing from a list was not checked, and nobody knows what it is. Where the items are fewer or more than Auth0 counted, or the count changed while they were read, twice, something may be missing. An audit that judged the rest as if it were everything would call a tenant clean that it had not seen.",
  remediation: {
    summary:
      "Audit again when nothing else changes the tenant; if it happens again, ask Auth0's support why the list differs from its total.",
    dashboard: "Not in the settings: compare the list, as under Applications > Applications, with the number reported.",
    api: null,
  },
  references: [
    {
      title: "Auth0: Migrate to Paginated Queries",
      url: "https://auth0.com/docs/troubleshoot/product-lifecycle/past-migrations/migrate-to-paginated-queries",
    },
  ],
  fix: "no",
  needs: [],
  unit: null,
  limits: { baseline: "high", strict: "high", "auth0-default": "high" },
  *evaluate(_sections, severity, { requested, gaps }) {
    const gapOf = new Map(gaps.map((gap) => [gap.section, gap]));
    for (const section of requested) {
      const resource = { type: "section", id: section, name: null } as const;
      const gap = gapOf.get(section);
      // What could not be read for another reason was not counted either; coverage.section.unavailable tells of it.
      if (gap === undefined) yield pass(resource);
      else if (gap.reason === "truncated") yield fail(resource, { severity, message: describe(gap) });
    }
  },
});

const describe = ({ section, detail }: Gap): string =>
  `Auth0's list of the section ${section} does not match its own count${detail === null ? "" : `: ${detail}`}.`;
